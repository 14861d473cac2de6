"""Orders, their lines, their history and the tally by day and status."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import LONGEST_ARTICLE, Listing, Warehouse
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.contracts.orders import OrderStatus, Precision
from marketplaces.models import HistoryEvent, MarketplaceAccount

OPEN = [status for status in OrderStatus if not status.is_final]


class OrderQuerySet(CompanyQuerySet):
    def open(self) -> OrderQuerySet:
        """Those that may still move."""
        return self.filter(status__in=OPEN)


class Order(CompanyOwned):
    """An order (Ozon: a posting) as the marketplace said last.

    `status` is ours, `external_status` and `external_substatus` their words. `amount` is the sum of the lines
    at the seller's price in `currency`. `title`, `units` and `lines_count` describe the lines so that a list
    asks for nothing more.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="orders", db_index=False
    )
    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("order"), max_length=100)
    number = models.CharField(_("number of the purchase"), max_length=100, blank=True)
    status = StatusField(_("status"), statuses=OrderStatus)
    external_status = models.CharField(_("their status"), max_length=64)
    external_substatus = models.CharField(_("their substatus"), max_length=64, blank=True)
    status_at = models.DateTimeField(_("status since"))
    status_precision = models.CharField(max_length=16, default=Precision.OBSERVED)
    placed_at = models.DateTimeField(_("placed"))
    placed_date = models.DateField(_("business day"))
    accepted_at = models.DateTimeField(_("taken into work"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    expected_from = models.DateTimeField(_("expected from"), null=True, blank=True)
    expected_to = models.DateTimeField(_("expected until"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    units = models.PositiveIntegerField(_("units"))
    lines_count = models.PositiveSmallIntegerField(_("positions"))
    title = models.CharField(_("contents"), max_length=500)
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    warehouse_name = models.CharField(_("warehouse"), max_length=200, blank=True)
    cluster_from = models.CharField(_("from cluster"), max_length=200, blank=True)
    cluster_to = models.CharField(_("to cluster"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=200, blank=True)
    delivery_type = models.CharField(_("delivery"), max_length=64, blank=True)
    cancel_reason_id = models.CharField(max_length=32, blank=True)
    cancel_reason = models.CharField(_("cancel reason"), max_length=300, blank=True)
    cancel_initiator = models.CharField(_("cancelled by"), max_length=64, blank=True)
    # Of all that was told (orders.services.rows.fingerprint); equal means nothing to write.
    fingerprint = models.BinaryField(max_length=20, editable=False)
    # When the request was sent whose answer this row holds; an older answer changes nothing.
    observed_at = models.DateTimeField(_("as of"))
    changed_at = models.DateTimeField(_("changed"))
    created_at = models.DateTimeField(_("first seen"), default=timezone.now)

    all_companies = OrderQuerySet.as_manager()
    objects = ScopedManager.from_queryset(OrderQuerySet)()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "external_id"], name="order_once")
        ]
        indexes = [
            models.Index(fields=["company", "-placed_at", "-id"], name="order_placed"),
            # The orders of the list; a status and a cluster are looked for in them, and counted, without the rows.
            models.Index(
                fields=["company", "-changed_at", "-id", "status", "cluster_to"], name="order_changed"
            ),
            models.Index(
                fields=["company", "status", "-placed_at", "-id", "cluster_to"], name="order_status"
            ),
            models.Index(
                fields=["company", "account", "external_id"],
                condition=models.Q(status__in=["unknown", "accepted", "packed", "shipped"]),
                name="order_open",
            ),
            # Of what may still move, that which has not for longest.
            models.Index(
                fields=["company", "marketplace", "status", "status_at", "id"],
                condition=models.Q(status__in=["unknown", "accepted", "packed", "shipped"]),
                name="order_standing",
            ),
            models.Index(fields=["company", "-amount", "-id"], name="order_amount"),
            models.Index(
                fields=["company", "expected_to"],
                condition=models.Q(status__in=["unknown", "accepted", "packed", "shipped"]),
                name="order_expected",
            ),
            models.Index(
                "company", OpClass(Upper("external_id"), name="text_pattern_ops"), name="order_number_search"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id

    def get_absolute_url(self) -> str:
        return reverse("orders:order-detail", args=[self.company.slug, self.pk])

    @property
    def is_local(self) -> bool | None:
        """Whether it is delivered in the cluster it is shipped from; None when a cluster is not told."""
        if not self.cluster_from or not self.cluster_to:
            return None
        return self.cluster_from == self.cluster_to


class OrderLine(CompanyOwned):
    """A position of an order. `price` is the seller's price of one unit in the order's currency.

    `listing` is empty while the assortment does not know the SKU. `placed_at` repeats the order's, so that
    the orders of a listing are found newest first.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="order_lines", db_index=False
    )
    marketplace_sku = models.CharField(_("marketplace SKU"), max_length=LONGEST_ARTICLE)
    seller_sku = models.CharField(_("seller's article"), max_length=LONGEST_ARTICLE)
    name = models.CharField(_("name"), max_length=500)
    quantity = models.PositiveIntegerField(_("quantity"))
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=14, decimal_places=2, default=0)
    placed_at = models.DateTimeField(_("placed"))

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="order_line_once")]
        indexes = [
            models.Index(fields=["company", "listing", "-placed_at", "order"], name="order_line_listing"),
            models.Index(
                fields=["company", "order"], condition=models.Q(listing=None), name="order_line_unknown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_sku} × {self.quantity}"

    @property
    def amount(self) -> object:
        """Price × quantity."""
        return self.price * self.quantity


class EventKind(models.TextChoices):
    """What an event of an order's history tells."""

    STATUS = "status", _("Status")
    CORRECTION = "correction", _("Correction of a final status")


class OrderEvent(HistoryEvent):
    """A change of the status of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=16, choices=EventKind, default=EventKind.STATUS)
    old_status = StatusField(_("old status"), statuses=OrderStatus, blank=True)
    new_status = StatusField(_("new status"), statuses=OrderStatus)
    external_status = models.CharField(_("their status"), max_length=64, blank=True)
    source = models.CharField(_("source"), max_length=16)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        constraints = [
            models.UniqueConstraint(fields=["order", "new_status", "happened_at"], name="order_event_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(dispatched_at=None), name="order_event_outbox"),
        ]

    def __str__(self) -> str:
        return f"{self.old_status} → {self.new_status}"


class OrderTally(CompanyOwned):
    """How many orders of a business day stand in a status: kept in the same transaction as the orders.

    Counters on pages read this; they never count orders.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    status = StatusField(statuses=OrderStatus)
    orders = models.IntegerField(default=0)
    units = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("order tally")
        verbose_name_plural = _("order tallies")
        constraints = [
            models.UniqueConstraint(fields=["company", "day", "account", "status"], name="order_tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.status}: {self.orders}"
