"""How supplies are synced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.selectors.listings import skus_by_barcode
from marketplaces.adapter import FetchesSupplies
from marketplaces.contracts.supplies import SuppliesQuery, SupplyStatus
from marketplaces.streams import PageResult, PullRequest, SyncStream
from supplies.models import OPEN, Supply
from supplies.services.lines import link_lines
from supplies.services.money import value_missing
from supplies.services.record import record_supplies

if TYPE_CHECKING:
    from datetime import datetime

    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.contracts.pages import Page
    from marketplaces.models import MarketplaceAccount

# Marketplaces count and recount long after they have accepted: those that settled since are read again.
REREAD_FOR: Final = timedelta(days=45)


class SupplyStream(SyncStream):
    """Supplies: those that changed since the last pull, and again those whose numbers may still move."""

    code = "supplies"
    title = _("Supplies")
    role: ClassVar[type[Any]] = FetchesSupplies
    every = timedelta(minutes=15)
    fresh_for = timedelta(hours=1)
    deep_every = timedelta(days=1)
    rereads_one = True

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        source = cast("FetchesSupplies", adapter)
        if request.external_id:
            yield source.fetch_supply(request.external_id)
            return
        link_lines(account=request.account)
        value_missing(account=request.account)
        query = SuppliesQuery(
            since=request.since or request.now - timedelta(days=settings.ORDER_HISTORY_DAYS),
            until=request.now,
            open_external_ids=unsettled(request.account, now=request.now),
            sku_by_barcode=skus_by_barcode(request.account),
        )
        yield from source.fetch_supplies(query, cursor={} if request.since else request.cursor)

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        return record_supplies(
            account=request.account,
            snapshots=page.snapshots,
            observed_at=page.observed_at,
            source=request.source,
        )

    def held(self, account: MarketplaceAccount) -> int:
        told = Supply.objects.for_company(account.company_id).filter(account=account).exclude(external_id="")
        return int(told[:1].count())


def unsettled(account: MarketplaceAccount, *, now: datetime) -> tuple[str, ...]:
    """The marketplace's ids of supplies that may still move, and of those accepted not long ago."""
    told = Supply.objects.for_company(account.company_id).filter(account=account).exclude(external_id="")
    is_recent = Q(status=SupplyStatus.ACCEPTED, status_at__gte=now - REREAD_FOR)
    rows = told.filter(Q(status__in=OPEN) | is_recent)
    return tuple(rows.order_by("external_id").values_list("external_id", flat=True))
