"""Tariffs as they were published, day by day: nobody can fetch yesterday's tariff tomorrow."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject, TariffUnit
from marketplaces.models import MarketplaceAccount


class Tariff(CompanyOwned):
    """One published tariff from the day it was first seen until the day before it changed.

    A row is added when a value changes, not once a day. `seen_on` is the last day it was read: days between it and
    `valid_to` were not asked (see TariffDay). `subject_id` is a listing's external id, a category's id or a
    warehouse's name; `raw_name` is the marketplace's own word.
    """

    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="tariffs")
    subject = models.CharField(_("tariff of"), max_length=16, choices=TariffSubject)
    subject_id = models.CharField(_("their id"), max_length=255)
    subject_name = models.CharField(_("name"), max_length=300, blank=True)
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, null=True, blank=True, related_name="tariffs"
    )
    kind = models.CharField(_("what is charged for"), max_length=32, choices=ChargeKind)
    raw_name = models.CharField(_("their word"), max_length=100)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(
        _("unit"), max_length=24, choices=[(unit.value, unit.value) for unit in TariffUnit]
    )
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    details = models.JSONField(_("parameters"), default=dict, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    seen_on = models.DateField(_("last seen"))

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "account", "subject", "subject_id", "raw_name", "valid_from"],
                name="tariff_once",
            ),
            models.UniqueConstraint(
                fields=["company", "account", "subject", "subject_id", "raw_name"],
                condition=models.Q(valid_to=None),
                name="tariff_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-valid_from", "-id"], name="tariff_latest"),
            models.Index(fields=["company", "listing", "raw_name", "-valid_from"], name="tariff_of_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} · {self.raw_name}: {self.value} from {self.valid_from}"


class TariffDay(CompanyOwned):
    """A business day on which the tariffs of an account were read whole; a day without a row was not asked."""

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField(_("day"))
    read_at = models.DateTimeField(_("read"), default=timezone.now)
    rows = models.PositiveIntegerField(_("tariffs"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("day of tariffs")
        verbose_name_plural = _("days of tariffs")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "day"], name="tariff_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.day}"
