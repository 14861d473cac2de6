"""Words of supplies that no marketplace speaks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplaces.contracts.claims import ClaimRule, rule_on

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SupplySource(models.TextChoices):
    """Who told what a history entry tells."""

    POLL = "poll", _("polling of supplies")
    MANUAL = "manual", _("refresh by hand")
    PERSON = "person", _("a person of the company")


class SupplyEventKind(models.TextChoices):
    """What an event of a supply's history tells."""

    STATUS = "status", _("Status")
    CORRECTION = "correction", _("Correction of a final status")
    NUMBERS = "numbers", _("Numbers")
    CONTENTS = "contents", _("Contents")
    TIED = "tied", _("Tied to the marketplace's supply")


class BoxKind(models.TextChoices):
    """What the goods travel in."""

    BOX = "box", _("Box")
    PALLET = "pallet", _("Pallet")


class Worth(models.TextChoices):
    """By what the worth of missing units is told."""

    COST = "cost", _("at cost price")
    PRICE = "price", _("at the seller's price")
    PAPERS = "papers", _("at the price in the papers of the supply")


class AttentionKind(models.TextChoices):
    """Why a supply waits for somebody."""

    OVERDUE = "overdue", _("The slot has passed")
    SOON = "soon", _("The slot is near and the supply is not ready")
    FILL = "fill", _("The data must be filled in")
    DISCREPANCY = "discrepancy", _("Units are missing")
    WAITING = "waiting", _("Accepted and not on sale")


# How long what was counted of a supply may be objected to.
# Dated rows, the last that began decides (a new rule is a new row, never a change of an old one).
CLAIM_RULES: Final = (
    ClaimRule(
        marketplace="ozon",
        valid_from=date(2020, 1, 1),
        days=None,
        source=_("No dated rule is published: look into the contract and the act."),
    ),
    ClaimRule(
        marketplace="wildberries",
        valid_from=date(2023, 4, 5),
        days=7,
        source=_("The offer as the press told it on 5 April 2023: objections to a report."),
    ),
    ClaimRule(
        marketplace="wildberries",
        valid_from=date(2026, 3, 20),
        days=21,
        source=_("The offer as the press told it on 20 March 2026: objections to a report."),
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


# Learnt later than this after it happened: the history says so.
LATE_AFTER: Final = timedelta(hours=1)
PRECISIONS: Final[dict[str, StrOrPromise]] = {
    "exact": "",
    "observed": _("the time we noticed it, it happened before"),
    "estimated": _("an estimate: it happened before our first look"),
    "day": _("only the day is known"),
}
