"""What a seller and his goods are called in Yandex Market."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sandbox.accounts import Account
from sandbox.world import World
from sandbox.world.catalog import Product
from sandbox.world.orders import Order
from sandbox.world.seeds import mix, seed_of
from sandbox.world.supplies import Supply

_FIRST_CAMPAIGN = 22_123_456
_FIRST_BUSINESS = 11_456_789
_CODES = 10**12
_STRIDE = 387_420_489_021
_BACKWARDS = pow(_STRIDE, -1, _CODES)
_REQUESTS = 10**9
_REQUEST_STRIDE = 387_420_489
_REQUEST_BACKWARDS = pow(_REQUEST_STRIDE, -1, _REQUESTS)
_MARKET_SKU = 101_000_000_000
_products: "WeakKeyDictionary[World, dict[str, Product]]" = WeakKeyDictionary()


def campaign_id(account: Account) -> int:
    """Return the shop of an account: its client id, or a number made from it."""
    client_id = account.client_id
    return int(client_id) if client_id.isdecimal() else 30_000_000 + seed_of(client_id) % 10_000_000


def business_id(account: Account) -> int:
    """Return the cabinet to which an account's shop belongs."""
    campaign = campaign_id(account)
    return _FIRST_BUSINESS if campaign == _FIRST_CAMPAIGN else 10_000_000 + mix(campaign) % 900_000_000


def idle_id(account: Account) -> int:
    """Return the second shop of the cabinet, which trades from the seller's own warehouse."""
    return campaign_id(account) + 1


def _shift(world: World) -> int:
    return mix(world.settings.seed, seed_of("yandex_market")) % _CODES


def order_id(world: World, order: Order) -> int:
    """Return the number of an order: larger than 32 bits, in no order of time."""
    return _CODES + (order.serial * _STRIDE + _shift(world)) % _CODES


def fake_id(world: World, order: Order) -> int:
    """Return the number of the test order that is a copy of an order."""
    return order_id(world, order) + _CODES


def find_order(world: World, number: int) -> Order | None:
    """Return the order of a number, whenever it is created, or nothing."""
    if not _CODES <= number < 2 * _CODES:
        return None
    return world.streams.by_serial((number - _CODES - _shift(world)) * _BACKWARDS % _CODES)


def return_id(world: World, order: Order) -> int:
    """Return the number of what comes back of an order: all of it is one return."""
    return order_id(world, order) + 2 * _CODES


def request_id(world: World, supply: Supply, *, is_whole: bool = False) -> int:
    """Return the key of a supply request, which the API alone knows; `is_whole`: of the one it was split from."""
    number = _REQUESTS + (supply.serial * _REQUEST_STRIDE + _shift(world)) % _REQUESTS
    return number + _REQUESTS if is_whole else number


def request_number(supply: Supply, *, is_whole: bool = False) -> str:
    """Return the number of a supply request as people see it."""
    return str((500_000_000 if is_whole else 50_000_000) + supply.serial)


def find_supply(world: World, number: int) -> tuple[Supply | None, bool]:
    """Return the supply of a key, whenever it is created, or nothing; and whether the key is that of a whole one."""
    if not _REQUESTS <= number < 3 * _REQUESTS:
        return None, False
    serial = (number - _shift(world)) * _REQUEST_BACKWARDS % _REQUESTS
    return world.supply_book.get(serial), number >= 2 * _REQUESTS


def offer_id(world: World, product: Product) -> str:
    """Return the SKU under which the seller brought a product into Market."""
    return world.listed[product.index].article


def barcodes(world: World, product: Product) -> tuple[str, ...]:
    """Return the barcodes that Market knows of a product."""
    return world.listed[product.index].barcodes


def market_sku(product: Product) -> int:
    """Return the number of a product's card on the site."""
    return _MARKET_SKU + product.sku


def sold(world: World, *, day: int) -> list[Product]:
    """Return the products that the seller has in Market by a day, archived ones too, in a steady order."""
    return [p for p in world.assortment if p.launched <= day and world.is_listed(p)]


def found(world: World, offers: Iterable[str], *, day: int) -> list[Product]:
    """Return the products of some SKUs that are there by a day, in a steady order."""
    by_offer = _products.get(world)
    if by_offer is None:
        by_offer = _products[world] = {
            listed.article: world.assortment[index] for index, listed in world.listed.items()
        }
    there = {by_offer[offer].index: by_offer[offer] for offer in offers if offer in by_offer}
    return [there[index] for index in sorted(there) if there[index].launched <= day]
