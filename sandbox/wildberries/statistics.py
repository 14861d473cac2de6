"""Statistics: orders and sales, a row a thing, in Moscow's time without its offset, written as text at once."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

from sandbox.wildberries.calls import Call
from sandbox.wildberries.errors import ApiError
from sandbox.wildberries.ids import sale_id
from sandbox.wildberries.order_book import MONEY_AFTER, Entry
from sandbox.wildberries.paging import turned
from sandbox.wildberries.tariffs import commission_of
from sandbox.wildberries.words import BRAND, CATEGORIES, MOSCOW, NO_DATE, PLACES, WAREHOUSE_RU, moscow_naive
from sandbox.world.moments import DAY, SECOND, day_number, instant
from sandbox.world.orders import Step
from sandbox.world.seeds import mix
from sandbox.world.units import Unit, srid

#: How many rows an answer holds when it is not of one day.
MOST_ROWS = 80_000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def orders(call: Call) -> bytes:
    """Answer `/api/v1/supplier/orders`."""
    since, day = _asked(call)
    at = call.counted_at
    if day is None:
        found = call.shop.book.orders(at, since=since)[:MOST_ROWS]
    else:
        found = call.shop.book.ordered_in(at, since=day, until=day + DAY - 1)
    writer = Writer(call, at)
    return _document(call, found, writer.order)


def sales(call: Call) -> bytes:
    """Answer `/api/v1/supplier/sales`: sales and returns."""
    since, day = _asked(call)
    at = call.counted_at
    found = call.shop.book.sales(at, since=since if day is None else day)
    writer = Writer(call, at)
    if day is not None:
        found = [entry for entry in found if day <= writer.sold_at(entry) < day + DAY]
    return _document(call, found[:MOST_ROWS] if day is None else found, writer.sale)


def _asked(call: Call) -> tuple[int, int | None]:
    """Return since when rows must have been changed, or with the flag the beginning of the day that they are of.

    The rows tell whole seconds, so do the callers: the part of a second is left out.
    """
    text = call.asked("dateFrom")
    if not text:
        raise ApiError(400, {"errors": ["dateFrom: field required"]})
    if not _MOMENT.fullmatch(text):
        raise ApiError(400, {"errors": "dateFrom: Value not validated"})
    try:
        if len(text) == len("2026-11-24"):
            when = day_number(date.fromisoformat(text)) * DAY - MOSCOW
        else:
            told = datetime.fromisoformat(text)
            when = instant(told.replace(tzinfo=UTC)) - MOSCOW if told.tzinfo is None else instant(told)
    except ValueError as error:
        raise ApiError(400, {"errors": "dateFrom: Value not validated"}) from error
    flag = call.asked("flag") or "0"
    if flag not in ("0", "1"):
        raise ApiError(400, {"errors": "flag: Value not validated"})
    if flag == "1":
        return when, (when + MOSCOW) // DAY * DAY - MOSCOW
    return when // SECOND * SECOND, None


def _document(call: Call, found: list[Entry], write: Any) -> bytes:
    if call.fault == "empty_page":
        return b"[]"
    if call.fault == "duplicate_page":
        found = found + found[: max(1, len(found) // 8)]
    return ("[" + ",".join(map(write, turned(call, found))) + "]").encode()


class Writer:
    """Writes the rows of one answer."""

    def __init__(self, call: Call, at: int) -> None:
        """Prepare what many rows have in common."""
        self._world, self._book, self._at = call.world, call.shop.book, at
        self._prices = call.shop.prices
        self._goods: dict[tuple[int, int], str] = {}
        self._cards = call.shop.cards
        self._places = [
            f'"warehouseName":"{WAREHOUSE_RU}","warehouseType":"Склад WB","countryName":"{place.country}",'
            f'"oblastOkrugName":"{place.district}","regionName":"{place.region}",'
            for place in PLACES
        ]

    def order(self, entry: Entry) -> str:
        """Write an order."""
        changed, code = entry
        one = self._book.unit(code)
        order = one.order
        cancelled = order.cancelled if order.cancelled is not None and order.cancelled <= self._at else None
        until = moscow_naive(cancelled) if cancelled is not None else NO_DATE
        return (
            f"{self._head(one, order.created, changed)}"
            f'{self._money(one, order.created)},"isCancel":{"true" if cancelled is not None else "false"},'
            f'"cancelDate":"{until}",{self._tail(one)}'
        )

    def sale(self, entry: Entry) -> str:
        """Write a sale or a return."""
        changed, code = entry
        one, is_return = self._book.unit(code // 2), bool(code % 2)
        happened = self.sold_at(entry)
        asked = self._price(one)
        paid = asked * (10_000 - commission_of(self._product(one), happened)) // 10_000
        has_money = happened + MONEY_AFTER <= self._at
        return (
            f"{self._head(one, happened, changed)}"
            f'{self._money(one, happened)},"paymentSaleAmount":0,"forPay":{_roubles(paid if has_money else 0)},'
            f'"saleID":"{sale_id(one, is_return=is_return)}",{self._tail(one)}'
        )

    def sold_at(self, entry: Entry) -> int:
        """Return when the thing of a row of sales was sold, or came back."""
        one, is_return = self._book.unit(entry[1] // 2), entry[1] % 2
        return one.times[one.path.index(Step.RETURNED if is_return else Step.RECEIVED)]

    def _product(self, one: Unit) -> Any:
        return self._world.assortment[one.line.product]

    def _price(self, one: Unit) -> int:
        return self._prices.of_day(one.line.product, one.order.created).kopecks

    def _head(self, one: Unit, happened: int, changed: int) -> str:
        order = one.order
        which = mix(order.serial, 87) % 4
        goods = self._goods.get((one.line.product, which))
        if goods is None:
            goods = self._goods[one.line.product, which] = self._text(one, which)
        return (
            f'{{"date":"{moscow_naive(happened)}","lastChangeDate":"{moscow_naive(changed)}",'
            f"{self._places[order.cluster]}{goods}"
        )

    def _text(self, one: Unit, which: int) -> str:
        """Write what is of the goods. Of several barcodes the rows name now one, now another."""
        product = self._product(one)
        listed = self._world.listed[product.index]
        row = {
            "supplierArticle": listed.article,
            "nmId": self._cards.by_product[product.index].nm_id,
            "barcode": listed.barcodes[which % len(listed.barcodes)],
            "category": CATEGORIES[product.family.category],
            "subject": product.family.kind_name,
            "brand": BRAND,
            "techSize": listed.size,
            "incomeID": 30_000_000 + mix(product.index, which, 88) % 9_000_000,
            "isSupply": False,
            "isRealization": True,
        }
        return json.dumps(row, ensure_ascii=False)[1:-1] + ","

    def _money(self, one: Unit, happened: int) -> str:
        """Write the money; what is counted by Wildberries is 0 for a day."""
        price = self._prices.of_day(one.line.product, one.order.created)
        has_money = happened + MONEY_AFTER <= self._at
        discount = 10 + mix(one.order.serial, 89) % 20
        asked = price.kopecks if has_money else 0
        return (
            f'"totalPrice":{price.full},"discountPercent":{price.discount},"spp":{discount if has_money else 0},'
            f'"finishedPrice":{asked * (100 - discount) // 10_000},"priceWithDisc":{_roubles(asked)}'
        )

    def _tail(self, one: Unit) -> str:
        basket = one.order.basket.replace("-", "")
        return f'"sticker":"","gNumber":"{basket}{one.order.basket_id % 10**8:08}","srid":"{srid(self._world, one)}"}}'


def _roubles(kopecks: int) -> str:
    return str(kopecks // 100) if kopecks % 100 == 0 else f"{kopecks / 100}"
