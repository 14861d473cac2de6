"""How the same goods are listed on each marketplace: articles, cards, sizes, barcodes, and the doubts planted in them.

Most goods have one article and one barcode everywhere. What differs is planted, so that whoever matches listings can
be checked against it.
"""

from dataclasses import dataclass
from typing import Literal

from sandbox.world.catalog import FAMILIES, Product, ean13
from sandbox.world.seeds import mix

OZON, WILDBERRIES, YANDEX_MARKET = "ozon", "wildberries", "yandex_market"
CHANNELS = (OZON, WILDBERRIES, YANDEX_MARKET)

Doubt = Literal["", "article_alike", "no_barcode", "foreign_barcode", "other_barcode"]
_SIZES = {family.code: {size: code for code, size, _price in family.sizes} for family in FAMILIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A product as a marketplace lists it. `card` and `size` are Wildberries' article of the card and the size in it;
    `doubt` says what was planted."""

    article: str
    card: str
    size: str
    barcodes: tuple[str, ...]
    doubt: Doubt


def is_listed(channel: str, product: Product) -> bool:
    """Tell whether the seller lists the product on a marketplace at all."""
    if channel == WILDBERRIES:
        return product.index % 23 != 8
    if channel == YANDEX_MARKET:
        return product.index % 19 != 6
    return True


def listed(channel: str, seed: int, product: Product, assortment: tuple[Product, ...]) -> Listed:
    """Return how a marketplace lists a product."""
    if channel == WILDBERRIES:
        return _on_wildberries(seed, product)
    if channel == YANDEX_MARKET:
        return _on_yandex(product, assortment)
    return _as_it_is(product)


def size_code(product: Product) -> str:
    """Return the code of a product's size; "0" where its family has the one size."""
    codes = _SIZES[product.family.code]
    return codes[product.size] if len(codes) > 1 else "0"


def card_article(product: Product) -> str:
    """Return the article of the card that holds a product's sizes: family, colour and series."""
    _brand, family, _size, *rest = product.offer_id.split("-")
    return "-".join(("LN", family, *rest))


def _as_it_is(product: Product) -> Listed:
    return Listed(
        article=product.offer_id, card=product.offer_id, size="", barcodes=product.barcodes, doubt=""
    )


def _on_wildberries(seed: int, product: Product) -> Listed:
    """Wildberries knows cards of sizes, and no size without a barcode."""
    own = ean13(f"20{mix(seed, 71, product.index) % 10**10:010}")
    has_own = not product.barcodes or product.index % 37 == 9
    return Listed(
        article=card_article(product),
        card=card_article(product),
        size=size_code(product),
        barcodes=(own,) if has_own else product.barcodes,
        doubt="other_barcode" if has_own else "",
    )


def _on_yandex(product: Product, assortment: tuple[Product, ...]) -> Listed:
    article, barcodes = product.offer_id, product.barcodes
    doubt: Doubt = ""
    if product.index % 17 == 5:
        article, doubt = article.lower().replace("-", "_"), "article_alike"
    elif product.index % 29 == 12:
        article, doubt = article.replace("-", " ", 1), "article_alike"
    if product.index % 31 == 3:
        barcodes, doubt = (), "no_barcode"
    elif product.index % 43 == 11 and (foreign := _neighbour(product, assortment)).barcodes:
        barcodes, doubt = foreign.barcodes[:1], "foreign_barcode"
    return Listed(article=article, card=article, size="", barcodes=barcodes, doubt=doubt)


def _neighbour(product: Product, assortment: tuple[Product, ...]) -> Product:
    return assortment[(product.index + 1) % len(assortment)]
