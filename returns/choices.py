"""Words of returns that no marketplace speaks: who can act on a reason, how words are matched, why nothing fits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplaces.contracts.claims import ClaimRule, rule_on

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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


class AttentionKind(models.TextChoices):
    """Why returns wait for somebody."""

    PICK_UP = "pick_up", _("to be picked up soon")
    DISPOSAL = "disposal", _("to be disposed of soon")
    LONG = "long", _("open for too long")
    UNMATCHED = "unmatched", _("without their order")


# How long a return may be disputed, counted from when it ended or began.
# Dated rows, the last that began decides (a new rule is a new row, never a change of an old one).
CLAIM_RULES: Final = (
    ClaimRule(
        marketplace="ozon",
        valid_from=date(2020, 1, 1),
        days=None,
        source=_("No window is published: look into the contract."),
    ),
    ClaimRule(
        marketplace="wildberries",
        valid_from=date(2020, 1, 1),
        days=14,
        source=_("Claims of buyers are shown for 14 days, then they are gone."),
    ),
    ClaimRule(
        marketplace="yandex_market",
        valid_from=date(2020, 1, 1),
        days=30,
        source=_("As the press tells it, without a date: look into the contract."),
    ),
)


def claim_rule(marketplace: str, *, on: date) -> ClaimRule | None:
    """The rule in force on a day, if one is known of the marketplace."""
    return rule_on(on, marketplace=marketplace, rules=CLAIM_RULES)


# Deadlines nearer than this need a decision.
SOON: Final = timedelta(days=7)
# Every return should have ended by then (R26).
TOO_LONG: Final = timedelta(days=30)
# Counted no further than this.
COUNT_LIMIT: Final = 1_000
# Learnt later than this after it happened: the history says so.
LATE_AFTER: Final = timedelta(hours=2)
PRECISIONS: Final[dict[str, StrOrPromise]] = {
    "exact": "",
    "observed": _("the time we noticed it, it happened before"),
    "estimated": _("an estimate: it happened before our first look"),
    "day": _("only the day is known"),
}
