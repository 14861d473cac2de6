"""Supplies, their lines, boxes, papers and history."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Coalesce, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import LONGEST_ARTICLE, Listing, Warehouse
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from marketplaces.models import HistoryEvent, MarketplaceAccount
from supplies.choices import BoxKind, SupplyEventKind, SupplySource

# When a supply came, as well as that is known: the moment that its units count from. The first that is told of these.
CAME_AT_NAMES = ("accepted_at", "arrived_at", "status_at")
CAME_AT = Coalesce(*CAME_AT_NAMES)
# Units that a line brings, as well as that is known. What was planned counts only until the marketplace tells the goods
# of the supply: those that it does not name are not in it.
BROUGHT = Coalesce("shipped", "declared", Case(When(supply__declared=None, then="planned")), 0)
# Units of a line that travel: as the marketplace was told, and as planned until it was told the goods of the supply.
TO_SHIP = Coalesce("declared", Case(When(supply__declared=None, then="planned")), 0)
OPEN = [status for status in SupplyStatus if not status.is_final]
# Goods of the seller that travel to a marketplace; a supply that was split stands in its parts. `is_shipment` of a row.
SHIPMENTS = models.Q(kind=SupplyKind.SUPPLY, is_split=False)


class SupplyQuerySet(CompanyQuerySet):
    def shipments(self) -> SupplyQuerySet:
        """Those in which goods of the seller travel to a marketplace; a supply that was split is not counted twice."""
        return self.filter(SHIPMENTS)

    def open(self) -> SupplyQuerySet:
        """Those that may still move."""
        return self.filter(status__in=OPEN)


class Supply(CompanyOwned):
    """A supply as planned here, as the marketplace said last, or both once the two are tied.

    A plan has no `external_id` until the marketplace's own supply appears. `number` is what people call it there.
    The slot is in UTC, `slot_zone` the IANA zone in which it is printed. `declared` … `on_sale` are sums of the
    lines (units; None: not told), kept with them so that a list asks for nothing more; `missing_units` are those
    short or defective, `missing_amount` what they cost in the company's currency, None while nothing is known.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="supplies", db_index=False
    )
    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=100, blank=True)
    number = models.CharField(_("supply"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=SupplyKind, default=SupplyKind.SUPPLY)
    is_planned_here = models.BooleanField(_("planned in the cabinet"), default=False)
    is_split = models.BooleanField(_("split into several"), default=False)
    parent_external_id = models.CharField(_("split from"), max_length=100, blank=True)
    status = StatusField(_("status"), statuses=SupplyStatus, default=SupplyStatus.DRAFT)
    external_status = models.CharField(_("their status"), max_length=64, blank=True)
    external_substatus = models.CharField(_("their substatus"), max_length=64, blank=True)
    status_at = models.DateTimeField(_("status since"))
    status_precision = models.CharField(max_length=16, default=Precision.OBSERVED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    warehouse_name = models.CharField(_("warehouse"), max_length=200, blank=True)
    drop_off_name = models.CharField(_("drop-off point"), max_length=200, blank=True)
    cluster_name = models.CharField(_("cluster"), max_length=200, blank=True)
    wished_on = models.DateField(_("wished date"), null=True, blank=True)
    slot_from = models.DateTimeField(_("slot from"), null=True, blank=True)
    slot_to = models.DateTimeField(_("slot until"), null=True, blank=True)
    slot_zone = models.CharField(_("zone of the slot"), max_length=64, blank=True)
    fill_until = models.DateTimeField(_("to be filled in until"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("planned"), null=True, blank=True)
    declared = models.PositiveIntegerField(_("declared"), null=True, blank=True)
    shipped = models.PositiveIntegerField(_("shipped, units"), null=True, blank=True)
    accepted = models.PositiveIntegerField(_("accepted, units"), null=True, blank=True)
    on_sale = models.PositiveIntegerField(_("on sale, units"), null=True, blank=True)
    surplus = models.PositiveIntegerField(_("surplus"), null=True, blank=True)
    missing_units = models.PositiveIntegerField(_("missing units"), null=True, blank=True)
    missing_amount = models.DecimalField(
        _("money at stake"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    lines_count = models.PositiveIntegerField(_("positions"), default=0)
    # Of all that was told but the status; equal means nothing to write.
    fingerprint = models.BinaryField(max_length=50, editable=False, default=b"")
    # Since when each told part is as it is: {part: [changed there, asked]} (supplies.services.folding).
    versions = models.JSONField(editable=False, default=dict)
    # What is told of goods that the newest list does not name (supplies.services.laying).
    unlisted = models.JSONField(editable=False, default=list)
    # When the marketplace changed it last, as it says; an older answer changes nothing.
    told_at = models.DateTimeField(_("changed there"), null=True, blank=True)
    observed_at = models.DateTimeField(_("as of"))
    planned_at = models.DateTimeField(_("created"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    created_at = models.DateTimeField(_("first seen"), default=timezone.now)

    all_companies = SupplyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(SupplyQuerySet)()

    class Meta:
        verbose_name = _("supply")
        verbose_name_plural = _("supplies")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "account", "external_id"],
                condition=~models.Q(external_id=""),
                name="supply_once",
            )
        ]
        indexes = [
            models.Index(fields=["company", "-slot_from", "-id"], name="supply_slot"),
            models.Index(fields=["company", "-changed_at", "-id"], name="supply_changed"),
            models.Index(fields=["company", "status", "-changed_at", "-id"], name="supply_status"),
            models.Index("company", CAME_AT, name="supply_came"),
            models.Index(
                "company", OpClass(Upper("number"), name="text_pattern_ops"), name="supply_number_search"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("supplies:supply-detail", args=[self.company.slug, self.pk])

    @property
    def is_shipment(self) -> bool:
        """Whether goods of the seller travel in it; SHIPMENTS in a query. Only of these something is due."""
        return self.kind == SupplyKind.SUPPLY and not self.is_split

    @property
    def to_ship(self) -> int:
        """Units that travel: as the marketplace was told, else as planned."""
        return (self.planned if self.declared is None else self.declared) or 0

    def units_of(self, line: SupplyLine) -> int:
        """The same of one of its lines; TO_SHIP in a query."""
        if line.declared is not None:
            return line.declared
        return line.planned or 0 if self.declared is None else 0


class SupplyLine(CompanyOwned):
    """A product of a supply, in units; None: not told. `key` is the marketplace SKU, or `barcode:` and the barcode.

    `planned` is what the plan said, `declared` what the marketplace was told, `accepted` what it counted as good,
    `on_sale` how much of that came on sale. `price` is the value of a unit in the marketplace's papers.
    """

    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="lines", db_index=False)
    key = models.CharField(max_length=LONGEST_ARTICLE + 8)
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="supply_lines", db_index=False
    )
    marketplace_sku = models.CharField(_("marketplace SKU"), max_length=LONGEST_ARTICLE, blank=True)
    barcode = models.CharField(_("barcode"), max_length=100, blank=True)
    seller_sku = models.CharField(_("seller's article"), max_length=LONGEST_ARTICLE, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    planned = models.PositiveIntegerField(_("planned"), null=True, blank=True)
    declared = models.PositiveIntegerField(_("declared"), null=True, blank=True)
    shipped = models.PositiveIntegerField(_("shipped, units"), null=True, blank=True)
    accepted = models.PositiveIntegerField(_("accepted, units"), null=True, blank=True)
    on_sale = models.PositiveIntegerField(_("on sale, units"), null=True, blank=True)
    shortage = models.PositiveIntegerField(_("shortage"), null=True, blank=True)
    surplus = models.PositiveIntegerField(_("surplus"), null=True, blank=True)
    defect = models.PositiveIntegerField(_("defect"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    # Since when units are accepted and not all of them on sale; empty when none wait.
    waiting_since = models.DateTimeField(_("not on sale since"), null=True, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("supply line")
        verbose_name_plural = _("supply lines")
        constraints = [models.UniqueConstraint(fields=["supply", "key"], name="supply_line_once")]
        indexes = [
            models.Index(fields=["company", "listing", "supply"], name="supply_line_listing"),
            models.Index(
                fields=["company", "waiting_since"],
                condition=~models.Q(waiting_since=None),
                name="supply_line_waiting",
            ),
            models.Index(
                fields=["company", "supply"], condition=models.Q(listing=None), name="supply_line_unknown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_sku or self.key} × {self.planned if self.declared is None else self.declared}"

    @property
    def code(self) -> str:
        """The barcode for its label: its own while the listing (to be selected with it) has that, else the listing's."""
        if self.listing is None or self.barcode in self.listing.barcodes:
            return self.barcode
        return self.listing.barcode or self.barcode


class SupplyBox(CompanyOwned):
    """A box or pallet. `code` is what its label says: an SSCC-18 without brackets, or the marketplace's own code."""

    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="boxes", db_index=False)
    position = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=BoxKind, default=BoxKind.BOX)
    code = models.CharField(_("code"), max_length=64, blank=True)
    is_told = models.BooleanField(_("told by the marketplace"), default=False)
    external_status = models.CharField(_("their status"), max_length=64, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("box")
        verbose_name_plural = _("boxes")
        constraints = [
            models.UniqueConstraint(fields=["supply", "is_told", "position"], name="supply_box_once"),
            models.UniqueConstraint(
                fields=["company", "code"],
                condition=models.Q(is_told=False) & ~models.Q(code=""),
                name="supply_box_code_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} · {self.code}"


class BoxLine(CompanyOwned):
    """Units of a line in a box."""

    box = models.ForeignKey(SupplyBox, on_delete=models.CASCADE, related_name="contents", db_index=False)
    line = models.ForeignKey(SupplyLine, on_delete=models.CASCADE, related_name="boxes")
    quantity = models.PositiveIntegerField(_("units"))

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("contents of a box")
        verbose_name_plural = _("contents of boxes")
        constraints = [models.UniqueConstraint(fields=["box", "line"], name="box_line_once")]

    def __str__(self) -> str:
        return f"{self.box_id}: {self.line_id} × {self.quantity}"


class SupplyDocument(CompanyOwned):
    """A paper of a supply: that it exists, not its contents. `kind` is the marketplace's word or ours; `is_told` where
    the marketplace named it, and nobody of the seller's noted it before."""

    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="documents", db_index=False)
    kind = models.CharField(_("document"), max_length=64)
    number = models.CharField(_("number"), max_length=100, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    is_told = models.BooleanField(_("told by the marketplace"), default=False)
    recorded_at = models.DateTimeField(_("learnt"))

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("document of a supply")
        verbose_name_plural = _("documents of supplies")
        constraints = [
            models.UniqueConstraint(fields=["supply", "kind", "number"], name="supply_document_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class SupplyEvent(HistoryEvent):
    """A change of a supply. `details` of NUMBERS and CONTENTS hold what changed as {name: [before, after]}."""

    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=16, choices=SupplyEventKind, default=SupplyEventKind.STATUS)
    old_status = StatusField(_("old status"), statuses=SupplyStatus, blank=True)
    new_status = StatusField(_("new status"), statuses=SupplyStatus)
    external_status = models.CharField(_("their status"), max_length=64, blank=True)
    details = models.JSONField(_("what changed"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=16, choices=SupplySource)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("supply event")
        verbose_name_plural = _("supply events")
        constraints = [
            models.UniqueConstraint(
                fields=["supply", "kind", "new_status", "happened_at"], name="supply_event_once"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(dispatched_at=None), name="supply_event_outbox"),
        ]

    def __str__(self) -> str:
        return f"{self.old_status} → {self.new_status}"
