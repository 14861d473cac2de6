"""What a product costs the seller, by day, and the files it is loaded from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.choices import CostSource, ImportState
from catalog.models.products import Product
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField


class CostImport(CompanyOwned):
    """An uploaded file of cost prices: read, shown, and written only when confirmed.

    `rows` and `errors` are what was read of it: `{row, sku, cost, valid_from, was, product}` and
    `{row, column, value, text}`.
    """

    file_name = models.CharField(_("file"), max_length=200)
    checksum = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    state = StatusField(_("state"), statuses=ImportState, default=ImportState.PREVIEW)
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("file of cost prices")
        verbose_name_plural = _("files of cost prices")
        indexes = [models.Index(fields=["company", "-uploaded_at", "-id"], name="cost_import_latest")]

    def __str__(self) -> str:
        return self.file_name


class CostPrice(CompanyOwned):
    """What a unit of a product costs the seller from a day on, until the next row."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="costs")
    valid_from = models.DateField(_("valid from"))
    cost = models.DecimalField(_("cost price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    source = models.CharField(_("source"), max_length=16, choices=CostSource, default=CostSource.MANUAL)
    file = models.ForeignKey(
        CostImport, on_delete=models.SET_NULL, null=True, blank=True, related_name="costs"
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("cost price")
        verbose_name_plural = _("cost prices")
        constraints = [
            models.UniqueConstraint(fields=["company", "product", "valid_from"], name="cost_price_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.valid_from}: {self.cost}"
