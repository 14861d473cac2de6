"""Words of returns that no marketplace speaks: who can act on a reason, how words are matched, why nothing fits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReasonGroup(models.TextChoices):
    """Level 1 of the reasons: who can do something about it."""

    PRODUCT = "product", _("Product")
    DESCRIPTION = "description", _("Description")
    SIZE = "size", _("Size")
    PACKAGING = "packaging", _("Packaging")
    DELIVERY = "delivery", _("Delivery")
    BUYER = "buyer", _("Buyer")
    MARKETPLACE = "marketplace", _("Marketplace")
    UNKNOWN = "unknown", _("Not known")


class MatchBy(models.TextChoices):
    """What of a marketplace's words a rule looks at; the first that fits stands, in this order, then by priority."""

    ID = "id", _("id of the reason")
    TEXT = "text", _("the whole text")
    PART = "part", _("a part of the text")


class Unmatched(models.TextChoices):
    """Why a return stands without its order line."""

    MATCHED = "", _("tied to its order")
    NO_ORDER_NAMED = "no_order_named", _("the marketplace names no order")
    ORDER_UNKNOWN = "order_unknown", _("the order is not known to the cabinet")
    LINE_UNKNOWN = "line_unknown", _("the order has no such product")
    TOO_MANY = "too_many", _("more units than the order had")


class ReturnEventKind(models.TextChoices):
    """What an event of a return's history tells."""

    STATUS = "status", _("Status")
    CORRECTION = "correction", _("Correction of a final status")
    REASON = "reason", _("Reason")


class ReturnSource(models.TextChoices):
    """Who told what a history entry tells."""

    POLL = "poll", _("polling of returns")
    MANUAL = "manual", _("refresh by hand")
    ORDERS = "orders", _("the order")
    RULES = "rules", _("the rules of reasons")
