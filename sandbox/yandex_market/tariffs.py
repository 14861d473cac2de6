"""What Market charges: the calculator, and the tariffs of the seller's own SKUs with their stock."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.world.catalog import FAMILIES, Product
from sandbox.world.moments import DAY
from sandbox.yandex_market import ids
from sandbox.yandex_market.calls import Call, money, offers_of, section
from sandbox.yandex_market.errors import bad, forbidden, not_found
from sandbox.yandex_market.offers import category_id
from sandbox.yandex_market.places import MARKETS
from sandbox.yandex_market.stocks import Heap, heaps

#: Per cent of a price for the transfer of money, by the frequency of payments and the weeks they wait.
_TRANSFER = {
    ("DAILY", 0): 220,
    ("WEEKLY", 0): 190,
    ("WEEKLY", 1): 160,
    ("WEEKLY", 2): 130,
    ("WEEKLY", 4): 100,
}
_FEES = {7_000_000 + family.kind: family.commission - 3 for family in FAMILIES}
_USUAL_FEE = 15
_PROGRAMS = frozenset(["FBY", "FBS", "DBS", "EXPRESS", "LAAS"])
_NUMBERS = ("price", "length", "width", "height", "weight")


class Parcel(NamedTuple):
    """What a tariff depends on: price in kopecks, litres, Market's category."""

    price: int
    litres: float
    category: int


class Charge(NamedTuple):
    """A service with its amount in kopecks and the parameters it was computed from."""

    type: str
    amount: int
    parameters: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the charge as both methods write it."""
        return {
            "type": self.type,
            "amount": money(self.amount),
            "currency": "RUR",
            "parameters": [{"name": name, "value": value} for name, value in self.parameters],
        }


def _share(type_: str, price: int, hundredths: int, *more: tuple[str, str]) -> Charge:
    """Return a charge of hundredths of a per cent of a price, within the bounds among `more`."""
    bounds = {name: int(value) * 100 for name, value in more if name in ("minValue", "maxValue")}
    amount = max(price * hundredths // 10_000, bounds.get("minValue", 0))
    amount = min(amount, bounds.get("maxValue", amount))
    named = (("value", f"{hundredths / 100:g}"), ("valueType", "relative"), ("billingUnit", "item"))
    return Charge(type_, amount, (*named, *more))


def _fixed(type_: str, kopecks: int, *more: tuple[str, str]) -> Charge:
    named = (("value", f"{kopecks / 100:g}"), ("valueType", "absolute"), ("billingUnit", "item"))
    return Charge(type_, kopecks, (*named, *more))


def charges(parcel: Parcel, *, frequency: str = "DAILY", weeks: int = 0) -> list[Charge]:
    """Return what the calculator knows for a parcel that lies in Market's warehouse."""
    transfer = _TRANSFER[frequency, weeks]
    when = (("frequency", frequency), ("paymentDelayWeeks", str(weeks)))
    return [
        _share("FEE", parcel.price, _FEES.get(parcel.category, _USUAL_FEE) * 100),
        _fixed("AGENCY_COMMISSION", 12),
        _share("PAYMENT_TRANSFER", parcel.price, transfer, *when),
        _share("DELIVERY_TO_CUSTOMER", parcel.price, 450, ("minValue", "20"), ("maxValue", "500")),
        _fixed("CROSSREGIONAL_DELIVERY", 1500 + int(parcel.litres * 800)),
        _fixed("MIDDLE_MILE", 1000 + int(parcel.litres * 200)),
    ]


def _of_warehouse(parcel: Parcel) -> Iterator[Charge]:
    """Yield what only the SKUs in Market's warehouses have; storage comes once for each span of days."""
    for first, last, kopecks in ((0, 120, 0), (121, 180, 40), (181, 0, 90)):
        days = (("dayFrom", str(first)), *((("dayTo", str(last)),) if last else ()))
        yield _fixed("STORAGE", int(parcel.litres * kopecks), *days)
    yield _fixed("RETURN_PROCESSING", 1500)
    yield _fixed("CROSSREGIONAL_DELIVERY_RETURN", 1500 + int(parcel.litres * 400))
    yield _fixed("WITHDRAW", 1500 + int(parcel.litres * 300))
    yield _fixed("DISPOSAL", 500 + int(parcel.litres * 100))


