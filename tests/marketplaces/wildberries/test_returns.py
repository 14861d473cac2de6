"""Returns: a unit's way told in parts by four sources, none of which need come first, last or only once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from marketplaces.wildberries import client as api
from marketplaces.wildberries import statuses
from marketplaces.wildberries.adapter import Adapter
from marketplaces.wildberries.return_rows import claim_return, feed_return, item_return, sale_return
from marketplaces.wildberries.return_schemas import Claim, ItemReturn
from marketplaces.wildberries.schemas import FeedOrder, SaleRow
from tests.marketplaces.wildberries.back import Back, claim, item, read, returned
from tests.marketplaces.wildberries.shop import NOW, Shop, Unit, feed_row, some_units

if TYPE_CHECKING:
    from collections.abc import Callable


# ---- each source ------------------------------------------------------------------------------------------
def test_a_return_is_told_by_statistics_and_by_the_feed(adapter_over: Callable[..., Adapter]) -> None:
    unit = returned()
    told, _pages = read(adapter_over(Back(Shop(units=[unit, *some_units(5, days=20)][:1]))))

    of_sales, of_feed = told
    assert (of_sales.currency, of_feed.currency) == ("", "RUB")
    for one in told:
        assert (one.external_id, one.order_external_id, one.quantity, one.is_partial) == ("r1", "r1", 1, True)
        assert (one.kind, one.status) == (ReturnKind.CLIENT_RETURN, ReturnStatus.RECEIVED)
        assert one.registered_at == unit.returned_at
        assert one.price == Decimal("900.00")
        assert one.external_status == "return"
    assert (of_sales.barcode, of_sales.marketplace_sku, of_feed.marketplace_sku) == (
        "2000000000017",
        "",
        "701",
    )


def test_a_return_for_a_defect_is_told_by_the_feed_only(adapter_over: Callable[..., Adapter]) -> None:
    shop = Shop(units=[returned()])
    shop.spoil = lambda path, answer: (
        {
            "data": answer["data"]
            | {"orders": [{**row, "status": "returnDefective"} for row in answer["data"]["orders"]]}
        }
        if path == api.ORDER_FEED
        else answer
    )
    told, _pages = read(adapter_over(Back(shop)))
    assert [(one.status, one.reason_id, bool(one.reason)) for one in told] == [
        (ReturnStatus.RECEIVED, "", False),
        (ReturnStatus.DEFECTIVE, "returnDefective", True),
    ]


@pytest.mark.parametrize("kind", ["receipt", "expire", "app", "other", None])
def test_a_refusal_is_an_order_that_was_cancelled_at_hand_over(
    adapter_over: Callable[..., Adapter], kind: str | None
) -> None:
    placed = NOW - timedelta(days=8)
    shop = Shop(units=[Unit(srid="c1", placed_at=placed, cancelled_at=placed + timedelta(days=4))])
    shop.spoil = lambda path, answer: (
        {
            "data": answer["data"]
            | {"orders": [{**row, "cancelType": kind} for row in answer["data"]["orders"]]}
        }
        if path == api.ORDER_FEED
        else answer
    )
    told, _pages = read(adapter_over(Back(shop)))

    if kind not in Adapter.refusal_reasons:
        assert told == []
        return
    (one,) = told
    assert (one.kind, one.status) == (ReturnKind.REFUSAL, ReturnStatus.IN_TRANSIT)
    assert (one.order_external_id, one.reason_id, one.registered_at) == (
        "c1",
        kind,
        placed + timedelta(days=4),
    )


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        ("Возврат брака", None, ""),
        ("Возврат по инициативе продавца", None, "Возврат по инициативе продавца"),
        ("Возврат неопознанного товара", "Нет штрихкода", "Нет штрихкода"),
        (None, None, ""),
    ],
)
def test_why_goods_go_to_the_seller(
    adapter_over: Callable[..., Adapter], kind: str | None, reason: str | None, told: str
) -> None:
    back = Back(Shop(units=[]), items=[item(returnType=kind, returnReason=reason)])
    (one,), _pages = read(adapter_over(back))
    assert (one.reason_id, one.reason) == ("", told)


def test_orders_sales_and_cancellations_are_no_returns(adapter_over: Callable[..., Adapter]) -> None:
    units = some_units(60, days=25)
    shop = Shop(units=units)
    shop.spoil = lambda path, answer: (
        {
            "data": answer["data"]
            | {"orders": [{**row, "cancelType": "app"} for row in answer["data"]["orders"]]}
        }
        if path == api.ORDER_FEED
        else answer
    )
    told, _pages = read(adapter_over(Back(shop)))
    assert {one.external_id for one in told} == {
        one.srid for one in units if one.returned_at and one.returned_at <= NOW
    }


def test_goods_on_their_way_to_the_seller_name_no_order(adapter_over: Callable[..., Adapter]) -> None:
    back = Back(
        Shop(units=[]),
        items=[item()],
        done=[item("r2", returnStatus="Выдано", completedDt="2026-11-20T15:30:00", readyToReturnDt=None)],
    )
    told, _pages = read(adapter_over(back))
    by_id = {one.external_id: one for one in told}

    ready = by_id["r1"]
    assert (ready.kind, ready.order_external_id, ready.number) == (ReturnKind.TECHNICAL, "", "23411783472")
    assert (ready.status, ready.external_status) == (ReturnStatus.WAITING_PICKUP, "Готов к выдаче")
    assert (ready.registered_at, ready.changed_at) == (
        datetime(2026, 11, 10, 7, tzinfo=UTC),
        datetime(2026, 11, 15, 9, tzinfo=UTC),
    )
    assert (ready.pick_up_until, ready.reason) == (date(2026, 12, 15), "")
    assert (ready.barcode, ready.place_address) == ("2000000000017", "Фурманов, ул. Социалистическая, 12")
    fetched = by_id["r2"]
    assert (fetched.status, fetched.settled_at) == (
        ReturnStatus.HANDED_OVER,
        datetime(2026, 11, 20, 12, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Оформлен", ReturnStatus.IN_TRANSIT),
        ("В пути в пвз", ReturnStatus.IN_TRANSIT),
        ("В пути в ПВЗ ", ReturnStatus.IN_TRANSIT),
        ("ГОТОВ К ВЫДАЧЕ", ReturnStatus.WAITING_PICKUP),
        ("Истёк срок хранения на ПВЗ", ReturnStatus.WAITING_PICKUP),
        ("Выдан", ReturnStatus.HANDED_OVER),
        ("Утилизирован", ReturnStatus.DISPOSED),
        ("Отмена по задержке", ReturnStatus.DISPOSED),
        ("Неподбор", ReturnStatus.UNKNOWN),
    ],
)
def test_their_words_however_they_are_written(
    adapter_over: Callable[..., Adapter], word: str, status: ReturnStatus
) -> None:
    told, _pages = read(adapter_over(Back(Shop(units=[]), items=[item(returnStatus=word)])))
    assert [(one.status, one.external_status) for one in told] == [(status, word.strip())]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, ReturnStatus.CLAIMED),
        (1, ReturnStatus.REJECTED),
        (2, ReturnStatus.DISPOSED),
        (5, ReturnStatus.DISPOSED),
        (8, ReturnStatus.IN_TRANSIT),
        (10, ReturnStatus.IN_TRANSIT),
        (77, ReturnStatus.UNKNOWN),
    ],
)
def test_what_becomes_of_claimed_goods(
    adapter_over: Callable[..., Adapter], code: int, status: ReturnStatus
) -> None:
    told, _pages = read(adapter_over(Back(Shop(units=[]), decided=[claim(status_ex=code)])))
    (one,) = told
    assert (one.external_id, one.order_external_id, one.kind) == ("r1", "r1", ReturnKind.CLIENT_RETURN)
    assert (one.status, one.external_status) == (status, f"claim {code}")
    assert one.changed_at == datetime(2026, 11, 19, 15, 1, 6, 999613, tzinfo=UTC)
    # A claim is no hand-in, and its words are the buyer's own.
    assert one.registered_at is None
    assert "Мари" not in repr(one)


def test_every_documented_word_is_mapped() -> None:
    assert set(statuses.SUPPLY_STATUSES) == {"1", "2", "3", "4", "5", "6"}
    assert set(statuses.CLAIMS) == {"0", "1", "2", "5", "8", "10"}
    assert set(statuses.VIRTUAL_TYPES) == {"0", "1", "4", "5", "6"}
    assert set(statuses.FEED_RETURNS) == {"return", "returnDefective"}
    assert set(statuses.CANCEL_TYPES) > statuses.REFUSALS
    for table in (statuses.CLAIMS, statuses.FEED_RETURNS, statuses.ITEM_RETURNS):
        assert ReturnStatus.UNKNOWN not in table.values()


@pytest.mark.parametrize("srid", [None, ""])
def test_a_thing_of_which_no_order_is_named_is_known_by_its_own_id(
    adapter_over: Callable[..., Adapter], srid: str | None
) -> None:
    things = [item(srid=srid, shkId=5), item(srid=srid, shkId=6), item(srid=srid, shkId=7, returnStatus=None)]
    back = Back(Shop(units=[]), items=[item(), *things])
    told, pages = read(adapter_over(back))

    assert [(one.external_id, one.number) for one in told] == [
        ("r1", "23411783472"),
        ("shk-5", "5"),
        ("shk-6", "6"),
    ]
    assert [one.external_id for page in pages for one in page.rejected] == ["shk-7"]


# ---- hostile answers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [{"srid": None, "shkId": None}, {"srid": "", "shkId": 0}, {"srid": "с пробелом"}, {"srid": "x" * 200}, {"srid": 7}, {"returnStatus": None}, {"returnStatus": ""},
     {"returnStatus": "x" * 300}, {"shkId": "nonsense"}],
)  # fmt: skip
def test_a_broken_thing_is_put_aside(adapter_over: Callable[..., Adapter], change: dict[str, Any]) -> None:
    back = Back(
        Shop(units=[]),
        items=[item("bad", **change) if "srid" not in change else item(**change), item("good")],
    )
    told, pages = read(adapter_over(back))
    assert [one.external_id for one in told] == ["good"]
    assert len([one for page in pages for one in page.rejected]) == 1


@pytest.mark.parametrize(
    "change", [{"status_ex": None}, {"status_ex": "approved"}, {"srid": ""}, {"id": None}]
)
def test_a_broken_claim_is_put_aside_without_the_buyers_words(
    adapter_over: Callable[..., Adapter], change: dict[str, Any]
) -> None:
    back = Back(Shop(units=[]), claims=[claim(**change), claim("good")])
    told, pages = read(adapter_over(back))
    assert [one.external_id for one in told] == ["good"]
    (rejected,) = [one for page in pages for one in page.rejected]
    assert "Мари" not in repr(rejected)
    assert "photos" not in rejected.payload


@pytest.mark.parametrize("word", ["0001-01-01T00:00:00", "no date", "", None, "99999-01-01", 10**20])
def test_moments_that_are_none_are_not_told(adapter_over: Callable[..., Adapter], word: Any) -> None:
    dates = dict.fromkeys(("readyToReturnDt", "expiredDt", "completedDt"), word)
    told, _pages = read(adapter_over(Back(Shop(units=[]), items=[item(**dates)])))
    (one,) = told
    assert (one.pick_up_until, one.settled_at) == (None, None)
    assert one.changed_at == one.registered_at == datetime(2026, 11, 10, 7, tzinfo=UTC)


def test_broken_orders_and_sales_are_the_business_of_the_orders(adapter_over: Callable[..., Adapter]) -> None:
    """Quarantine of returns holds what may be one; orders keep their own."""
    shop = Shop(units=[returned("r1"), *some_units(6, days=10)])

    def spoil(path: str, answer: Any) -> Any:
        rows = answer["data"]["orders"] if path == api.ORDER_FEED else answer
        for row in rows:
            row["createdAt" if path == api.ORDER_FEED else "totalPrice"] = "nonsense"
        return answer

    shop.spoil = spoil
    told, pages = read(adapter_over(Back(shop)))
    assert told == []
    returns = {
        one.srid for one in shop.units if one.cancelled_at or (one.returned_at and one.returned_at <= NOW)
    }
    assert {one.external_id for page in pages for one in page.rejected} == returns


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(4)))
def test_whatever_source_comes_first_the_way_is_the_same(order: list[int]) -> None:
    """What the sources tell of one unit does not contradict itself: no two give one field two values."""
    unit = returned()
    assert unit.returned_at is not None
    sale = unit.statistics(unit.returned_at, date="2026-11-19T12:30:00", saleID="R1")
    parts: list[Any] = [
        sale_return(SaleRow.model_validate(sale)),
        feed_return(
            FeedOrder.model_validate(feed_row(unit, "returnDefective", unit.returned_at)), currency="RUB"
        ),
        claim_return(Claim.model_validate(claim())),
        item_return(ItemReturn.model_validate(item())),
    ]
    held: dict[str, Any] = {}
    for place in order:
        for name in (
            "order_external_id",
            "marketplace_sku",
            "barcode",
            "price",
            "reason_id",
            "reason",
            "place_address",
            "pick_up_until",
        ):
            value = getattr(parts[place], name)
            if value:
                assert held.setdefault(name, value) == value, name
    assert max(part.status.rank for part in parts) == ReturnStatus.WAITING_PICKUP.rank
