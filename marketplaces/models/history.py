"""What every history of the cabinet is made of: events that are read as timeline, audit and outbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.scoping import CompanyOwned
from marketplaces.contracts.orders import Precision


class HistoryEvent(CompanyOwned):
    """Base of the changes of one kind of object: append-only, written by services only.

    `happened_at` is the marketplace's time as well as `precision` says; `recorded_at` is when we learnt it. A subclass
    adds the object, the statuses, and the source in its own words.
    """

    happened_at = models.DateTimeField(_("happened"))
    precision = models.CharField(max_length=16, default=Precision.OBSERVED)
    recorded_at = models.DateTimeField(_("learnt"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    dispatched_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
