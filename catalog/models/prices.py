"""Prices that the seller sends to the marketplaces: batches and their rows, each with its outcome."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.choices import BatchState, ChangeState
from catalog.models.products import Listing
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField
from marketplaces.models import MarketplaceAccount


class ListingPrice(CompanyOwned):
    """The prices of a listing as they were: from `valid_from` until `valid_to`, in `currency`.

    A row is added when a price changes, not at each reading; the open row has no `valid_to`. Kept for ever.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True)
    old_price = models.DecimalField(_("price before discount"), max_digits=14, decimal_places=2, null=True)
    min_price = models.DecimalField(_("lowest price"), max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("price history")
        verbose_name_plural = _("price history")
        constraints = [
            models.UniqueConstraint(fields=["company", "listing", "valid_from"], name="listing_price_once"),
            models.UniqueConstraint(
                fields=["company", "listing"],
                condition=models.Q(valid_to=None),
                name="listing_price_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.price} from {self.valid_from:%Y-%m-%d %H:%M}"


class PriceBatch(CompanyOwned):
    """One change of prices, of one listing or of many: drafted, shown, confirmed, then sent.

    `about` says in words what was changed and how. The counts are of its rows and kept with them.
    """

    about = models.CharField(_("what is changed"), max_length=300)
    state = StatusField(_("state"), statuses=BatchState, default=BatchState.DRAFT)
    rows_count = models.PositiveIntegerField(_("prices"), default=0)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("change of prices")
        verbose_name_plural = _("changes of prices")
        indexes = [models.Index(fields=["company", "-made_at", "-id"], name="price_batch_latest")]

    def __str__(self) -> str:
        return self.about


class PriceChange(CompanyOwned):
    """The new prices of one listing, whole, beside those that stood when it was drafted.

    `problems` are what the marketplace's rules say (`{code, text, is_fatal}`). A row that is SENT may or may not
    have arrived: it is decided by reading back (`reference` is their task), never by sending again.
    `reason_code` and `reason` are the marketplace's words.
    """

    batch = models.ForeignKey(PriceBatch, on_delete=models.CASCADE, related_name="changes")
    account = models.ForeignKey(MarketplaceAccount, on_delete=models.CASCADE, related_name="price_changes")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="price_changes")
    price = models.DecimalField(_("new price"), max_digits=14, decimal_places=2)
    old_price = models.DecimalField(
        _("new price before discount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    min_price = models.DecimalField(
        _("new lowest price"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    was_price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    was_old_price = models.DecimalField(
        _("price before discount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    was_min_price = models.DecimalField(
        _("lowest price"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    state = StatusField(_("state"), statuses=ChangeState, default=ChangeState.DRAFT)
    problems = models.JSONField(_("what the rules say"), default=list, blank=True)
    # The portion it was sent with: one request.
    portion = models.UUIDField(null=True, editable=False)
    reference = models.CharField(_("their task"), max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    checks = models.PositiveSmallIntegerField(_("times read back"), default=0)
    check_at = models.DateTimeField(_("read back next"), null=True, blank=True)
    reason_code = models.CharField(_("their code"), max_length=100, blank=True)
    reason = models.CharField(_("their reason"), max_length=500, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("new price")
        verbose_name_plural = _("new prices")
        constraints = [
            models.UniqueConstraint(fields=["company", "batch", "listing"], name="price_change_once"),
            # Two new prices of one listing on their way at once: nobody could tell which of them stands.
            models.UniqueConstraint(
                fields=["company", "listing"],
                condition=models.Q(state__in=["queued", "sent"]),
                name="price_change_one_on_its_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "id"], condition=models.Q(state="queued"), name="price_change_queue"
            ),
            models.Index(fields=["check_at"], condition=models.Q(state="sent"), name="price_change_to_check"),
            models.Index(fields=["company", "listing", "-id"], name="price_change_of_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.was_price} → {self.price}"
