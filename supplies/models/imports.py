"""Lists of goods that a person pasted or uploaded for a plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.choices import ImportState
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from supplies.models.supplies import Supply


class PlanImport(CompanyOwned):
    """A list of goods for a plan: read, shown, and written only when confirmed. `file_name` is empty when pasted.

    `rows` and `errors` are what was read of it: `{rows, sku, name, listing, quantity, was}`, where `rows` are the
    numbers of the rows that were added up, and `{row, column, value, text}`.
    """

    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="imports", db_index=False)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    rows = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    state = StatusField(_("state"), statuses=ImportState, default=ImportState.PREVIEW)
    made_at = models.DateTimeField(_("read"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("list of goods for a plan")
        verbose_name_plural = _("lists of goods for plans")
        indexes = [models.Index(fields=["supply", "-id"], name="plan_import_latest")]

    def __str__(self) -> str:
        return self.file_name or f"#{self.pk}"
