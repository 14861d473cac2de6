"""How the assortment and its stock are synced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.utils.translation import gettext_lazy as _

from catalog.models import Listing, StockLevel, Tariff
from catalog.services.matching import match_assortment
from catalog.services.prices import record_prices
from catalog.services.products import record_products
from catalog.services.stock import record_stock
from catalog.services.tariffs import complete_day, record_tariffs
from companies.actors import Actor, acting
from core.periods import business_day
from marketplaces.adapter import FetchesPrices, FetchesProducts, FetchesStock, FetchesTariffs
from marketplaces.contracts.stock import StockQuery
from marketplaces.contracts.tariffs import TariffsQuery
from marketplaces.errors import CursorRejected
from marketplaces.models import StreamState
from marketplaces.streams import PageResult, PullRequest, SyncStream

if TYPE_CHECKING:
    from datetime import date

    from marketplaces.adapter import MarketplaceAdapter
    from marketplaces.contracts.pages import Page
    from marketplaces.models import MarketplaceAccount


class ProductStream(SyncStream):
    """Listings: the whole assortment every time, it is small."""

    code = "products"
    title = _("Products")
    role: ClassVar[type[Any]] = FetchesProducts
    is_first_step = True
    every = timedelta(minutes=30)
    fresh_for = timedelta(hours=1)

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        source = cast("FetchesProducts", adapter)
        if request.external_id:
            yield source.fetch_product(request.external_id)
            return
        yield from source.fetch_products(cursor=request.cursor)

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        result = record_products(
            account=request.account, snapshots=page.snapshots, observed_at=page.observed_at
        )
        if page.is_last:
            with acting(Actor(source="sync")):
                match_assortment(company_id=request.account.company_id)
        if result.inserted:
            # New listings have no stock and no price yet: do not let the seller wait for the next round.
            StreamState.objects.for_company(request.account.company_id).filter(
                account=request.account, stream__in=[StockStream.code, PriceStream.code]
            ).update(due_at=request.now)
        return result

    def held(self, account: MarketplaceAccount) -> int:
        return int(Listing.objects.for_company(account.company_id).filter(account=account).count())


class PriceStream(SyncStream):
    """Prices of every listing that the assortment knows, where they are told apart from the products."""

    code = "prices"
    title = _("Prices")
    role: ClassVar[type[Any]] = FetchesPrices
    every = timedelta(minutes=15)
    fresh_for = timedelta(hours=1)

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        yield from cast("FetchesPrices", adapter).fetch_prices(cursor=request.cursor)

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        return record_prices(account=request.account, snapshots=page.snapshots, observed_at=page.observed_at)

    def held(self, account: MarketplaceAccount) -> int:
        listings = Listing.objects.for_company(account.company_id).filter(account=account)
        return int(listings.exclude(prices_as_of=None).count())


class StockStream(SyncStream):
    """Stock by warehouse of every listing that the assortment knows."""

    code = "stock"
    title = _("Stock")
    role: ClassVar[type[Any]] = FetchesStock
    is_first_step = True
    every = timedelta(minutes=5)
    fresh_for = timedelta(minutes=30)

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        listings = Listing.objects.for_company(request.account.company_id).filter(account=request.account)
        if request.external_id:
            listings = listings.filter(external_id=request.external_id)
        skus = tuple(listings.order_by("marketplace_sku").values_list("marketplace_sku", flat=True))
        if not skus:
            return
        cursor = {} if request.external_id else request.cursor
        yield from cast("FetchesStock", adapter).fetch_stock(StockQuery(marketplace_skus=skus), cursor=cursor)

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        return record_stock(
            account=request.account,
            snapshots=page.snapshots,
            covers=page.covers,
            observed_at=page.observed_at,
        )

    def held(self, account: MarketplaceAccount) -> int:
        levels = StockLevel.objects.for_company(account.company_id).filter(account=account, available__gt=0)
        return int(levels.count())

    def held_of(self, account: MarketplaceAccount, covers: tuple[str, ...]) -> int:
        levels = StockLevel.objects.for_company(account.company_id).filter(
            account=account, listing__marketplace_sku__in=covers, available__gt=0
        )
        return int(levels.count())


class TariffStream(SyncStream):
    """Tariffs of the business day, kept as rows that last as long as a value does.

    Read twice a day, so that one refusal costs no day: nobody can fetch yesterday's tariff. A pull belongs to one
    day; what was begun yesterday is not gone on with today.
    """

    code = "tariffs"
    title = _("Tariffs")
    role: ClassVar[type[Any]] = FetchesTariffs
    every = timedelta(hours=12)
    fresh_for = timedelta(hours=24)

    def pages(self, adapter: MarketplaceAdapter, request: PullRequest) -> Iterator[Page[Any]]:
        day = _day(request)
        if request.cursor and request.cursor.get("day") != day.isoformat():
            raise CursorRejected("the tariffs of another day")
        listings = Listing.objects.for_company(request.account.company_id).filter(account=request.account)
        ids = tuple(listings.order_by("external_id").values_list("external_id", flat=True))
        query = TariffsQuery(day=day, external_ids=ids)
        place = request.cursor.get("place", {})
        for page in cast("FetchesTariffs", adapter).fetch_tariffs(query, cursor=place):
            yield replace(
                page, cursor={} if page.is_last else {"day": day.isoformat(), "place": dict(page.cursor)}
            )

    def record(self, page: Page[Any], request: PullRequest) -> PageResult:
        day = _day(request)
        result = record_tariffs(account=request.account, snapshots=page.snapshots, day=day)
        if page.is_last:
            unreadable = {one.external_id for one in (*page.rejected, *result.rejected)}
            complete_day(account=request.account, day=day, unreadable=unreadable)
        return result

    def held(self, account: MarketplaceAccount) -> int:
        tariffs = Tariff.objects.for_company(account.company_id).filter(account=account, valid_to=None)
        return int(tariffs.count())


def _day(request: PullRequest) -> date:
    return business_day(request.now, request.account.company.zone)
