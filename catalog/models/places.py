"""The marketplaces' warehouses and the regions they stand in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager


class Cluster(CompanyOwned):
    """A region of a marketplace's warehouses."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=64)
    name = models.CharField(_("name"), max_length=200)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.UniqueConstraint(fields=["company", "marketplace", "external_id"], name="cluster_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Warehouse(CompanyOwned):
    """A marketplace's warehouse. `time_zone` is an IANA name, empty when the marketplace does not say."""

    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    cluster = models.ForeignKey(
        Cluster, on_delete=models.SET_NULL, null=True, blank=True, related_name="warehouses"
    )
    address = models.CharField(_("address"), max_length=500, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints = [
            models.UniqueConstraint(fields=["company", "marketplace", "external_id"], name="warehouse_once"),
        ]

    def __str__(self) -> str:
        return self.name
