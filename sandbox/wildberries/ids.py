"""What cards, sizes and sales are called in Wildberries."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.listings import card_article
from sandbox.world.moments import DAY, HOUR
from sandbox.world.seeds import mix
from sandbox.world.supplies import Supply
from sandbox.world.units import Unit

_CARDS, _SIZES, _MERGED, _SALES = 170_000_000, 310_000_000, 150_000_000, 10**10
_PREORDERS, _SUPPLIES, _VIRTUAL, _THINGS = 34_000_000, 26_000_000, 3 * 10**9, 20_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card: the sizes of one family, colour and series that the seller lists, in the order of the assortment.

    `first` is the place of its first product, listed or not: what the card is called depends on nothing else.
    """

    first: int
    nm_id: int
    article: str
    sizes: tuple[Product, ...]

    def created(self, world: World) -> int:
        """Return the instant at which the card was made: before its first size went on sale."""
        launched = min(product.launched for product in self.sizes)
        stir = mix(world.settings.seed, 82, self.first)
        if launched:
            return launched * DAY + stir % HOUR
        return world.streams.opened - 30 * DAY - stir % (400 * DAY)

    def updated(self, world: World, at: int) -> int:
        """Return the instant at which the card was last changed by an instant: the seller edits it now and then."""
        created = self.created(world)
        every = (20 + mix(world.settings.seed, 83, self.first) % 60) * DAY
        return created + max(0, at - created) // every * every

    @property
    def is_trashed(self) -> bool:
        """Tell whether the seller threw the card away: none of its sizes is sold any more."""
        return all(product.archived for product in self.sizes)

    def sold(self, at: int) -> tuple[Product, ...]:
        """Return the sizes that are in the card by an instant."""
        return tuple(product for product in self.sizes if product.launched * DAY <= at)


class Cards:
    """The cards of a world, by id and by the place of a product."""

    def __init__(self, world: World) -> None:
        """Put the sizes of a world into cards."""
        shift = mix(world.settings.seed, 81) % 90_000 * 1000
        firsts: dict[str, int] = {}
        grouped: dict[str, list[Product]] = {}
        for product in world.assortment:
            article = card_article(product)
            firsts.setdefault(article, product.index)
            if world.is_listed(product):
                grouped.setdefault(article, []).append(product)
        self.all = tuple(
            Card(
                first=firsts[article],
                nm_id=_CARDS + shift + firsts[article] * 613,
                article=article,
                sizes=tuple(products),
            )
            for article, products in grouped.items()
        )
        self.shift = shift
        self.by_nm = {card.nm_id: card for card in self.all}
        self.by_product = {product.index: card for card in self.all for product in card.sizes}
        self.by_chrt = {self.chrt_id(product): product for card in self.all for product in card.sizes}

    def chrt_id(self, product: Product) -> int:
        """Return the id of a product's size."""
        return _SIZES + self.shift + product.index * 7 + 3

    def imt_id(self, card: Card) -> int:
        """Return the id of the merged card."""
        return _MERGED + self.shift + card.first * 11


_BOOKS: WeakKeyDictionary[World, Cards] = WeakKeyDictionary()


def cards_of(world: World) -> Cards:
    """Return the cards of a world."""
    book = _BOOKS.get(world)
    if book is None:
        book = _BOOKS[world] = Cards(world)
    return book


def nm_id(world: World, product: Product) -> int:
    """Return the article of the card that a listed product belongs to."""
    return cards_of(world).by_product[product.index].nm_id


def chrt_id(world: World, product: Product) -> int:
    """Return the id of a product's size, by which everything else calls the product."""
    return cards_of(world).chrt_id(product)


def sale_id(one: Unit, *, is_return: bool) -> str:
    """Return the id of the sale or of the return of a thing: S… or R…"""
    number = _SALES + one.order.serial * 16 + one.place * 4 + one.number
    return f"{'R' if is_return else 'S'}{number}"


def preorder_id(supply: Supply) -> int:
    """Return the id that a supply has from the beginning."""
    return _PREORDERS + supply.serial


def supply_id(supply: Supply) -> int:
    """Return the id that a supply gets when it is planned."""
    return _SUPPLIES + supply.serial


def virtual_id(supply: Supply) -> int:
    """Return the id of the virtual supply that follows some supplies."""
    return _VIRTUAL + supply.serial


def serial_of_preorder(number: int) -> int:
    """Return the serial that an id of a pre-order stands for."""
    return number - _PREORDERS


def serial_of_supply(number: int) -> tuple[int, bool]:
    """Return the serial that an id of a supply stands for, and whether it is that of a virtual one."""
    return (number - _VIRTUAL, True) if number >= _VIRTUAL else (number - _SUPPLIES, False)


def thing_id(*parts: int) -> int:
    """Return the number on the sticker of a thing on its way to the seller."""
    return _THINGS + mix(98, *parts) % 9_000_000_000


def removal_srid(world: World, supply: Supply, place: int, number: int) -> str:
    """Return the id of the order by which the seller takes back a thing of his own stock."""
    parts = (world.settings.own_seed, supply.serial, place, number)
    return f"{mix(94, *parts):016x}{mix(95, *parts):016x}"
