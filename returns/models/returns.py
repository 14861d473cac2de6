"""Returns and refusals, and their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import LONGEST_ARTICLE, Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.models import HistoryEvent, MarketplaceAccount
from orders.models import Order, OrderLine
from returns.choices import ReturnEventKind, ReturnSource, Unmatched
from returns.models.reasons import Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OPEN = [status for status in ReturnStatus if not status.is_final]


class ReturnQuerySet(CompanyQuerySet):
    def open(self) -> ReturnQuerySet:
        """Those that have not ended in one of the ways a return may end."""
        return self.filter(status__in=OPEN)

    def of_buyers(self) -> ReturnQuerySet:
        """Those that count in a return rate."""
        return self.filter(kind=ReturnKind.CLIENT_RETURN)


class Return(CompanyOwned):
    """One product of one return, as the marketplace said last.

    `status` and `reason` are ours, `external_*` their words. `amount` is the seller's price of all its units in
    `currency`. `registered_at` is when it began; the event day (`registered_date`, in the company's zone) and the
    day of the order (`placed_date`) are what rates are counted by.
    """

    account = models.ForeignKey(
        MarketplaceAccount, on_delete=models.CASCADE, related_name="returns", db_index=False
    )
    marketplace = models.CharField(_("marketplace"), max_length=32)
    external_id = models.CharField(_("their id"), max_length=LONGEST_ARTICLE + 64)
    number = models.CharField(_("return"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=ReturnKind)
    status = StatusField(_("status"), statuses=ReturnStatus)
    external_status = models.CharField(_("their status"), max_length=100, blank=True)
    status_at = models.DateTimeField(_("status since"))
    status_precision = models.CharField(max_length=16, default=Precision.OBSERVED)
    registered_at = models.DateTimeField(_("began"))
    registered_date = models.DateField(_("business day"))
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    settled_at = models.DateTimeField(_("ended"), null=True, blank=True)
    order_external_id = models.CharField(_("order"), max_length=100, blank=True)
    order_number = models.CharField(_("number of the purchase"), max_length=100, blank=True)
    order = models.ForeignKey(
        Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="returns", db_index=False
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="returns"
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="returns", db_index=False
    )
    unmatched = models.CharField(
        _("without its order"), max_length=20, choices=Unmatched, blank=True, default=Unmatched.MATCHED
    )
    placed_date = models.DateField(_("day of the order"), null=True, blank=True)
    cluster_to = models.CharField(_("to cluster"), max_length=200, blank=True)
    marketplace_sku = models.CharField(_("marketplace SKU"), max_length=LONGEST_ARTICLE, blank=True)
    barcode = models.CharField(_("barcode"), max_length=100, blank=True)
    seller_sku = models.CharField(_("seller's article"), max_length=LONGEST_ARTICLE, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    external_reason_id = models.CharField(_("id of their reason"), max_length=100, blank=True)
    external_reason = models.CharField(_("their reason"), max_length=300, blank=True)
    reason = models.ForeignKey(
        Reason, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    place_name = models.CharField(_("where it is"), max_length=200, blank=True)
    place_address = models.CharField(_("address"), max_length=500, blank=True)
    pick_up_until = models.DateField(_("pick up by"), null=True, blank=True)
    storage_from = models.DateField(_("storage is paid from"), null=True, blank=True)
    storage_cost = models.DecimalField(
        _("storage so far"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    disposal_on = models.DateField(_("disposed of on"), null=True, blank=True)
    disposal_cost = models.DecimalField(
        _("cost of disposal"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    compensation = models.DecimalField(
        _("compensation"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    compensation_status = models.CharField(_("state of the compensation"), max_length=64, blank=True)
    # Of the answer that changed it last; the same once more is nothing to read on (returns.services.told).
    fingerprint = models.BinaryField(max_length=20, editable=False, default=b"")
    # How old each of the values is, so that answers may come in any order (returns.services.told).
    told = models.JSONField(default=dict, editable=False)
    # When the marketplace changed it last, as it says; an older answer changes nothing.
    told_at = models.DateTimeField(_("changed there"), null=True, blank=True)
    observed_at = models.DateTimeField(_("as of"))
    changed_at = models.DateTimeField(_("changed"))
    created_at = models.DateTimeField(_("first seen"), default=timezone.now)

    all_companies = ReturnQuerySet.as_manager()
    objects = ScopedManager.from_queryset(ReturnQuerySet)()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(fields=["company", "account", "external_id"], name="return_once"),
        ]
        indexes = [
            models.Index(fields=["company", "-registered_at", "-id"], name="return_registered"),
            # The reasons of a period are summed from it alone.
            models.Index(
                fields=["company", "registered_date", "kind"],
                include=["account", "listing", "reason", "status", "quantity", "amount"],
                name="return_day",
            ),
            models.Index(fields=["company", "-changed_at", "-id"], name="return_changed"),
            models.Index(fields=["company", "status", "-registered_at", "-id"], name="return_status"),
            models.Index(fields=["company", "reason", "-registered_at", "-id"], name="return_reason"),
            models.Index(fields=["company", "kind", "-registered_at", "-id"], name="return_kind"),
            # A status among those of a reason or a kind: its rows in order, and how many there are.
            models.Index(
                fields=["company", "reason", "status", "-registered_at", "-id"], name="return_reason_status"
            ),
            models.Index(
                fields=["company", "kind", "status", "-registered_at", "-id"], name="return_kind_status"
            ),
            models.Index(fields=["company", "listing", "-registered_at", "-id"], name="return_listing"),
            models.Index(fields=["company", "order"], name="return_order"),
            # What waits by place, which is a name at an address; what must be decided soon, by each of its days. With
            # all that is summed of it.
            models.Index(
                fields=["company", "marketplace", "place_name", "place_address", "pick_up_until", "id"],
                include=["quantity", "amount", "storage_cost"],
                condition=models.Q(status="waiting_pickup"),
                name="return_place",
            ),
            models.Index(
                fields=["company", "pick_up_until"],
                include=["account", "quantity", "amount", "registered_date"],
                condition=models.Q(status="waiting_pickup"),
                name="return_pick_up",
            ),
            models.Index(
                fields=["company", "disposal_on"],
                include=["account", "quantity", "amount", "registered_date"],
                condition=models.Q(status__in=OPEN) & ~models.Q(disposal_on=None),
                name="return_disposal",
            ),
            models.Index(
                fields=["company", "registered_at"],
                include=[
                    "account",
                    "marketplace",
                    "kind",
                    "status",
                    "external_status",
                    "quantity",
                    "amount",
                    "registered_date",
                ],
                condition=models.Q(status__in=OPEN),
                name="return_open",
            ),
            models.Index(
                fields=["company", "account", "order_external_id"],
                condition=~models.Q(unmatched=""),
                name="return_unmatched",
            ),
            models.Index(
                "company",
                OpClass(Upper("order_external_id"), name="text_pattern_ops"),
                name="return_order_search",
            ),
            models.Index(
                "company", OpClass(Upper("number"), name="text_pattern_ops"), name="return_number_search"
            ),
            models.Index(
                "company", OpClass(Upper("place_name"), name="text_pattern_ops"), name="return_place_search"
            ),
            models.Index(
                fields=["company", "place_address"],
                condition=~models.Q(place_address=""),
                name="return_address",
            ),
            # A return without a listing is looked up by what the marketplace said of the product.
            models.Index(
                "company",
                OpClass(Upper("seller_sku"), name="text_pattern_ops"),
                condition=models.Q(listing=None),
                name="return_untied_article",
            ),
            models.Index(
                fields=["company", "barcode"],
                condition=models.Q(listing=None),
                name="return_untied_barcode",
            ),
            models.Index(
                fields=["company", "marketplace_sku"],
                condition=models.Q(listing=None),
                name="return_untied_sku",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id

    @property
    def kind_name(self) -> StrOrPromise:
        """The kind in words; for lists: Django's own way prepares every choice each time it is asked."""
        return ReturnKind(self.kind).label

    def get_absolute_url(self) -> str:
        return reverse("returns:return-detail", args=[self.company.slug, self.pk])


class ReturnEvent(HistoryEvent):
    """A change of a return. `details` of REASON holds {"reason": [code before, code after]}."""

    return_of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=16, choices=ReturnEventKind, default=ReturnEventKind.STATUS)
    old_status = StatusField(_("old status"), statuses=ReturnStatus, blank=True)
    new_status = StatusField(_("new status"), statuses=ReturnStatus)
    external_status = models.CharField(_("their status"), max_length=100, blank=True)
    details = models.JSONField(_("what changed"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=16, choices=ReturnSource)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("return event")
        verbose_name_plural = _("return events")
        constraints = [
            models.UniqueConstraint(
                fields=["return_of", "kind", "new_status", "happened_at"], name="return_event_once"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(dispatched_at=None), name="return_event_outbox"),
        ]

    def __str__(self) -> str:
        return f"{self.old_status} → {self.new_status}"
