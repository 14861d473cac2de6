"""Which listings are the same goods: pairs in doubt, and what people decided."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.choices import MoveKind, PairReason, PairState
from catalog.models.products import Listing, Product
from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager
from core.statuses import StatusField


class DoubtfulPair(CompanyOwned):
    """A listing that may belong to another product than it does; a person decides.

    `score` is from 0 to 100, how alike they are; `evidence` holds what speaks for it (`barcodes`, `articles`).
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="pairs")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pairs")
    reason = models.CharField(_("why"), max_length=16, choices=PairReason)
    score = models.PositiveSmallIntegerField(_("likeness"))
    evidence = models.JSONField(_("evidence"), default=dict)
    state = StatusField(_("decision"), statuses=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("doubtful pair")
        verbose_name_plural = _("doubtful pairs")
        constraints = [
            models.UniqueConstraint(fields=["company", "listing", "product"], name="doubtful_pair_once"),
        ]
        indexes = [
            models.Index(
                fields=["company", "-score", "id"],
                condition=models.Q(state="open"),
                name="doubtful_pair_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} ~ {self.product_id}"


class ListingMove(CompanyOwned):
    """A listing that a person moved from one product to another; moves with one `token` were made and are undone
    together. Append-only but for `undone_at`."""

    token = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(_("what was done"), max_length=16, choices=MoveKind)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="moves")
    from_product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    to_product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    # How the listing had been linked before, to be put back.
    old_link = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    is_audited: ClassVar[bool] = True

    all_companies = CompanyQuerySet.as_manager()
    objects = ScopedManager.from_queryset(CompanyQuerySet)()

    class Meta:
        verbose_name = _("move of a listing")
        verbose_name_plural = _("moves of listings")
        constraints = [
            models.UniqueConstraint(fields=["company", "token", "listing"], name="listing_move_once"),
        ]
        indexes = [models.Index(fields=["company", "-made_at", "-id"], name="listing_move_latest")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.listing_id}"
