"""Tariffs that a marketplace publishes: what it will charge, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class TariffSubject(models.TextChoices):
    """What a tariff is of."""

    LISTING = "listing", _("listing")
    CATEGORY = "category", _("category")
    WAREHOUSE = "warehouse", _("warehouse")


class ChargeKind(models.TextChoices):
    """What is charged for. An open list: what is none of these is OTHER, their word is always kept."""

    COMMISSION = "commission", _("Commission")
    ACQUIRING = "acquiring", _("Acquiring")
    LOGISTICS_FORWARD = "logistics_forward", _("Logistics")
    LAST_MILE = "last_mile", _("Last mile")
    LOGISTICS_RETURN = "logistics_return", _("Return logistics")
    RETURN_PROCESSING = "return_processing", _("Processing of returns")
    FULFILMENT = "fulfilment", _("Fulfilment")
    STORAGE = "storage", _("Storage")
    ACCEPTANCE = "acceptance", _("Acceptance")
    SUPPLY_CROSSDOCK = "supply_crossdock", _("Cross-docking")
    REMOVAL = "removal", _("Removal")
    DISPOSAL = "disposal", _("Disposal")
    OTHER = "other", _("Other")


class TariffUnit(StrEnum):
    """What the value counts."""

    PERCENT = "percent"  # of the price
    MONEY = "money"  # for a unit of goods
    MONEY_PER_LITRE = "money_per_litre"  # for each litre beyond the first
    COEFFICIENT = "coefficient"  # percent of the base tariff, already inside the other values


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSnapshot:
    """One tariff. `subject_id` is a listing's external id, a category's id or a warehouse's name.

    `raw_name` is the marketplace's own word and, with the subject, the key: FBO rows only. `details` are the other
    parameters as they came (bounds, days, frequency), safe for JSON.
    """

    subject: TariffSubject
    subject_id: str
    subject_name: str = ""
    kind: ChargeKind
    raw_name: str
    value: Decimal
    unit: TariffUnit
    currency: str = "RUB"
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """What it is known by in quarantine."""
        return self.subject_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffsQuery:
    """Of which business day, and of which listings: external ids in a stable order."""

    day: date
    external_ids: tuple[str, ...] = ()