def parcel_of(call: Call, product: Product, *, price: int) -> Parcel:
    """Return the parcel that one unit of a product is."""
    depth, width, height = product.family.box
    return Parcel(price, depth * width * height / 1_000_000, category_id(product))


def calculate(call: Call) -> dict[str, Any]:
    """Answer `/v2/tariffs/calculate`."""
    frequency, weeks = _parameters(call)
    offers = call.body.get("offers")
    if not isinstance(offers, list) or not 1 <= len(offers) <= 200:
        raise bad("offers: size must be between 1 and 200")
    rows = []
    for place, offer in enumerate(offers):
        parcel = _parcel(offer, f"offers[{place}]")
        tariffs = charges(parcel, frequency=frequency, weeks=weeks)
        rows.append({"offer": offer, "tariffs": [charge.as_json() for charge in tariffs]})
    return {"status": "OK", "result": {"offers": rows}}


def _parameters(call: Call) -> tuple[str, int]:
    asked = section(call.body, "parameters")
    campaign, program = asked.get("campaignId"), asked.get("sellingProgram")
    if (campaign is None) is (program is None):
        raise bad("parameters: exactly one of campaignId, sellingProgram is needed")
    if program is not None and program not in _PROGRAMS:
        raise bad("parameters.sellingProgram: unknown value")
    if campaign == call.shop.idle_id:
        raise forbidden(f"API is disabled for campaign {campaign}", code="API_DISABLED")
    if campaign is not None and campaign != call.shop.campaign_id:
        raise not_found("CAMPAIGN_NOT_FOUND", f"Campaign not found: {campaign}")
    if asked.get("currency") not in (None, "RUR"):
        raise bad("parameters.currency: expected currency RUR", code="INVALID_CURRENCY")
    frequency, weeks = asked.get("frequency", "DAILY"), asked.get("paymentDelayWeeks", 0)
    if not isinstance(frequency, str) or type(weeks) is not int or (frequency, weeks) not in _TRANSFER:
        raise bad("parameters: no such frequency with paymentDelayWeeks")
    return frequency, weeks


def _parcel(offer: object, where: str) -> Parcel:
    if not isinstance(offer, dict) or type(offer.get("categoryId")) is not int:
        raise bad(f"{where}.categoryId: must not be null", code="NO_REQUIRED_FIELDS")
    numbers = {name: offer.get(name) for name in _NUMBERS}
    for name, value in numbers.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 10**9:
            raise bad(f"{where}.{name}: must be greater than or equal to 0")
    price, length, width, height = (float(offer[name]) for name in _NUMBERS[:4])
    return Parcel(round(price * 100), length * width * height / 1000, offer["categoryId"])


def stats_skus(call: Call) -> dict[str, Any]:
    """Answer `/v2/campaigns/{campaignId}/stats/skus`: SKUs that are not there are left out."""
    named = offers_of(call.body, "shopSkus", most=500)
    if named is None:
        raise bad("shopSkus: must not be null", code="NO_REQUIRED_FIELDS")
    lying = heaps(call.world, call.seen_at)
    products = ids.found(call.world, named, day=call.at // DAY)
    return {"status": "OK", "result": {"shopSkus": [_sku(call, product, lying) for product in products]}}


def _sku(call: Call, product: Product, lying: dict[tuple[int, int], Heap]) -> dict[str, Any]:
    set_ = call.shop.prices.price(product, call.seen_at)
    length, width, height = (side / 10 for side in product.family.box)
    parcel = parcel_of(call, product, price=set_.value)
    warehouses = [
        {"id": market.id, "name": market.name, "stocks": lying[product.index, market.index].stocks()}
        for market in MARKETS
        if (product.index, market.index) in lying
    ]
    return {
        "shopSku": ids.offer_id(call.world, product),
        "marketSku": ids.market_sku(product),
        "name": product.name,
        "price": money(set_.value),
        "categoryId": category_id(product),
        "categoryName": product.family.kind_name,
        "weightDimensions": {
            "length": length,
            "width": width,
            "height": height,
            "weight": product.weight / 1000,
        },
        **({"warehouses": warehouses} if warehouses else {}),
        "tariffs": [charge.as_json() for charge in (*charges(parcel), *_of_warehouse(parcel))],
    }
