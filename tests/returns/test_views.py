"""The pages of returns as a browser sees them."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.choices import COUNT_LIMIT, ReasonGroup, ReturnEventKind, Unmatched
from returns.selectors import places
from returns.selectors.attention import attention, attention_count
from returns.selectors.detail import countdown
from returns.selectors.lists import status_counts
from returns.tables import ReturnTable
from tests.factories.catalog import ListingFactory, ProductFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.orders import OrderFactory
from tests.factories.returns import ReasonFactory, ReturnEventFactory, ReturnFactory

if TYPE_CHECKING:
    from django.test import Client

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LIST = "/lavka/returns/"
REASONS = f"{LIST}reasons/"
PICK_UP = f"{LIST}pick-up/"
UNMATCHED = f"{LIST}unmatched/"
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.usefixtures("_frozen")


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def texts(client: Client, url: str, **headers: Any) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def queries(client: Client, url: str, count: Any) -> int:
    client.get(url)
    with count() as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.fixture
def counted() -> Any:
    return lambda: CaptureQueriesContext(connection)


def waiting_links(page: str) -> list[str]:
    """The links of the page to returns that wait, in order."""
    return [html.unescape(url) for url in re.findall(r'href="([^"]*status=waiting_pickup[^"]*)"', page)]


def make(account: MarketplaceAccount, count: int, **extra: Any) -> None:
    for _number in range(count):
        row = ReturnFactory(
            account=account, reason=ReasonFactory(), order=OrderFactory(account=account), **extra
        )
        ReturnEventFactory(return_of=row)


@pytest.mark.parametrize("url", [LIST, REASONS, PICK_UP, UNMATCHED])
def test_a_page_asks_as_much_for_three_rows_as_for_one(
    owner_client: Client, account: MarketplaceAccount, url: str, counted: Any
) -> None:
    extra = {
        "status": ReturnStatus.WAITING_PICKUP,
        "pick_up_until": TODAY,
        "unmatched": Unmatched.ORDER_UNKNOWN,
    }
    make(account, 1, **extra, place_name="ПВЗ 1")
    one = queries(owner_client, url, counted)
    make(account, 2, **extra, place_name="ПВЗ 2")

    assert queries(owner_client, url, counted) == one


def test_a_return_asks_as_much_with_three_events_as_with_one(
    owner_client: Client, account: MarketplaceAccount, counted: Any
) -> None:
    row = ReturnFactory(account=account, reason=ReasonFactory(), order=OrderFactory(account=account))
    ReturnEventFactory(return_of=row)
    one = queries(owner_client, f"{LIST}{row.pk}/", counted)
    for hours in (1, 2):
        ReturnEventFactory(return_of=row, happened_at=NOW - timedelta(hours=hours), new_status="received")

    assert queries(owner_client, f"{LIST}{row.pk}/", counted) == one


def test_empty_pages_say_what_to_do(owner_client: Client, company: Company) -> None:
    for url in (LIST, REASONS, PICK_UP, UNMATCHED):
        assert "empty" in texts(owner_client, url)


def test_counters_narrow_and_stay_bounded(owner_client: Client, account: MarketplaceAccount) -> None:
    ReturnFactory.create_batch(2, account=account)
    ReturnFactory(account=account, status=ReturnStatus.LOST)

    strip = owner_client.get(LIST).context["counters"]
    assert [(str(cell.label), cell.value) for cell in strip[1:]] == [
        (str(ReturnStatus.IN_TRANSIT.label), "2"),
        (str(ReturnStatus.LOST.label), "1"),
    ]
    assert "status=lost" in strip[2].url
    narrowed = owner_client.get(f"{LIST}?status=lost").context
    assert len(narrowed["found"].rows) == 1
    assert next(cell.value for cell in narrowed["counters"]) == "3"
    counts = status_counts(
        type(ReturnFactory.build(account=account)).objects.for_company(account.company), limit=1
    )
    assert counts["in_transit"].is_more
    assert COUNT_LIMIT == 1_000


def test_the_counters_of_a_kind_count_every_row(owner_client: Client, account: MarketplaceAccount) -> None:
    ReturnFactory.create_batch(3, account=account, kind=ReturnKind.REFUSAL)
    ReturnFactory(account=account)

    strip = owner_client.get(f"{LIST}?kind=refusal").context["counters"]

    assert [cell.value for cell in strip] == ["3", "3"]


def test_the_list_refreshes_by_itself(owner_client: Client, account: MarketplaceAccount) -> None:
    StreamStateFactory(account=account, stream="returns")
    ReturnFactory(account=account)
    seen = owner_client.get(LIST).context["seen"]

    assert owner_client.get(f"{LIST}?seen={seen}", headers=HTMX).status_code == 204
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        ReturnFactory(account=account, registered_at=NOW, status_at=NOW + timedelta(minutes=1))
    block = owner_client.get(f"{LIST}?seen={seen}", headers=HTMX)
    assert block.status_code == 200
    assert block.content.decode().count("row-link") == 2


def test_the_export_is_what_is_on_the_screen(owner_client: Client, account: MarketplaceAccount) -> None:
    reason = ReasonFactory(name="Не подошёл размер", group=ReasonGroup.SIZE)
    ReturnFactory(account=account, kind=ReturnKind.REFUSAL, reason=reason, name="=HYPERLINK()", quantity=3)
    ReturnFactory(account=account)

    response = owner_client.get(f"{LIST}export.csv?kind=refusal")

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 1
    values = list(rows[0].values())
    assert "Не подошёл размер" in values
    assert str(ReturnKind.REFUSAL.label) in values
    assert str(ReasonGroup.SIZE.label) in values
    assert "'=HYPERLINK()" in values
    assert owner_client.get(f"{LIST}export.xlsx?kind=refusal").status_code == 200


def test_a_return_without_a_number_is_exported_by_the_id_that_the_screen_shows(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    for number, external_id in (("", "srid-1"), ("R-2", "srid-2")):
        ReturnFactory(
            account=account,
            number=number,
            external_id=external_id,
            registered_at=NOW - timedelta(hours=len(number)),
        )

    response = owner_client.get(f"{LIST}export.csv")

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["srid-1", "R-2"]


def test_unmatched_shows_the_cause_and_exports_only_itself(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    lost = ReturnFactory(account=account, unmatched=Unmatched.ORDER_UNKNOWN, order_external_id="777-1")
    ReturnFactory(account=account)

    page = owner_client.get(UNMATCHED)

    assert list(page.context["found"].rows) == [lost]
    assert str(Unmatched.ORDER_UNKNOWN.label) in page.content.decode()
    assert "unmatched=any" in page.context["exports"][0].url


def test_a_return_shows_its_way_money_deadlines_and_links(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    order = OrderFactory(account=account)
    row = ReturnFactory(
        account=account,
        order=order,
        line=order.lines.get(),
        status=ReturnStatus.WAITING_PICKUP,
        reason=ReasonFactory(name="Брак", advice="Проверьте партию."),
        external_reason="Разошёлся шов",
        place_name="ПВЗ 7",
        pick_up_until=TODAY + timedelta(days=2),
        disposal_on=TODAY + timedelta(days=20),
        storage_cost=Decimal("35.50"),
    )
    ReturnEventFactory(return_of=row, new_status="in_transit")
    ReturnEventFactory(return_of=row, old_status="in_transit", new_status="waiting_pickup", happened_at=NOW)
    ReturnEventFactory(
        return_of=row, kind=ReturnEventKind.REASON, happened_at=NOW, details={"reason": ["", "size"]}
    )

    response = owner_client.get(f"{LIST}{row.pk}/")

    page, text = response.context["page"], response.content.decode()
    assert [(one.day, one.tone) for one in page.deadlines] == [
        (TODAY + timedelta(days=2), "danger"),
        (TODAY + timedelta(days=20), "neutral"),
    ]
    assert [step.state for step in page.steps] == ["done", "done", "done", "now", "next"]
    assert [bool(item.text) for item in page.history].count(True) == 1
    for words in ("Брак", "Разошёлся шов", "Проверьте партию.", "ПВЗ 7", "35,50", f"/orders/{order.pk}/"):
        assert words in text
    assert f"/catalog/{row.listing.product_id}/" in text


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_every_status_has_a_way(
    owner_client: Client, account: MarketplaceAccount, status: ReturnStatus
) -> None:
    row = ReturnFactory(account=account, status=status, settled_at=NOW if status.is_final else None)

    steps = owner_client.get(f"{LIST}{row.pk}/").context["page"].steps

    assert (steps[-1].state == "next") is not status.is_final


@pytest.mark.parametrize(
    ("status", "told", "shown"),
    [
        (ReturnStatus.REJECTED, ["claimed"], ["claimed", "rejected"]),
        (ReturnStatus.REJECTED, [], ["rejected"]),
        (ReturnStatus.LOST, ["in_transit"], ["in_transit", "lost"]),
        (ReturnStatus.COMPENSATED, ["in_transit", "received"], ["in_transit", "received", "compensated"]),
        (ReturnStatus.COMPENSATED, ["checked"], ["in_transit", "checked", "compensated"]),
        (ReturnStatus.DISPOSED, [], ["disposed"]),
        (ReturnStatus.DISPOSED, ["claimed"], ["claimed", "disposed"]),
    ],
)
def test_what_ended_on_its_way_shows_only_what_it_has_passed(
    owner_client: Client,
    account: MarketplaceAccount,
    status: ReturnStatus,
    told: list[str],
    shown: list[str],
) -> None:
    row = ReturnFactory(account=account, status=status, settled_at=NOW)
    for word in told:
        ReturnEventFactory(return_of=row, new_status=word)

    steps = owner_client.get(f"{LIST}{row.pk}/").context["page"].steps

    assert [step.name for step in steps] == [ReturnStatus(word).label for word in shown]


def test_what_was_received_was_on_its_way(owner_client: Client, account: MarketplaceAccount) -> None:
    row = ReturnFactory(account=account, status=ReturnStatus.DISPOSED, received_at=NOW, settled_at=NOW)

    steps = owner_client.get(f"{LIST}{row.pk}/").context["page"].steps

    assert [step.name for step in steps] == [
        ReturnStatus(word).label for word in ("in_transit", "received", "disposed")
    ]


@pytest.mark.parametrize(
    ("told", "value", "note"),
    [
        ({"compensation_status": "ReceivedBySeller"}, "ReceivedBySeller", ""),
        (
            {"compensation_status": "ReceivedBySeller", "compensation": Decimal(950)},
            "950,00",
            "ReceivedBySeller",
        ),
        ({"compensation": Decimal(950)}, "950,00", ""),
    ],
)
def test_the_state_of_a_compensation_is_told_without_its_sum(
    owner_client: Client, account: MarketplaceAccount, told: dict[str, Any], value: str, note: str
) -> None:
    row = ReturnFactory(account=account, **told)

    (fact,) = [
        fact
        for fact in owner_client.get(f"{LIST}{row.pk}/").context["page"].money
        if fact.label == gettext("Compensation")
    ]

    assert value in fact.value
    assert fact.note == note
    file = owner_client.get(f"{LIST}export.csv")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    header, cells = csv.reader(io.StringIO(text), delimiter=";")
    state = header.index(gettext("State of the compensation"))
    assert cells[state] == told.get("compensation_status", "")


def test_a_status_of_tomorrow_is_shown_as_it_came(owner_client: Client, account: MarketplaceAccount) -> None:
    row = ReturnFactory(account=account, status="teleported", listing=None)

    assert owner_client.get(f"{LIST}{row.pk}/").status_code == 200
    assert owner_client.get(LIST).status_code == 200


def test_places_by_the_nearest_day(owner_client: Client, account: MarketplaceAccount) -> None:
    waiting = {"account": account, "status": ReturnStatus.WAITING_PICKUP}
    ReturnFactory(**waiting, place_name="Дальнее", pick_up_until=TODAY + timedelta(days=9))
    ReturnFactory(**waiting, place_name="Ближнее", pick_up_until=TODAY + timedelta(days=3), quantity=2)
    ReturnFactory(**waiting, place_name="Ближнее", pick_up_until=TODAY + timedelta(days=5))
    ReturnFactory(**waiting, place_name="", pick_up_until=None)
    ReturnFactory(account=account, status=ReturnStatus.HANDED_OVER, pick_up_until=TODAY)

    page = owner_client.get(PICK_UP).context["page"]

    assert [(place.name, place.units, place.until) for place in page.places] == [
        ("Ближнее", 3, TODAY + timedelta(days=3)),
        ("Дальнее", 1, TODAY + timedelta(days=9)),
        ("", 1, None),
    ]
    assert (page.units, page.places_count, page.is_cut) == (5, 3, False)


def test_a_whole_name_is_that_place_and_part_of_one_all_that_begin_so(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    for name in ("СКЛАД_1", "СКЛАД_10", "СКЛАД_10"):
        ReturnFactory(account=account, place_name=name)

    shown = {
        asked: len(owner_client.get(LIST, {"place": asked}).context["found"].rows)
        for asked in ("склад_1", "СКЛАД_10", "СКЛ", "ПВЗ")
    }

    assert shown == {"склад_1": 1, "СКЛАД_10": 2, "СКЛ": 3, "ПВЗ": 0}


def test_a_place_tells_the_nearest_and_leads_to_the_rest(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_ROWS", 2)
    monkeypatch.setattr(places, "MOST_PLACES", 1)
    waiting = {"account": account, "status": ReturnStatus.WAITING_PICKUP, "storage_cost": Decimal("4.50")}
    for days in (5, 3, 4):
        ReturnFactory(**waiting, place_name="Ближнее", pick_up_until=TODAY + timedelta(days=days))
    ReturnFactory(**waiting, place_name="Дальнее", pick_up_until=TODAY + timedelta(days=9))

    response = owner_client.get(PICK_UP)

    page = response.context["page"]
    (near,) = page.places
    assert [row.pick_up_until.day - TODAY.day for row in near.rows] == [3, 4]
    assert (near.units, near.more, near.storage_cost) == (3, 1, Decimal("13.50"))
    assert (page.units, page.places_count, page.is_cut) == (4, 2, True)
    links = waiting_links(response.text)
    assert [len(owner_client.get(url).context["found"].rows) for url in links] == [4, 3, 3]


def test_points_of_one_name_or_of_none_stand_apart_by_their_addresses(
    owner_client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wildberries tells where a point is and never what it is called."""
    monkeypatch.setattr(places, "MOST_ROWS", 2)
    codes = ("ozon", "wildberries")
    ozon, wildberries = (AccountFactory(company=company, marketplace=code) for code in codes)
    kazan, moscow = "Казань, ул. Баумана, 1", "Москва, ул. Тверская, 2"
    for account, name, address, count in (
        (wildberries, "", kazan, 3),
        (wildberries, "", moscow, 4),
        (wildberries, "", "", 5),
        (ozon, "ПВЗ", kazan, 6),
        (ozon, "ПВЗ", moscow, 7),
        (ozon, "ПВЗ", "", 8),
        (ozon, "пвз", "", 9),
    ):
        until = TODAY + timedelta(days=count)
        told = {"place_name": name, "place_address": address, "pick_up_until": until}
        ReturnFactory.create_batch(count, account=account, status=ReturnStatus.WAITING_PICKUP, **told)
        ReturnFactory(account=account, **told)

    response = owner_client.get(f"{PICK_UP}?kind=client_return")

    shown = response.context["page"].places
    assert [(place.head, place.address, place.units, len(place.rows), place.more) for place in shown] == [
        (kazan, kazan, 3, 2, 1),
        (moscow, moscow, 4, 2, 2),
        ("", "", 5, 2, 3),
        ("ПВЗ", kazan, 6, 2, 4),
        ("ПВЗ", moscow, 7, 2, 5),
        ("ПВЗ", "", 8, 2, 6),
        ("пвз", "", 9, 2, 7),
    ]
    links = waiting_links(response.text)
    # From the count of a place, and from what is not shown of it.
    units = [place.units for place in shown for _link in range(2)]
    assert [len(owner_client.get(url).context["found"].rows) for url in links] == units


