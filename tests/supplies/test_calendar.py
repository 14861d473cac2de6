"""The calendar of supplies: each slot on the day of its warehouse, deadlines counted down."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core.periods import Days
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.models import Supply
from supplies.selectors import calendar
from supplies.selectors.calendar import shown_days
from supplies.selectors.slots import hours_text, named_zone, slot_text, zone_label
from tests.factories.catalog import WarehouseFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.supplies import SupplyFactory

if TYPE_CHECKING:
    from django.test import Client

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALENDAR = "/lavka/supplies/calendar/"
CALENDAR_QUERIES = 16


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def shown(client: Client, query: str = "") -> dict[date, list[str]]:
    """The times of the entries, by day."""
    page = client.get(f"{CALENDAR}{query}").context["page"]
    return {cell.day: [entry.time for entry in cell.entries] for cell in page.cells if cell.entries}


@pytest.mark.parametrize(
    ("zone", "day", "time"),
    [
        ("Europe/Kaliningrad", date(2026, 11, 30), "22:30"),
        ("Europe/Moscow", date(2026, 11, 30), "23:30"),
        ("Asia/Yekaterinburg", date(2026, 12, 1), "01:30"),
        ("Asia/Vladivostok", date(2026, 12, 1), "06:30"),
    ],
)
def test_slot_stands_on_the_day_of_its_warehouse(
    owner_client: Client, account: MarketplaceAccount, zone: str, day: date, time: str
) -> None:
    moment = datetime(2026, 11, 30, 20, 30, tzinfo=UTC)
    SupplyFactory(account=account, slot_from=moment, slot_zone=zone)

    ((found, (text,)),) = shown(owner_client).items()

    assert (found, text.split()[0]) == (day, time)
    assert (len(text.split()) == 1) is (zone == "Europe/Moscow")


@pytest.mark.parametrize(
    ("zone", "start", "end", "hours"),
    [
        # Midnight of Kaliningrad is 01:00 in Moscow and 22:00 UTC of the day before.
        ("Europe/Kaliningrad", (30, 21, 30), (30, 22, 30), "23:30 – 1\u00a0дек, 00:30"),
        ("Europe/Moscow", (30, 20, 30), (30, 21, 30), "23:30 – 1\u00a0дек, 00:30"),
        ("Asia/Vladivostok", (30, 13, 30), (30, 14, 30), "23:30 – 1\u00a0дек, 00:30"),
        ("Asia/Vladivostok", (29, 23, 0), (30, 0, 0), "09:00–10:00"),
        ("Europe/Moscow", (21, 11, 0), (21, 11, 0), "14:00"),
    ],
)
def test_slot_over_midnight_names_the_day_of_its_end(
    account: MarketplaceAccount,
    zone: str,
    start: tuple[int, int, int],
    end: tuple[int, int, int],
    hours: str,
) -> None:
    supply = SupplyFactory(
        account=account,
        slot_from=datetime(2026, 11, *start, tzinfo=UTC),
        slot_to=datetime(2026, 11, *end, tzinfo=UTC),
        slot_zone=zone,
    )

    assert hours_text(supply) == hours
    assert hours in slot_text(supply)


@pytest.mark.parametrize(
    ("zone", "start", "end", "times"),
    [
        # Sunday night to Monday of its warehouse; the same moments are one day's elsewhere.
        ("Europe/Kaliningrad", (29, 21, 30), (29, 22, 30), {date(2026, 11, 30): ["до 00:30 МСК−1"]}),
        ("Europe/Moscow", (29, 20, 30), (29, 21, 30), {date(2026, 11, 30): ["до 00:30"]}),
        ("Asia/Vladivostok", (29, 13, 30), (29, 14, 30), {date(2026, 11, 30): ["до 00:30 МСК+7"]}),
        ("Europe/Moscow", (29, 21, 30), (29, 22, 30), {date(2026, 11, 30): ["00:30"]}),
        # Over at midnight, it is Sunday's alone.
        ("Europe/Moscow", (29, 20, 0), (29, 21, 0), {}),
        # From Friday to the day before the week ends.
        ("Europe/Moscow", (26, 21, 0), (34, 21, 0), {date(2026, 11, 30): ["27\u00a0ноя – 4\u00a0дек"]}),
    ],
)
def test_a_slot_that_began_before_the_week_stands_on_its_first_day(
    owner_client: Client,
    account: MarketplaceAccount,
    zone: str,
    start: tuple[int, int, int],
    end: tuple[int, int, int],
    times: dict[date, list[str]],
) -> None:
    month = datetime(2026, 11, 1, tzinfo=UTC)
    moments = [
        month + timedelta(days=day - 1, hours=hour, minutes=minute) for day, hour, minute in (start, end)
    ]
    SupplyFactory(account=account, slot_from=moments[0], slot_to=moments[1], slot_zone=zone)

    assert shown(owner_client, "?view=week&day=2026-11-30") == times


def test_slot_without_a_zone_is_in_that_of_its_warehouse(account: MarketplaceAccount) -> None:
    warehouse = WarehouseFactory(company=account.company, time_zone="Asia/Vladivostok")
    moment = datetime(2026, 11, 30, 20, 30, tzinfo=UTC)
    known = SupplyFactory(account=account, slot_from=moment, slot_zone="", warehouse=warehouse)
    unknown = SupplyFactory(account=account, slot_from=moment, slot_zone="Mars/Olympus")

    assert "06:30" in slot_text(known)
    assert "23:30" in slot_text(unknown)
    assert slot_text(SupplyFactory(account=account, slot_from=None)) == ""


@pytest.mark.parametrize(
    ("zone", "tail"),
    [
        ("Europe/Moscow", ""),
        ("Europe/Kaliningrad", "−1"),
        ("Asia/Vladivostok", "+7"),
        ("Asia/Kolkata", "+2:30"),
    ],
)
def test_zone_is_told_from_moscow(zone: str, tail: str) -> None:
    label = zone_label(named_zone(zone), NOW)

    assert label.endswith(tail)
    assert ("+" in label or "−" in label) is bool(tail)


@given(day=st.dates(date(2000, 2, 1), date(2099, 11, 30)))
def test_pages_are_whole_weeks_and_miss_no_day(day: date) -> None:
    month, week = shown_days(day, "month"), shown_days(day, "week")

    assert {len(month) % 7, len(week) - 7} == {0}
    assert month.first.weekday() == week.first.weekday() == 0
    assert day in week
    assert week.first in month
    assert day.replace(day=1) in month
    following = calendar._moved(day, "month", 1)
    assert (following - day.replace(day=1)).days in {28, 29, 30, 31}
    assert calendar._moved(following, "month", -1) == day.replace(day=1)


def test_month_shows_its_weeks_and_the_way_around(owner_client: Client) -> None:
    response = owner_client.get(f"{CALENDAR}?day=2027-01-31")
    page = response.context["page"]

    assert page.days == Days(first=date(2026, 12, 28), after=date(2027, 2, 1))
    assert (page.previous, page.following) == (date(2026, 12, 1), date(2027, 2, 1))
    assert re.findall(r'href="(\?(?:day=[0-9-]+)?)"', response.content.decode())[:3] == [
        "?day=2026-12-01",
        "?",
        "?day=2027-02-01",
    ]
    assert [cell.number for cell in page.cells[:5]][1] == "29"


def test_week_shows_seven_days(owner_client: Client, account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, slot_from=datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
    SupplyFactory(account=account, slot_from=datetime(2026, 12, 3, 7, 0, tzinfo=UTC))

    page = owner_client.get(f"{CALENDAR}?view=week").context["page"]

    assert [cell.day.day for cell in page.cells] == [23, 24, 25, 26, 27, 28, 29]
    assert [cell.is_today for cell in page.cells].index(True) == 1
    assert shown(owner_client, "?view=week") == {date(2026, 11, 26): ["10:00"]}


def test_deadlines_are_on_the_company_s_day_and_counted_down(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    account.marketplace = "wildberries"
    account.save(update_fields=["marketplace"])
    SupplyFactory(
        account=account,
        number="40012",
        status=SupplyStatus.ACCEPTED,
        slot_from=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        accepted_at=datetime(2026, 11, 8, 22, 30, tzinfo=UTC),
        missing_units=24,
    )
    SupplyFactory(account=account, fill_until=datetime(2026, 11, 25, 21, 30, tzinfo=UTC), slot_from=None)

    page = owner_client.get(CALENDAR).context["page"]
    due = {
        cell.day: (entry.time, entry.tone, bool(entry.left))
        for cell in page.cells
        for entry in cell.entries
        if entry.is_deadline
    }

    assert due == {
        date(2026, 11, 26): ("00:30", "warning", True),
        date(2026, 11, 30): ("01:30", "warning", True),
    }


def test_claim_that_has_passed_is_told_without_a_countdown(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    account.marketplace = "wildberries"
    account.save(update_fields=["marketplace"])
    SupplyFactory(
        account=account,
        status=SupplyStatus.ACCEPTED,
        slot_from=None,
        accepted_at=datetime(2026, 10, 20, 9, 0, tzinfo=UTC),
        missing_units=24,
    )

    page = owner_client.get(CALENDAR).context["page"]
    ((entry,),) = [cell.entries for cell in page.cells if cell.entries]

    assert (entry.left, entry.tone) == ("", "neutral")


def test_plans_stand_on_their_wished_day(owner_client: Client, account: MarketplaceAccount) -> None:
    SupplyFactory(
        account=account, plan=True, wished_on=date(2026, 12, 1), warehouse_name="", cluster_name="Урал"
    )

    assert list(shown(owner_client)) == [date(2026, 12, 1)]


def test_unready_supply_burns_a_day_before_its_slot(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    soon = NOW + timedelta(hours=5)
    SupplyFactory(account=account, slot_from=soon, status=SupplyStatus.BOOKED)
    SupplyFactory(account=account, slot_from=soon + timedelta(hours=1), status=SupplyStatus.READY)
    SupplyFactory(account=account, slot_from=NOW - timedelta(hours=5), status=SupplyStatus.READY)

    page = owner_client.get(CALENDAR).context["page"]
    tones = [entry.tone for cell in page.cells for entry in cell.entries]

    assert tones == ["danger", "danger", "info"]


@pytest.mark.parametrize("apart", [{"kind": SupplyKind.WITHDRAWAL}, {"is_split": True}])
def test_what_is_no_shipment_stands_on_its_day_without_alarm(
    owner_client: Client, account: MarketplaceAccount, apart: dict[str, Any]
) -> None:
    market = AccountFactory(company=account.company, marketplace="wildberries")
    SupplyFactory(account=account, slot_from=NOW - timedelta(hours=5), **apart)
    SupplyFactory(account=account, slot_from=None, fill_until=NOW + timedelta(hours=5), **apart)
    SupplyFactory(
        account=market, taken=True, slot_from=None, accepted_at=NOW - timedelta(days=20), missing_units=24,
        **apart,
    )  # fmt: skip

    page = owner_client.get(f"{CALENDAR}?kind=all").context["page"]

    entries = [entry for cell in page.cells for entry in cell.entries]
    assert [(entry.tone, entry.left, entry.is_deadline) for entry in entries] == [("info", "", False)]


def test_calendar_is_of_the_supplies_of_the_filter(owner_client: Client, account: MarketplaceAccount) -> None:
    other = AccountFactory(company=account.company, marketplace="wildberries", title="WB")
    moment = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    SupplyFactory(account=account, slot_from=moment)
    SupplyFactory(account=other, slot_from=moment + timedelta(hours=1))
    SupplyFactory(account=account, slot_from=moment, status=SupplyStatus.CANCELLED)
    SupplyFactory(account=account, slot_from=moment, kind=SupplyKind.WITHDRAWAL)
    SupplyFactory(account=AccountFactory(), slot_from=moment)

    assert shown(owner_client) == {moment.date(): ["10:00", "11:00"]}
    assert shown(owner_client, "?marketplace=ozon") == {moment.date(): ["10:00"]}
    assert shown(owner_client, "?kind=withdrawal") == {moment.date(): ["10:00"]}


def test_counters_of_the_calendar_lead_to_the_list_of_what_they_count(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    """They are of all days, of which the calendar shows some."""
    SupplyFactory(account=account, slot_from=NOW + timedelta(days=90))
    SupplyFactory(account=account, plan=True)
    other = AccountFactory(company=account.company, marketplace="wildberries", title="WB")
    SupplyFactory(account=other, slot_from=NOW + timedelta(days=1))

    cells = owner_client.get(f"{CALENDAR}?marketplace=ozon&view=week&day=2026-11-24").context["counters"]

    assert {cell.url.partition("?")[0] for cell in cells} == {"/lavka/supplies/"}
    pages = [owner_client.get(cell.url).context["found"] for cell in cells]
    assert [page.warnings for page in pages] == [()] * len(cells)
    assert [str(len(page.rows)) for page in pages] == [cell.value for cell in cells]


def test_a_calendar_that_is_too_full_says_so(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "MOST_SHOWN", 2)
    for hours in range(3):
        SupplyFactory(account=account, slot_from=NOW + timedelta(hours=hours))

    page = owner_client.get(CALENDAR).context["page"]

    assert page.is_cut
    assert sum(len(cell.entries) for cell in page.cells) == 2


@pytest.mark.parametrize(
    "query", ["?day=ы", "?day=9999-12-31", "?day=2026-02-30", "?view=year", "?day=" + "1" * 9999]
)
def test_strange_days_are_told(owner_client: Client, query: str) -> None:
    response = owner_client.get(f"{CALENDAR}{query}")

    assert response.context["found"]["warnings"]
    assert response.context["page"].today == date(2026, 11, 24)


def test_an_empty_calendar_says_so(owner_client: Client) -> None:
    page = owner_client.get(CALENDAR)

    assert not page.context["page"].has_entries
    assert "empty" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_calendar_takes_the_same_queries_for_one_supply_and_three(
    owner_client: Client,
    account: MarketplaceAccount,
    company: Company,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    for hours in range(count):
        SupplyFactory(
            account=account,
            slot_from=NOW + timedelta(hours=hours),
            warehouse=WarehouseFactory(company=company),
        )
    owner_client.get(CALENDAR)

    with django_assert_num_queries(CALENDAR_QUERIES):
        owner_client.get(CALENDAR)

    assert Supply.objects.for_company(company).count() == count


def test_slot_of_which_only_the_day_is_told_lasts_all_day(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    start = datetime(2026, 11, 29, 21, 0, tzinfo=UTC)
    for last in (timedelta(days=1), timedelta(days=1, seconds=-1)):
        supply = SupplyFactory(account=account, slot_from=start, slot_to=start + last)
        assert "00:00" not in slot_text(supply)

    assert list(shown(owner_client)) == [date(2026, 11, 30)]


def test_a_month_has_room_for_some_of_a_day_and_leads_to_its_week(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    SupplyFactory.create_batch(8, account=account, slot_from=NOW + timedelta(days=1))

    page = owner_client.get(CALENDAR)

    assert [cell.more for cell in page.context["page"].cells if cell.entries] == [2]
    assert "view=week&amp;day=2026-11-25" in page.content.decode()
    assert len(shown(owner_client, "?view=week&day=2026-11-25")[date(2026, 11, 25)]) == 8


def test_what_is_short_does_not_push_slots_out(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "MOST_SHOWN", 2)
    market = AccountFactory(company=account.company, marketplace="wildberries")
    for one in (account, market):
        SupplyFactory.create_batch(
            3, account=one, taken=True, missing_units=1, status=SupplyStatus.DISCREPANCY,
            slot_from=NOW - timedelta(days=20), accepted_at=NOW - timedelta(days=18),
        )  # fmt: skip
    SupplyFactory(account=account, slot_from=NOW + timedelta(days=1))

    page = owner_client.get(f"{CALENDAR}?view=week").context["page"]

    entries = [(cell.day.day, entry.is_deadline) for cell in page.cells for entry in cell.entries]
    assert entries == [(25, False), (27, True), (27, True)]
    assert page.is_cut


def test_a_marketplace_without_a_time_for_claims_fills_no_room(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "MOST_SHOWN", 2)
    market = AccountFactory(company=account.company, marketplace="yandex_market")
    short = {"taken": True, "missing_units": 1, "slot_from": None, "status": SupplyStatus.DISCREPANCY}
    SupplyFactory.create_batch(3, account=account, accepted_at=NOW - timedelta(days=29), **short)
    # The time to object to these is over long since, or not in these days.
    SupplyFactory.create_batch(3, account=market, accepted_at=NOW - timedelta(days=60), **short)
    SupplyFactory.create_batch(3, account=market, accepted_at=NOW - timedelta(days=5), **short)
    SupplyFactory(account=market, accepted_at=NOW - timedelta(days=29), **short)

    page = owner_client.get(f"{CALENDAR}?view=week").context["page"]

    assert [cell.day.day for cell in page.cells for _entry in cell.entries] == [25]
    assert not page.is_cut


@pytest.mark.parametrize(("counted", "last"), [(date(2026, 3, 19), 26), (date(2026, 3, 20), 10)])
def test_each_claim_follows_the_rule_of_its_day(
    owner_client: Client, account: MarketplaceAccount, counted: date, last: int
) -> None:
    market = AccountFactory(company=account.company, marketplace="wildberries")
    SupplyFactory(
        account=market, taken=True, missing_units=1, slot_from=None,
        accepted_at=datetime(counted.year, counted.month, counted.day, 9, tzinfo=UTC),
    )  # fmt: skip

    days = [
        day.day
        for month in ("2026-03-15", "2026-04-20")
        for day in shown(owner_client, f"?day={month}")
        if day.month == int(month[5:7])
    ]

    assert days == [last]


@pytest.mark.parametrize(
    "status", [SupplyStatus.SHIPPED, SupplyStatus.ACCEPTED, SupplyStatus.DISCREPANCY, SupplyStatus.READY]
)
def test_only_what_has_not_left_waits_for_a_slot(
    owner_client: Client, account: MarketplaceAccount, status: SupplyStatus
) -> None:
    market = AccountFactory(company=account.company, marketplace="yandex_market")
    SupplyFactory(
        account=market, is_planned_here=True, status=status, slot_from=None, wished_on=NOW.date(),
        accepted=90, missing_units=10, accepted_at=NOW - timedelta(days=28),
    )  # fmt: skip

    page = owner_client.get(CALENDAR).context["page"]

    waiting = [entry.note for cell in page.cells for entry in cell.entries if not entry.is_deadline]
    assert waiting == (["слота ещё нет"] if status == SupplyStatus.READY else [])


@pytest.mark.parametrize(
    ("start", "end", "text", "time"),
    [
        ((29, 21, 0), (32, 21, 0), "30\u00a0ноя – 2\u00a0дек (МСК)", "30\u00a0ноя – 2\u00a0дек"),
        ((29, 21, 0), (32, 20, 59), "30\u00a0ноя – 2\u00a0дек (МСК)", "30\u00a0ноя – 2\u00a0дек"),
        ((22, 21, 0), (25, 21, 0), "23–25\u00a0ноя (МСК)", "23–25\u00a0ноя"),
        ((22, 21, 0), (23, 21, 0), "23\u00a0ноя, весь день (МСК)", "весь день"),
        (
            (22, 21, 0),
            (25, 12, 0),
            "23\u00a0ноя, 00:00 – 25\u00a0ноя, 15:00 (МСК)",
            "23–25\u00a0ноя",
        ),
        ((23, 7, 0), (24, 21, 0), "23\u00a0ноя, 10:00 – 25\u00a0ноя, 00:00 (МСК)", "23–24\u00a0ноя"),
        ((22, 21, 0), (23, 9, 0), "23\u00a0ноя, 00:00–12:00 (МСК)", "00:00"),
    ],
)
def test_a_slot_of_several_days_is_told_as_a_range_of_them(
    owner_client: Client,
    account: MarketplaceAccount,
    start: tuple[int, int, int],
    end: tuple[int, int, int],
    text: str,
    time: str,
) -> None:
    begins, ends = (
        datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)
        for day, hour, minute in (start, end)
    )
    supply = SupplyFactory(account=account, slot_from=begins, slot_to=ends)

    assert slot_text(supply) == text
    assert list(shown(owner_client).values()) == [[time]]
