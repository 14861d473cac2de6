"""Tariffs: a row lasts as long as its value, whatever is read again and however often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Tariff, TariffDay
from catalog.services.tariffs import complete_day, record_tariffs
from catalog.streams import TariffStream
from marketplaces.contracts.pages import Page
from marketplaces.contracts.tariffs import ChargeKind, TariffSnapshot, TariffSubject, TariffUnit
from marketplaces.errors import CursorRejected
from marketplaces.streams import PullRequest
from tests.factories.catalog import ListingFactory

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

FIRST = date(2026, 11, 1)


def tariff(value: str, *, of: str = "1", word: str = "sales_percent_fbo", **details: Any) -> TariffSnapshot:
    return TariffSnapshot(
        subject=TariffSubject.LISTING,
        subject_id=of,
        kind=ChargeKind.COMMISSION,
        raw_name=word,
        value=Decimal(value),
        unit=TariffUnit.PERCENT,
        details=details,
    )


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def rows(account: MarketplaceAccount) -> list[tuple[int, int | None, int, Decimal]]:
    """(from, to, seen, value), days counted from FIRST."""
    held = Tariff.objects.for_company(account.company_id).order_by("subject_id", "valid_from")
    return [
        (
            (one.valid_from - FIRST).days,
            None if one.valid_to is None else (one.valid_to - FIRST).days,
            (one.seen_on - FIRST).days,
            one.value,
        )
        for one in held
    ]


def test_the_same_value_only_moves_the_last_day_it_was_seen(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account, external_id="1")
    first = record_tariffs(account=account, snapshots=[tariff("17.5", min="46")], day=on(0))
    second = record_tariffs(account=account, snapshots=[tariff("17.5", min="46")], day=on(3))

    assert (first.inserted, second.unchanged, second.changed) == (1, 1, 0)
    assert rows(account) == [(0, None, 3, Decimal("17.5"))]
    assert Tariff.objects.for_company(account.company_id).get().listing_id == listing.pk


def test_a_changed_value_ends_yesterday_and_begins_today(account: MarketplaceAccount) -> None:
    record_tariffs(account=account, snapshots=[tariff("17.5")], day=on(0))
    result = record_tariffs(account=account, snapshots=[tariff("18")], day=on(3))

    assert (result.changed, result.inserted) == (1, 0)
    # Days 1 and 2 were not asked: the old row was last seen on day 0.
    assert rows(account) == [(0, 2, 0, Decimal("17.5")), (3, None, 3, Decimal(18))]


def test_a_changed_parameter_is_a_change(account: MarketplaceAccount) -> None:
    record_tariffs(account=account, snapshots=[tariff("96", min="46")], day=on(0))
    record_tariffs(account=account, snapshots=[tariff("96", min="50")], day=on(1))

    assert [row[:2] for row in rows(account)] == [(0, 0), (1, None)]


def test_of_two_answers_on_a_day_the_last_counts(account: MarketplaceAccount) -> None:
    record_tariffs(account=account, snapshots=[tariff("17")], day=on(0))
    record_tariffs(account=account, snapshots=[tariff("18")], day=on(1))
    record_tariffs(account=account, snapshots=[tariff("17")], day=on(1))

    assert rows(account) == [(0, None, 1, Decimal(17))]


def test_an_answer_older_than_what_is_held_changes_nothing(account: MarketplaceAccount) -> None:
    record_tariffs(account=account, snapshots=[tariff("17")], day=on(2))
    record_tariffs(account=account, snapshots=[tariff("18")], day=on(3))

    for value in ("17", "18", "19"):
        record_tariffs(account=account, snapshots=[tariff(value)], day=on(1))
    assert rows(account) == [(2, 2, 2, Decimal(17)), (3, None, 3, Decimal(18))]


def test_what_a_whole_answer_does_not_name_has_ended(account: MarketplaceAccount) -> None:
    record_tariffs(
        account=account, snapshots=[tariff("17"), tariff("20", of="2"), tariff("3", of="3")], day=on(0)
    )
    complete_day(account=account, day=on(0))
    record_tariffs(account=account, snapshots=[tariff("18")], day=on(2))

    noted = complete_day(account=account, day=on(2), unreadable=["3"])

    assert rows(account) == [
        (0, 1, 0, Decimal(17)),
        (2, None, 2, Decimal(18)),
        (0, 1, 0, Decimal(20)),
        (0, None, 0, Decimal(3)),
    ]
    assert (noted.rows, noted.changed) == (2, 1)
    assert TariffDay.objects.for_company(account.company_id).count() == 2


def test_values_that_no_tariff_can_have_are_put_aside(account: MarketplaceAccount) -> None:
    bad = [tariff("1e12"), tariff("NaN", of="2"), tariff("1", of="3", word="x" * 101)]

    result = record_tariffs(account=account, snapshots=[*bad, tariff("5", of="4")], day=on(0))

    assert [one.external_id for one in result.rejected] == ["1", "2", "3"]
    assert result.inserted == 1


answers = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["1", "2", "3"])), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=answers)
def test_rows_are_the_runs_of_equal_values(account: MarketplaceAccount, told: list[tuple[int, str]]) -> None:
    Tariff.objects.for_company(account.company_id).delete()
    last: dict[int, str] = {}
    newest = -1
    for day, value in told:
        for _again in range(2):
            record_tariffs(account=account, snapshots=[tariff(value)], day=on(day))
        if day >= newest:
            newest, last[day] = day, value

    expected: list[list[Any]] = []
    for day in sorted(last):
        if expected and expected[-1][3] == Decimal(last[day]):
            expected[-1][2] = day
            continue
        if expected:
            expected[-1][1] = day - 1
        expected.append([day, None, day, Decimal(last[day])])
    held = rows(account)
    assert [(row[0], row[1], row[3]) for row in held] == [(row[0], row[1], row[3]) for row in expected]
    assert all(row[0] <= row[2] and (row[1] is None or row[0] <= row[1]) for row in held)


class Telling:
    """Gives pages of its own."""

    def __init__(self, *pages: Page[TariffSnapshot]) -> None:
        self.pages = pages
        self.place: Any = None

    def fetch_tariffs(self, _query: Any, *, cursor: Any) -> Any:
        self.place = cursor
        yield from self.pages


def request_at(account: MarketplaceAccount, moment: datetime, cursor: dict[str, Any]) -> PullRequest:
    return PullRequest(account=account, cursor=cursor, now=moment)


def test_a_pull_is_gone_on_with_on_its_own_day_only(account: MarketplaceAccount) -> None:
    noon = datetime(2026, 11, 20, 9, tzinfo=UTC)
    first = Page(snapshots=(tariff("1"),), cursor={"cursor": "x"}, observed_at=noon)
    last = Page(snapshots=(tariff("2", of="2"),), cursor={}, observed_at=noon, is_last=True)
    stream, source = TariffStream(), Telling(first, last)

    begun, ended = stream.pages(source, request_at(account, noon, {}))  # type: ignore[arg-type]  # a fake

    assert (begun.cursor, ended.cursor) == ({"day": "2026-11-20", "place": {"cursor": "x"}}, {})
    list(stream.pages(source, request_at(account, noon, dict(begun.cursor))))  # type: ignore[arg-type]  # a fake
    assert source.place == {"cursor": "x"}
    with pytest.raises(CursorRejected):
        list(stream.pages(source, request_at(account, noon + timedelta(days=1), dict(begun.cursor))))  # type: ignore[arg-type]  # a fake
    stream.record(begun, request_at(account, noon, {}))
    assert not TariffDay.objects.for_company(account.company_id).exists()
    stream.record(ended, request_at(account, noon, {}))
    assert TariffDay.objects.for_company(account.company_id).get().rows == 2