def test_the_chips_of_a_place_say_what_is_asked(owner_client: Client, account: MarketplaceAccount) -> None:
    chips = owner_client.get(LIST, {"at": "none", "address": "Казань", "sent_from": "Хоругвино"}).context[
        "chips"
    ]

    assert [(chip.label, chip.value) for chip in chips] == [
        ("Отправлено со склада", "Хоругвино"),
        ("Где находится", gettext("a place without a name")),
        ("Адрес", "Казань"),
    ]


def test_a_page_of_days_beyond_the_calendar_says_so(owner_client: Client, company: Company) -> None:
    for page in (LIST, REASONS, PICK_UP, UNMATCHED):
        for end in ("period_from", "period_to"):
            assert "2100" in texts(owner_client, f"{page}?{end}=9999-12-31")


@pytest.mark.parametrize(
    ("days", "tone"),
    [(-1, "danger"), (0, "danger"), (2, "danger"), (3, "warning"), (7, "warning"), (8, "neutral")],
)
def test_days_are_counted_down(days: int, tone: str) -> None:
    assert countdown(TODAY + timedelta(days=days), TODAY)[1] == tone


def test_reasons_say_what_to_mend_first(owner_client: Client, account: MarketplaceAccount) -> None:
    company = account.company
    size, seam = ReasonFactory(group=ReasonGroup.SIZE), ReasonFactory(group=ReasonGroup.PRODUCT)
    robe, plaid = (
        ListingFactory(account=account, product=ProductFactory(company=company)) for _number in range(2)
    )
    ReturnFactory.create_batch(3, account=account, listing=robe, reason=size)
    ReturnFactory(account=account, listing=robe, reason=seam, quantity=2)
    ReturnFactory(account=account, listing=plaid, reason=seam, quantity=2)
    ReturnFactory(account=account, listing=None)
    ReturnFactory(account=account, listing=robe, reason=size, kind=ReturnKind.REFUSAL, quantity=50)
    ReturnFactory(account=account, listing=robe, reason=size, registered_at=NOW - timedelta(days=45))

    context = owner_client.get(REASONS).context
    page = context["page"]

    assert (page.total.units, page.total.amount, page.before.units) == (8, Decimal("19920.00"), 1)
    assert [(row.reason, row.sums.units) for row in page.reasons] == [(seam, 4), (size, 3), (None, 1)]
    assert [(row.group, row.sums.units) for row in page.groups] == [
        (ReasonGroup.PRODUCT, 4),
        (ReasonGroup.SIZE, 3),
        (ReasonGroup.UNKNOWN, 1),
    ]
    assert [(row.product, row.sums.units, row.main, row.main_units) for row in page.products] == [
        (robe.product, 5, size, 3),
        (plaid.product, 2, seam, 2),
        (None, 1, None, 1),
    ]
    assert context["heat"].values == [[2, 3, None], [2, None, None], [None, None, 1]]
    assert sum(units for _day, units in page.weeks) == 9
    assert all(day.weekday() == 0 for day, _units in page.weeks)


