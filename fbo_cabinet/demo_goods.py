"""What the demo seller knows of his goods himself: cost prices and own dimensions. Each kind is written where there
is none yet, and never touched again."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from catalog.models import CostPrice, Listing, Product
from catalog.services.costs import set_cost
from catalog.services.dimensions import measure_product
from companies.actors import Actor, acting
from core.periods import business_day
from marketplaces.models import MarketplaceAccount, StreamState
from marketplaces.sync.engine import CannotRun, run_stream
from marketplaces.sync.leases import StreamBusy
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from companies.models import Company

# A worker may be reading the products already.
PATIENCE: Final = timedelta(seconds=20)
_PAUSE: Final = 0.5

# Of how many products one is left without a cost price, one has a second row, one is measured, one measures less.
_WITHOUT_COST: Final = 9
_REPRICED: Final = 4
_MEASURED: Final = 3
_SMALLER: Final = 15
# A unit costs from 30 to 54 hundredths of its price.
_LEAST_SHARE: Final = 30
_SHARES: Final = 25
_BEFORE: Final = Decimal("0.92")


def furnish_goods(*, account: MarketplaceAccount) -> bool:
    """Read the products of `account` where that was never done, and write what the seller knows of them.

    Whether there were products to write of: when not, the demo repeated does it.
    """
    if not _is_read(account):
        return False
    company = account.company
    with acting(Actor(source="command demo")), transaction.atomic():
        listings = list(
            Listing.objects.for_company(company)
            .filter(account=account)
            .select_related("product")
            .order_by("product_id", "pk")
        )
        if not CostPrice.objects.for_company(company).exists():
            _write_costs(company, listings)
        if not Product.objects.for_company(company).filter(length_mm__isnull=False).exists():
            _measure(company, listings)
    return bool(listings)


def _is_read(account: MarketplaceAccount) -> bool:
    """Whether the products have been read to the end; reads them, or waits for a worker that is at it."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    states = StreamState.objects.for_company(account.company_id).filter(account=account, stream="products")
    while not states.filter(succeeded_at__isnull=False).exists():
        if time.monotonic() > deadline:
            return False
        try:
            run_stream(account_id=account.pk, stream="products", trigger=Trigger.COMMAND)
        except CannotRun:
            return False
        except StreamBusy:
            time.sleep(_PAUSE)
        else:
            break
    return states.filter(succeeded_at__isnull=False).exists()


def _write_costs(company: Company, listings: Iterable[Listing]) -> None:
    today = business_day(timezone.now(), company.zone)
    for product, listing in _by_product(listings):
        mark = _mark(product)
        if listing.price is None or mark % _WITHOUT_COST == 0:
            continue
        # Another part of the mark, so that the share does not follow who has two rows.
        cost = _kopecks(listing.price * (_LEAST_SHARE + (mark >> 8) % _SHARES) / 100)
        began = date(today.year - 1, 1, 1)
        if mark % _REPRICED == 0:
            set_cost(product=product, valid_from=began, cost=_kopecks(cost * _BEFORE))
            began = (today - timedelta(days=75)).replace(day=1)
        set_cost(product=product, valid_from=began, cost=cost)


def _measure(company: Company, listings: Iterable[Listing]) -> None:
    """Own dimensions of some products; a few are shorter and lighter than the marketplace believes."""
    for product, listing in _by_product(listings):
        mark = _mark(product)
        length, width, height, weight = (
            listing.length_mm,
            listing.width_mm,
            listing.height_mm,
            listing.weight_g,
        )
        if mark % _MEASURED or length is None or width is None or height is None or weight is None:
            continue
        is_smaller = mark % _SMALLER == 0
        measure_product(
            company=company,
            product_id=product.pk,
            length_mm=length * 4 // 5 if is_smaller else length,
            width_mm=width,
            height_mm=height,
            weight_g=weight * 9 // 10 if is_smaller else weight,
        )


def _by_product(listings: Iterable[Listing]) -> list[tuple[Product, Listing]]:
    """Each product once, with its first listing."""
    first: dict[int, Listing] = {}
    for listing in listings:
        first.setdefault(listing.product_id, listing)
    return [(listing.product, listing) for listing in first.values()]


def _mark(product: Product) -> int:
    """The same number for the same article, whenever and wherever the demo is made."""
    return crc32(product.sku.encode())


def _kopecks(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
