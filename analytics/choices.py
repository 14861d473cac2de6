"""What the pages of analytics let a person choose."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Period(models.TextChoices):
    """How long a look back; every one ends with today."""

    WEEK = "7", _("7 days")
    FOUR_WEEKS = "28", _("28 days")
    MONTH = "month", _("Month")


class Measure(models.TextChoices):
    """What the line by day shows."""

    ORDERS = "orders", _("Orders")
    REVENUE = "revenue", _("Revenue")


class Comparison(models.TextChoices):
    """What the days of a report are compared with."""

    PREVIOUS = "previous", _("the period before")
    YEAR = "year", _("the year before")
    NONE = "none", _("nothing")


class Grain(models.TextChoices):
    """How long the steps of a line are."""

    DAY = "day", _("By day")
    WEEK = "week", _("By week")
    MONTH = "month", _("By month")


class Span(models.TextChoices):
    """How many days a row of facts is the sum of; a week begins on Monday."""

    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")


class Basis(models.TextChoices):
    """Which day a return is counted on: that of its own events, or that of the order."""

    EVENT = "event", _("By the day it happened")
    COHORT = "cohort", _("By the day of the order")


class Step(models.TextChoices):
    """A stretch of an order's way; each is measured where the marketplace tells both of its ends."""

    ASSEMBLY = "assembly", _("Packing")
    HANDOVER = "handover", _("Hand-over")
    DELIVERY = "delivery", _("Delivery")
    WHOLE = "whole", _("Whole way")


class Axis(models.TextChoices):
    """By what places processing times are summed."""

    ALL = "all", _("All orders")
    WAREHOUSE = "warehouse", _("By warehouse")
    CLUSTER = "cluster", _("By cluster")


class Breakdown(models.TextChoices):
    """By what sales are told apart."""

    PRODUCT = "product", _("By product")
    CATEGORY = "category", _("By category")
    REGION = "region", _("By region")


class ReturnsBy(models.TextChoices):
    """By what the rows of the report on returns are."""

    PRODUCT = "product", _("By product")
    CATEGORY = "category", _("By category")
    REASON = "reason", _("By reason")
    WAREHOUSE = "warehouse", _("By warehouse")
    CLUSTER = "cluster", _("By cluster")