def test_from_a_product_s_main_reason_it_is_one_click_to_its_returns(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    reason = ReasonFactory()
    row = ReturnFactory(account=account, reason=reason)
    ReturnFactory(account=account, reason=ReasonFactory(), listing=row.listing)

    context = owner_client.get(REASONS).context
    url = f"{context['list_url']}&product={row.listing.product_id}&reason={reason.pk}"
    assert url.replace("&", "&amp;") in owner_client.get(REASONS).content.decode()

    assert list(owner_client.get(url).context["found"].rows) == [row]


def test_the_export_of_reasons_is_the_returns_counted(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    ReturnFactory(account=account, quantity=2)
    ReturnFactory(account=account, kind=ReturnKind.REFUSAL)
    ReturnFactory(account=account, registered_at=NOW - timedelta(days=45))

    context = owner_client.get(REASONS).context
    url = next(item.url for item in context["exports"] if ".csv" in item.url)
    response = owner_client.get(url)

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    units = [column.name for column in ReturnTable.export_columns()].index("quantity")
    assert sum(int(row[units]) for row in rows[1:]) == context["page"].total.units == 2


def test_claims_that_are_not_granted_are_no_returns(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    reason = ReasonFactory()
    told = {"account": account, "reason": reason, "listing": ListingFactory(account=account)}
    rows = [ReturnFactory(**told, status=status) for status in ReturnStatus]
    ReturnFactory(**told, status=ReturnStatus.CLAIMED, registered_at=NOW - timedelta(days=45))
    counted = {row for row in rows if row.status not in {ReturnStatus.CLAIMED, ReturnStatus.REJECTED}}

    context = owner_client.get(REASONS).context
    page = context["page"]

    assert (page.total.units, page.before.units) == (len(counted), 0)
    assert (
        [row.sums.units for row in page.reasons]
        == [row.sums.units for row in page.products]
        == [len(counted)]
    )
    assert sum(units for _day, units in page.weeks) == len(counted)
    listed = owner_client.get(f"{context['list_url']}&reason={reason.pk}").context["found"]
    assert set(listed.rows) == counted
    url = next(item.url for item in context["exports"] if ".csv" in item.url)
    file = b"".join(owner_client.get(url).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    assert len(file.splitlines()) == 1 + len(counted)


def test_reasons_of_other_kinds_periods_and_accounts(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    other = AccountFactory(company=account.company)
    ReturnFactory(account=account, kind=ReturnKind.REFUSAL)
    ReturnFactory(account=other, quantity=4)
    ReturnFactory(account=account, quantity=7, registered_at=NOW - timedelta(days=60))

    def units(query: str) -> int:
        return int(owner_client.get(f"{REASONS}?{query}").context["page"].total.units)

    assert units("kind=refusal") == 1
    assert units(f"account={other.pk}") == 4
    assert units("period=90d") == 11
    assert units("period_from=2026-09-01&period_to=2026-10-01") == 7
    assert "page" not in owner_client.get(f"{REASONS}?period=1000d").context


def test_blocks_of_a_product_and_an_order(owner_client: Client, account: MarketplaceAccount) -> None:
    order = OrderFactory(account=account)
    row = ReturnFactory(account=account, order=order, order_external_id=order.external_id)
    by_product, by_order = f"{LIST}of-product/{row.listing.product_id}/", f"{LIST}of-order/{order.pk}/"

    for url in (by_product, by_order):
        assert row.number in texts(owner_client, url, **HTMX)
        away = owner_client.get(url)
        assert away.status_code == 302
        assert list(owner_client.get(away.headers["Location"]).context["found"].rows) == [row]


def test_from_an_order_the_list_is_of_it_alone_and_says_of_which(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    order, other = (OrderFactory(account=account, external_id=f"48217735-0193-{end}") for end in (1, 12))
    mine, _theirs = (
        ReturnFactory(account=account, order=one, order_external_id=one.external_id) for one in (order, other)
    )

    page = owner_client.get(owner_client.get(f"{LIST}of-order/{order.pk}/").headers["Location"])

    assert list(page.context["found"].rows) == [mine]
    assert [(chip.value, chip.url) for chip in page.context["chips"]] == [(order.external_id, "?")]
    assert f"<b>{order.external_id}</b>" in page.text


def test_what_waits_for_the_morning(company: Company, account: MarketplaceAccount) -> None:
    waiting = {"account": account, "status": ReturnStatus.WAITING_PICKUP}
    ReturnFactory(**waiting, pick_up_until=TODAY + timedelta(days=2), quantity=2)
    ReturnFactory(**waiting, pick_up_until=TODAY - timedelta(days=1))
    ReturnFactory(account=account, disposal_on=TODAY + timedelta(days=6))
    ReturnFactory(account=account, registered_at=NOW - timedelta(days=40))
    ReturnFactory(account=account, unmatched=Unmatched.LINE_UNKNOWN)

    found = {one.kind: one for one in attention(company)}

    assert {kind: (one.returns, one.units) for kind, one in found.items()} == {
        "pick_up": (2, 3),
        "disposal": (1, 1),
        "long": (1, 1),
        "unmatched": (1, 1),
    }
    assert (found["pick_up"].until, found["pick_up"].amount) == (
        TODAY - timedelta(days=1),
        Decimal("7470.00"),
    )  # type: ignore[index]  # by value
    assert found["long"].since == TODAY - timedelta(days=40)  # type: ignore[index]  # by value
    assert attention_count(company) == 3


def test_nothing_waits_where_there_is_nothing(company: Company) -> None:
    assert attention(company) == ()


def test_a_return_of_nobody_is_not_found_and_a_seen_one_is_silent(
    owner_client: Client, account: MarketplaceAccount, other_company: Company
) -> None:
    foreign = ReturnFactory(account=AccountFactory(company=other_company))
    row = ReturnFactory(account=account)
    url = f"{LIST}{row.pk}/"

    assert owner_client.get(f"{LIST}{foreign.pk}/").status_code == 404
    seen = owner_client.get(url).context["seen"]
    assert owner_client.get(f"{url}?seen={seen}", headers=HTMX).status_code == 204
    assert row.number in texts(owner_client, f"{url}?seen=0_0", **HTMX)


def test_a_dispute_has_its_window_where_one_is_known(owner_client: Client, company: Company) -> None:
    ended = {"status": ReturnStatus.LOST, "settled_at": NOW - timedelta(days=10)}
    market = ReturnFactory(account=AccountFactory(company=company, marketplace="yandex_market"), **ended)
    late = ReturnFactory(account=market.account, **{**ended, "settled_at": NOW - timedelta(days=31)})
    ozon = ReturnFactory(account=AccountFactory(company=company, marketplace="ozon"), **ended)

    def days(row: Any) -> list[date]:
        return [one.day for one in owner_client.get(f"{LIST}{row.pk}/").context["page"].deadlines]

    assert days(market) == [TODAY + timedelta(days=20)]
    assert days(late) == []
    assert days(ozon) == []


def test_many_causes_end_in_others(owner_client: Client, account: MarketplaceAccount) -> None:
    for number in range(14):
        ReturnFactory(
            account=account, reason=ReasonFactory(name=f"Причина {number:02} с очень длинным именем")
        )

    context = owner_client.get(REASONS).context

    assert [share.value for share in context["pareto"].shares][-1] == 2
    assert max(map(len, context["heat"].columns)) <= 16


def test_a_product_in_the_address_is_a_chip(owner_client: Client, account: MarketplaceAccount) -> None:
    row = ReturnFactory(account=account)

    for url in (LIST, REASONS):
        chips = owner_client.get(f"{url}?product={row.listing.product_id}").context["chips"]
        assert [chip.value for chip in chips] == [row.listing.product.name]
