"""Words of supplies that no marketplace speaks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
