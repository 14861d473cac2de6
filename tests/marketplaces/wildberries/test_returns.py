"""Returns: a unit's way told in parts by four sources, none of which need come first, last or only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import errors
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnsQuery, ReturnStatus
from marketplaces.wildberries import client as api
from marketplaces.wildberries import feed, report, statuses
from marketplaces.wildberries import returns as pull
from marketplaces.wildberries.adapter import Adapter
from tests.marketplaces.wildberries.shop import NOW, Shop, Unit, some_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketplaces.contracts.pages import Cursor, Page

QUARTER = timedelta(days=90)


def item(srid: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "shkId": 23411783472,
        "srid": srid,
        "sku": "2000000000017",
        "nmId": 70,
        "brand": "Льняная лавка",
        "subjectName": "Пледы",
        "techSize": "0",
        "orderDt": "2026-11-10T10:00:00",
        "orderId": 0,
        "stickerId": "1",
        "kiz": "",
        "returnType": "Возврат брака",
        "returnStatus": "Готов к выдаче",
        "readyToReturnDt": "2026-11-15T12:00:00",
        "expiredDt": "2026-12-15T00:00:00",
        "completedDt": None,
        "dstOfficeId": 310105,
        "dstOfficeAddress": "Фурманов, ул. Социалистическая, 12",
        **more,
    }


def claim(srid: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "id": "fe3e9337-e9f9-423c-8930-946a8ebef80a",
        "claim_type": 1,
        "status": 2,
        "status_ex": 8,
        "nm_id": 70,
        "user_comment": "Звоните Марии +7 900 000-00-00",
        "wb_comment": "Мария, заявка одобрена",
        "dt": "2026-11-18T17:06:12.245611",
        "imt_name": "Плед",
        "order_dt": "2026-11-01T05:18:56",
        "dt_update": "2026-11-19T18:01:06.999613",
        "photos": ["//photos/1.webp"],
        "video_paths": [],
        "actions": [],
        "price": 157,
        "currency_code": "643",
        "srid": srid,
        "origin_id_info": None,
        "delivery_dt": "2026-11-09T14:36:07",
        **more,
    }


@dataclass(slots=True)
class Back(httpx.BaseTransport):
    """The pretend shop, and what comes back to its seller. `spoil` may replace an answer of the other hosts."""

    shop: Shop
    items: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    decided: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    spoil: Callable[[str, Any], Any] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, dict(request.url.params)
        if path not in (api.ITEM_RETURNS, api.CLAIMS):
            return self.shop.handle_request(request)
        self.asked.append((path, query))
        answer = self._items(query) if path == api.ITEM_RETURNS else self._claims(query)
        if self.spoil is not None:
            answer = self.spoil(path, answer)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def _items(self, query: dict[str, str]) -> Any:
        rows = self.items if query["status"] == "active" else self.done
        rows = [row for row in rows if query["dateFrom"] <= row["orderDt"][:10] <= query["dateTo"]]
        first = int(query["offset"])
        if not rows:
            return httpx.Response(204)
        return {"count": len(rows), "report": rows[first : first + int(query["limit"])]}

    def _claims(self, query: dict[str, str]) -> Any:
        rows = self.decided if query["is_archive"] == "true" else self.claims
        first = int(query["offset"])
        return {"claims": rows[first : first + int(query["limit"])], "total": len(rows)}


def asked_for(until: datetime = NOW) -> ReturnsQuery:
    return ReturnsQuery(since=until - QUARTER, until=until)


def read(
    adapter: Adapter, *, cursor: Cursor | None = None, until: datetime = NOW
) -> tuple[list[ReturnSnapshot], list[Page[ReturnSnapshot]]]:
    pages = list(adapter.fetch_returns(asked_for(until), cursor=cursor or {}))
    return [one for page in pages for one in page.snapshots], pages


def returned(srid: str = "r1", *, days: int = 10) -> Unit:
    placed = NOW - timedelta(days=days)
    return Unit(
        srid=srid,
        placed_at=placed,
        sold_at=placed + timedelta(days=2),
        returned_at=placed + timedelta(days=5),
    )


# ---- each source ------------------------------------------------------------------------------------------
def test_a_return_is_told_by_statistics_and_by_the_feed(adapter_over: Callable[..., Adapter]) -> None:
    unit = returned()
    told, _pages = read(adapter_over(Back(Shop(units=[unit, *some_units(5, days=20)][:1]))))

    of_sales, of_feed = told
    for one in told:
        assert (one.external_id, one.order_external_id, one.quantity, one.is_partial) == ("r1", "r1", 1, True)
        assert (one.kind, one.status) == (ReturnKind.CLIENT_RETURN, ReturnStatus.RECEIVED)
        assert one.registered_at == unit.returned_at
        assert (one.price, one.currency) == (Decimal("900.00"), "RUB")
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


# ---- pulling ----------------------------------------------------------------------------------------------
def test_the_first_pull_reads_a_quarter_and_the_next_ones_the_last_hours(
    adapter_over: Callable[..., Adapter],
) -> None:
    back = Back(Shop(units=some_units(100)))
    _told, pages = read(adapter_over(back))
    assert back.shop.calls == {api.SALES: 1, api.ORDER_FEED: 1}
    windows = [(query["dateFrom"], query["dateTo"]) for path, query in back.asked if path == api.ITEM_RETURNS]
    assert windows[::2] == [
        ("2026-10-24", "2026-11-24"),
        ("2026-09-23", "2026-10-24"),
        ("2026-08-23", "2026-09-23"),
    ]
    assert [query["status"] for path, query in back.asked if path == api.ITEM_RETURNS] == [
        "active",
        "archive",
    ] * 3
    assert [query["is_archive"] for path, query in back.asked if path == api.CLAIMS] == ["false", "true"]
    assert (pages[-1].is_last, pages[-1].cursor) == (True, {"watermark": NOW.isoformat()})

    back.asked.clear()
    back.shop.calls.clear()
    back.shop.now = NOW + timedelta(minutes=30)
    _told, pages = read(adapter_over(back), cursor=pages[-1].cursor, until=back.shop.now)
    assert back.shop.calls == {api.ORDER_FEED: 1}
    assert len(back.asked) == 4


def test_after_a_month_of_rest_everything_is_read_again(adapter_over: Callable[..., Adapter]) -> None:
    back = Back(Shop(units=some_units(10)))
    old = (NOW - timedelta(days=31)).isoformat()
    read(adapter_over(back), cursor={"watermark": old})
    assert back.shop.calls[api.SALES] == 1


def test_long_lists_are_read_to_their_end(
    adapter_over: Callable[..., Adapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ITEM_RETURNS_A_PAGE", "CLAIMS_A_PAGE"):
        monkeypatch.setattr(api, name, 3)
        monkeypatch.setattr(pull, name, 3)
    back = Back(
        Shop(units=[]),
        items=[item(f"i{number}") for number in range(7)],
        done=[item(f"d{number}") for number in range(6)],
        claims=[claim(f"c{number}", status_ex=0) for number in range(4)],
        decided=[claim(f"e{number}") for number in range(9)],
    )
    told, _pages = read(adapter_over(back))
    assert len({one.external_id for one in told}) == 26


@pytest.mark.parametrize("path", [api.ITEM_RETURNS, api.CLAIMS])
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_source_that_may_not_be_asked_costs_nothing_else(
    adapter_over: Callable[..., Adapter], path: str, status: int
) -> None:
    back = Back(Shop(units=[returned()]), items=[item("i1")], decided=[claim("c1")])
    refusal = httpx.Response(status, json={"title": "unauthorized", "detail": "token scope not allowed"})
    back.spoil = lambda asked, answer: refusal if asked == path else answer
    told, pages = read(adapter_over(back))

    kept = {api.ITEM_RETURNS: {"r1", "c1"}, api.CLAIMS: {"r1", "i1"}}
    assert {one.external_id for one in told} == kept[path]
    assert pages[-1].is_last


def test_a_token_without_analytics_or_statistics_has_no_returns(adapter_over: Callable[..., Adapter]) -> None:
    refusal = httpx.Response(401, json={"title": "unauthorized", "detail": "token scope not allowed"})
    with pytest.raises(errors.RightMissing):
        read(adapter_over(lambda _path, _query, _body: refusal))


def test_base_tokens_read_a_list_a_turn_and_come_to_the_end(adapter_over: Callable[..., Adapter]) -> None:
    """Each method gives one answer in hours: a run keeps what it read, and the next one goes on."""
    back = Back(Shop(units=some_units(20)), items=[item()], claims=[claim("c1")])
    asked: set[str] = set()

    def once(path: str) -> None:
        if path in asked:
            raise errors.TurnIsFar("far", retry_after=timedelta(hours=1))
        asked.add(path)

    back.shop.before = once

    def spoil(path: str, answer: Any) -> Any:
        once(path)
        return answer

    back.spoil = spoil
    cursor: Cursor = {}
    told: set[str] = set()
    runs, is_done = 0, False
    while not is_done:
        runs += 1
        assert runs < 20
        asked.clear()
        try:
            for page in adapter_over(back).fetch_returns(asked_for(), cursor=cursor):
                told |= {one.external_id for one in page.snapshots}
                cursor, is_done = page.cursor, page.is_last
        except errors.TurnIsFar:
            continue
    assert runs == 7
    assert {"r1", "c1"} < told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(min_value=0, max_value=40), max_size=6))
def test_killed_anywhere_the_same_is_told(
    adapter_over: Callable[..., Adapter], small: None, kills: list[int]
) -> None:
    def back() -> Back:
        return Back(
            Shop(units=some_units(120), feed_page=25, cut=70),
            items=[item(f"i{number}") for number in range(5)],
            decided=[claim(f"c{number}") for number in range(5)],
        )

    whole = {repr(one) for one in read(adapter_over(back()))[0]}
    told: set[str] = set()
    cursor: Cursor = {}
    for kill in [*kills, 10_000]:
        for number, page in enumerate(adapter_over(back()).fetch_returns(asked_for(), cursor=cursor)):
            if number == kill:
                break
            told |= {repr(one) for one in page.snapshots}
            cursor = page.cursor
            if page.is_last:
                break
    assert told == whole


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports and lists of a few rows, so that little is enough for many pages."""
    monkeypatch.setattr(report, "WHOLE_BELOW", 70)
    for module in (report, feed):
        monkeypatch.setattr(module, "ROWS_A_PAGE", 20)
    monkeypatch.setattr(feed, "FEED_A_PAGE", 25)


# ---- hostile answers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [{"srid": None}, {"srid": "с пробелом"}, {"srid": "x" * 200}, {"srid": 7}, {"returnStatus": None}, {"returnStatus": ""},
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
    from marketplaces.wildberries.return_rows import claim_return, feed_return, item_return, sale_return
    from marketplaces.wildberries.return_schemas import Claim, ItemReturn
    from marketplaces.wildberries.schemas import FeedOrder, SaleRow
    from tests.marketplaces.wildberries.shop import feed_row

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
