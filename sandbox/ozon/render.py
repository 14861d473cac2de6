"""Postings written as JSON text at once: a page of a hundred must cost less than what reads it."""

from collections.abc import Iterable
from typing import NamedTuple

from sandbox.ozon import words
from sandbox.ozon.words import number, quoted
from sandbox.world import World
from sandbox.world.geography import CLUSTERS, WAREHOUSES
from sandbox.world.moments import DAY, iso
from sandbox.world.orders import Line, Order, Step

_HELD = 30_000


class Wanted(NamedTuple):
    """The parts of a posting that a caller asked for."""

    analytics: bool = False
    financial: bool = False
    legal: bool = False


class PostingWriter:
    """Writes the postings of one world as `/v3/posting/fbo/list` gives them."""

    def __init__(self, world: World) -> None:
        """Prepare what never changes."""
        self._world = world
        self._final: dict[Wanted, dict[int, bytes]] = {}
        self._heads = [
            f'{{"is_marketplace_buyout":false,"offer_id":{quoted(p.offer_id)},"name":{quoted(p.name)},'
            f'"sku":{p.sku},"digital_codes":[],"quantity":'
            for p in world.assortment
        ]
        self._routes = [
            [f'],"cluster_from":"{w.cluster.name}","cluster_to":"{c.name}"}}' for c in CLUSTERS]
            for w in WAREHOUSES
        ]
        self._money: dict[tuple[int, int, int], str] = {}
        self._analytics: dict[tuple[int, ...], str] = {}

    def write(self, orders: Iterable[Order], at: int, wanted: Wanted) -> list[bytes]:
        """Return postings as they stand at an instant; those that never change again are kept."""
        if sum(map(len, self._final.values())) > _HELD:
            self._final.clear()
        kept = self._final.setdefault(wanted, {})
        texts = []
        for order in orders:
            final = order.times[-1] <= at
            text = kept.get(order.serial) if final else None
            if text is None:
                text = self._write(order, at, wanted)
                if final:
                    kept[order.serial] = text
            texts.append(text)
        return texts

    def _write(self, order: Order, at: int, wanted: Wanted) -> bytes:
        step = order.path[order.step_at(at)]
        substatus = words.SUBSTATUS[order.delivery][step]
        return self._text(order, step, wanted, status=words.STATUS[step], substatus=substatus)

    def write_odd(self, order: Order, at: int, wanted: Wanted) -> bytes:
        """Return a posting whose status nobody has documented."""
        return self._text(
            order,
            order.path[order.step_at(at)],
            wanted,
            status=words.UNKNOWN_STATUS,
            substatus=words.UNKNOWN_SUBSTATUS,
        )

    def _text(self, order: Order, step: Step, wanted: Wanted, *, status: str, substatus: str) -> bytes:
        cancelled, reason = "null", 0
        if step is Step.CANCELLED and order.reason is not None:
            reason, why, who, kind = words.REASONS[order.reason]
            cancelled = f'{{"cancel_reason":{quoted(why)},"cancellation_initiator":"{who}","cancellation_type":"{kind}"}}'
        products = ",".join(
            f'{self._heads[line[0]]}{line[1]},"price":{{"amount":"{number(line[2])}","currency":"RUB"}}}}'
            for line in order.lines
        )
        analytics = self._analytics_of(order) if wanted.analytics else "null"
        financial = self._financial_of(order) if wanted.financial else "null"
        legal = legal_json(order) if wanted.legal and order.legal else "null"
        text = (
            f'{{"posting_number":"{order.number}","order_id":{order.basket_id},"order_number":"{order.basket}",'
            f'"status":"{status}","substatus":"{substatus}","cancellation":{cancelled},"products":[{products}],'
            f'"analytics_data":{analytics},"financial_data":{financial},"legal_info":{legal},'
            f'"external_order":{{"is_external":false,"platform_name":""}},"cancel_reason_id":{reason},'
            f'"created_at":"{iso(order.created)}","in_process_at":"{iso(order.taken)}","additional_data":[]}}'
        )
        return text.encode()

    def _analytics_of(self, order: Order) -> str:
        key = (order.delivery, order.premium, order.payment, order.warehouse, order.legal)
        text = self._analytics.get(key)
        if text is None:
            warehouse = WAREHOUSES[order.warehouse]
            text = self._analytics[key] = (
                f'{{"city":"","delivery_type":"{words.DELIVERY_TYPE[order.delivery]}",'
                f'"is_premium":{_bool(value=order.premium)},'
                f'"payment_type_group_name":"{words.PAYMENTS[order.payment]}",'
                f'"warehouse_id":{warehouse.id},"warehouse_name":"{warehouse.name}",'
                f'"is_legal":{_bool(value=order.legal)},'
                '"client_delivery_date_begin":null,"client_delivery_date_end":null}'
            )
        return text

    def _financial_of(self, order: Order) -> str:
        day = order.created // DAY
        lines = ",".join([self._money_of(line, day) for line in order.lines])
        return f'{{"products":[{lines}{self._routes[order.warehouse][order.cluster]}'

    def _money_of(self, line: Line, day: int) -> str:
        key = (line[0], line[2], day)
        text = self._money.get(key)
        if text is None:
            if len(self._money) >= _HELD:
                self._money.clear()
            money = line_money(self._world, line, day)
            text = self._money[key] = (
                f'{{"payout":{number(money.payout)},"product_id":{self._world.assortment[line.product].sku},'
                f'"old_price":{number(money.old)},"price":{number(line.price)},'
                f'"total_discount_value":{number(money.old - line.price)},'
                f'"total_discount_percent":{money.discount},"actions":[{",".join(map(quoted, money.actions))}],'
                f'"commission":{{"amount":{number(money.commission)},"percent":{money.percent},"currency":"RUB"}}}}'
            )
        return text


class LineMoney(NamedTuple):
    """What Ozon says about the money of a unit, in kopecks; the payout leaves logistics out."""

    old: int
    discount: float
    actions: tuple[str, ...]
    percent: int
    commission: int
    payout: int


def crossed_out(world: World, product: int, day: int) -> int:
    """Return the crossed-out price in kopecks, a round sum a third above the regular one."""
    return world.demand.regular_price(world.assortment[product], day) * 4 // 30_000 * 10_000


def line_money(world: World, line: Line, day: int) -> LineMoney:
    """Work out discount, commission and payout of a line."""
    product = world.assortment[line.product]
    promo = world.demand.promotion_of(product, day)
    old = max(crossed_out(world, line.product, day), line.price)
    percent = product.family.commission
    commission = (line.price * percent + 50) // 100
    return LineMoney(
        old=old,
        discount=round((old - line.price) * 100 / old, 2),
        actions=(promo.title,) if promo else (),
        percent=percent,
        commission=commission,
        payout=line.price - commission,
    )


def legal_of(order: Order) -> dict[str, str]:
    """Return the company that buys: made up, with a right check digit in its INN."""
    digits = f"{7700000000 // 10 + order.serial % 9_999_999:09}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 % 10
    name = ("Гостевой дом «Берег»", "ООО «Тихий двор»", "ООО «Северный чай»", "ООО «Мастерская уюта»")
    return {"company_name": name[order.serial % 4], "inn": f"{digits}{check}", "kpp": "770101001"}


def legal_json(order: Order) -> str:
    """Write the buying company."""
    return "{" + ",".join(f'"{key}":{quoted(value)}' for key, value in legal_of(order).items()) + "}"


def _bool(*, value: bool) -> str:
    return "true" if value else "false"
