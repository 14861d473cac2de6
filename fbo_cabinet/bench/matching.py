"""Matching a whole assortment over three marketplaces, against reading the listings and writing their products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalog.choices import LinkSource
from catalog.models import Listing, Product
from catalog.services.matching import match_assortment
from fbo_cabinet.bench import shop
from fbo_cabinet.bench.report import Finding, Stopwatch, forget_peak, peak_megabytes, resident_megabytes
from marketplaces.contracts.products import ListingStatus
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from companies.models import Company

LISTINGS: Final = 20_000
QUICK_LISTINGS: Final = 1_500
_GOAL: Final = 3.0
_SIZES: Final = ("XS", "S", "M", "L", "XL", "XXL")


def measure(*, quick: bool = False) -> list[Finding]:
    """Match once with nothing linked yet; then read the same listings and write a product to each."""
    company, _owner = shop.make_company("match")
    count = _fill(company, (QUICK_LISTINGS if quick else LISTINGS) // 3)
    forget_peak()
    before = resident_megabytes()
    with Stopwatch() as ours:
        found = match_assortment(company_id=company.pk)
    peak = peak_megabytes()
    with Stopwatch() as again:
        match_assortment(company_id=company.pk)
    with Stopwatch() as theirs:
        rows = list(Listing.objects.for_company(company).order_by("pk"))
        Listing.all_companies.bulk_update(rows, ["product"], batch_size=2000)
    grown = "" if peak is None or before is None else f", memory grew by {max(0.0, peak - before):.0f} MB"
    return [
        Finding(
            what=f"matching of {count} listings on three marketplaces",
            against="reading them and bulk_update of one column",
            ours=f"{ours.seconds:.1f} s",
            theirs=f"{theirs.seconds:.1f} s",
            ratio=ours.seconds / theirs.seconds,
            goal=_GOAL,
            at_least=False,
            note=f"{found.products} products, {found.doubtful} in doubt, again {again.seconds:.1f} s{grown}",
        )
    ]


def _fill(company: Company, goods: int) -> int:
    """Each thing on three marketplaces: sizes of cards on one, another spelling of every ninth article on another."""
    accounts = [
        MarketplaceAccount.all_companies.create(
            company=company, marketplace=code, title=code, external_id=code, base_url="https://bench.example"
        )
        for code in ("ozon", "wildberries", "yandex_market")
    ]
    rows = [_row(number, place) for number in range(goods) for place in range(len(accounts))]
    products = Product.all_companies.bulk_create(
        [Product(company=company, sku=f"{article}/{size}/{place}/{number}", name=article)
         for number, place, article, size, _barcodes in rows],
        batch_size=5000,
    )  # fmt: skip
    now = company.created_at
    Listing.all_companies.bulk_create(
        [
            Listing(
                company=company, account=accounts[place], product=product, link=LinkSource.ARTICLE,
                external_id=str(number), marketplace_sku=str(number), seller_sku=article, size=size,
                barcodes=barcodes, name=article, status=ListingStatus.ON_SALE, observed_at=now,
            )
            for product, (number, place, article, size, barcodes) in zip(products, rows, strict=True)
        ],
        batch_size=5000,
    )  # fmt: skip
    return len(rows)


def _row(number: int, place: int) -> tuple[int, int, str, str, list[str]]:
    size = _SIZES[number % len(_SIZES)]
    card = f"LN-{number // len(_SIZES):05}"
    barcode = [f"46{number:011}"]
    if place == 1:
        return number, place, card, size, barcode
    article = f"{card}-{size}"
    if place == 2 and number % 9 == 0:
        return number, place, article.lower().replace("-", "_"), "", []
    return number, place, article, "", barcode if number % 17 else []
