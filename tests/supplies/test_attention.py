"""Which supplies wait for somebody, why, for how much, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.choices import CLAIM_RULES, AttentionKind, claim_rule
from supplies.models import Supply
from supplies.selectors import lists
from supplies.selectors.attention import attention, attention_count, is_claimable, needs_attention
from supplies.selectors.checks import is_good_barcode
from supplies.selectors.deadlines import claim_until, deadlines
from tests.factories.marketplaces import AccountFactory
from tests.factories.supplies import SupplyFactory, SupplyLineFactory

if TYPE_CHECKING:
    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# What is no shipment of the seller, or stands in its parts.
APART: list[dict[str, Any]] = [
    {"kind": SupplyKind.WITHDRAWAL},
    {"kind": SupplyKind.DISPOSAL},
    {"kind": SupplyKind.VIRTUAL},
    {"is_split": True},
]


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def waiting(company: Company) -> list[tuple[str, str]]:
    return [(row.kind.value, row.supply.number) for row in attention(company).rows]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"slot_from": NOW - 3 * HOUR, "slot_to": NOW - HOUR}, "overdue"),
        ({"slot_from": NOW - 3 * HOUR, "slot_to": NOW + HOUR}, "soon"),
        ({"status": SupplyStatus.READY, "slot_from": NOW - 3 * HOUR, "slot_to": NOW + HOUR}, None),
        ({"slot_from": NOW - 3 * HOUR, "slot_to": None}, "overdue"),
        ({"slot_from": NOW - 20 * DAY}, None),
        ({"status": SupplyStatus.READY, "slot_from": NOW - 3 * HOUR, "slot_to": NOW - HOUR}, "overdue"),
        ({"status": SupplyStatus.OVERDUE, "status_at": NOW - 3 * DAY}, "overdue"),
        ({"status": SupplyStatus.OVERDUE, "status_at": NOW - 30 * DAY, "slot_from": NOW - 30 * DAY}, None),
        ({"slot_from": NOW + 23 * HOUR}, "soon"),
        ({"slot_from": NOW + 25 * HOUR}, None),
        ({"status": SupplyStatus.READY, "slot_from": NOW + 2 * HOUR}, None),
        ({"fill_until": NOW + 5 * HOUR}, "fill"),
        ({"fill_until": NOW + 50 * HOUR}, None),
        ({"taken": True, "missing_units": 3}, "discrepancy"),
        (
            {"status": SupplyStatus.DISCREPANCY, "missing_units": 3, "accepted_at": NOW - 29 * DAY},
            "discrepancy",
        ),
        ({"taken": True, "missing_units": 3, "accepted_at": NOW - 31 * DAY}, None),
        ({"taken": True, "missing_units": 0}, None),
        ({"status": SupplyStatus.ACCEPTING, "missing_units": 3}, None),
        ({"status": SupplyStatus.CANCELLED, "slot_from": NOW - HOUR}, None),
        ({"kind": SupplyKind.WITHDRAWAL, "slot_from": NOW - 3 * HOUR, "slot_to": NOW - HOUR}, None),
        ({"is_split": True, "slot_from": NOW - 3 * HOUR, "slot_to": NOW - HOUR}, None),
    ],
)
def test_what_waits_and_what_does_not(
    account: MarketplaceAccount, changes: dict[str, Any], kind: str | None
) -> None:
    supply = SupplyFactory(account=account, **changes)

    assert waiting(account.company) == ([(kind, supply.number)] if kind else [])
    assert attention_count(account.company) == (1 if kind else 0)


@pytest.mark.parametrize(
    ("since", "is_told"),
    [(NOW - 4 * DAY, False), (NOW - 6 * DAY, True), (NOW - 100 * DAY, False), (None, False)],
)
def test_units_not_on_sale_wait_after_some_days(
    account: MarketplaceAccount, since: datetime | None, is_told: bool
) -> None:
    supply = SupplyFactory(account=account, taken=True, on_sale=40, lines=0, accepted_at=NOW - 40 * DAY)
    SupplyLineFactory(supply=supply, accepted=100, on_sale=40, waiting_since=since)

    rows = attention(account.company).rows

    assert [(row.kind, row.units, row.since) for row in rows] == (
        [(AttentionKind.WAITING, 60, since)] if is_told else []
    )


def test_the_money_goes_first_and_a_supply_stands_once(account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, number="soon", slot_from=NOW + HOUR)
    SupplyFactory(
        account=account, number="small", taken=True, missing_units=1, missing_amount=Decimal(90), on_sale=10
    )
    large = SupplyFactory(
        account=account, number="large", taken=True, missing_units=9, missing_amount=Decimal(9000), lines=0
    )
    SupplyLineFactory(supply=large, accepted=100, on_sale=1, waiting_since=NOW - 9 * DAY)
    SupplyFactory(account=AccountFactory(), slot_from=NOW + HOUR)

    found = attention(account.company)

    assert waiting(account.company) == [("discrepancy", "large"), ("discrepancy", "small"), ("soon", "soon")]
    assert (found.missing_units, found.missing_amount) == (10, Decimal(9090))
    assert [row.supply.number for row in found.of(AttentionKind.SOON)] == ["soon"]


@pytest.mark.parametrize(
    ("now", "kind", "until"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), AttentionKind.SOON, datetime(2026, 11, 23, 21, tzinfo=UTC)),
        (
            datetime(2026, 11, 24, 9, tzinfo=UTC),
            AttentionKind.SOON,
            datetime(2026, 11, 24, 20, 59, tzinfo=UTC),
        ),
        (
            datetime(2026, 11, 25, 12, tzinfo=UTC),
            AttentionKind.OVERDUE,
            datetime(2026, 11, 24, 20, 59, tzinfo=UTC),
        ),
    ],
)
def test_a_slot_of_a_whole_day_is_told_before_it_on_it_and_after_it(
    account: MarketplaceAccount, now: datetime, kind: AttentionKind, until: datetime
) -> None:
    SupplyFactory(
        account=account,
        slot_from=datetime(2026, 11, 23, 21, tzinfo=UTC),
        slot_to=datetime(2026, 11, 24, 20, 59, tzinfo=UTC),
    )

    rows = attention(account.company, now=now).rows

    assert [(row.kind, row.until) for row in rows] == [(kind, until)]


@pytest.mark.parametrize("marketplace", ["ozon", "wildberries"])
def test_money_is_at_stake_as_long_as_there_is_time_to_object(company: Company, marketplace: str) -> None:
    """Missing units that nobody can object to any more, of a supply that waits for another reason."""
    account = AccountFactory(company=company, marketplace=marketplace)
    late = SupplyFactory(
        account=account,
        taken=True,
        missing_units=5,
        missing_amount=Decimal(5000),
        accepted_at=NOW - 60 * DAY,
        lines=0,
    )
    SupplyLineFactory(supply=late, accepted=95, on_sale=10, waiting_since=NOW - 50 * DAY)

    told = attention(company)
    counted = lists.counts(Supply.objects.for_company(company).shipments(), company, now=NOW)

    assert [(row.kind, row.amount) for row in told.rows] == [(AttentionKind.WAITING, None)]
    assert (told.missing_units, told.missing_amount) == (0, None)
    assert (counted.waiting, counted.missing_amount) == (1, None)


@pytest.mark.parametrize("count", [1, 3])
def test_attention_takes_the_same_queries_for_one_supply_and_three(
    account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    SupplyFactory.create_batch(count, account=account, slot_from=NOW + HOUR)
    company = account.company

    with django_assert_num_queries(3):
        assert len(attention(company).rows) == count


def test_condition_fits_any_list_of_supplies(account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, slot_from=NOW + HOUR)
    SupplyFactory(account=account, slot_from=NOW + 9 * DAY)

    rows = Supply.objects.for_company(account.company)

    assert rows.filter(needs_attention(account.company)).count() == 1
    assert rows.exclude(needs_attention(account.company)).count() == 1


@pytest.mark.parametrize("apart", APART)
def test_only_shipments_have_deadlines_and_wait(account: MarketplaceAccount, apart: dict[str, Any]) -> None:
    """Of a withdrawal there is nothing to bring or to object to; of a split supply, its parts wait."""
    company = account.company
    pressing: tuple[dict[str, Any], ...] = (
        {"slot_from": NOW + HOUR},
        {"fill_until": NOW + HOUR},
        {"taken": True, "missing_units": 3, "missing_amount": Decimal(900)},
    )
    supplies = [SupplyFactory(account=account, **changes, **apart) for changes in pressing]
    late = SupplyFactory(account=account, taken=True, on_sale=40, lines=0, **apart)
    SupplyLineFactory(supply=late, waiting_since=NOW - 6 * DAY)
    rows = Supply.objects.for_company(company)

    counted = lists.counts(rows, company, now=NOW)

    assert [deadlines(one, zone=company.zone, now=NOW) for one in supplies] == [[], [], []]
    assert not rows.filter(needs_attention(company)).exists()
    assert not rows.filter(is_claimable(company, now=NOW)).exists()
    assert (counted.waiting, counted.missing_amount) == (0, None)


def test_a_split_supply_and_its_parts_are_not_summed_twice(account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, is_split=True, declared=100)
    SupplyFactory.create_batch(2, account=account, declared=50)

    counted = lists.counts(Supply.objects.for_company(account.company), account.company, now=NOW)

    assert (counted.whole.supplies, counted.whole.units) == (3, 100)


def test_rules_are_dated_and_say_their_source() -> None:
    assert all(str(rule.source) for rule in CLAIM_RULES)
    assert claim_rule("wildberries", on=date(2026, 3, 19)).days == 7  # type: ignore[union-attr]
    assert claim_rule("wildberries", on=date(2026, 3, 20)).days == 21  # type: ignore[union-attr]
    assert claim_rule("ozon", on=date(2026, 11, 24)).days is None  # type: ignore[union-attr]
    assert claim_rule("fourth", on=date(2026, 11, 24)) is None


def test_rule_of_the_day_of_the_count_decides(company: Company) -> None:
    account = AccountFactory(company=company, marketplace="wildberries")
    # 23:30 of 19 March in Moscow, and half an hour into the next day.
    old = SupplyFactory(account=account, taken=True, accepted_at=datetime(2026, 3, 19, 20, 30, tzinfo=UTC))
    new = SupplyFactory(account=account, taken=True, accepted_at=datetime(2026, 3, 19, 21, 30, tzinfo=UTC))

    assert claim_until(old, zone=company.zone)[0] == datetime(2026, 3, 26, 20, 30, tzinfo=UTC)
    assert claim_until(new, zone=company.zone)[0] == datetime(2026, 4, 9, 21, 30, tzinfo=UTC)


def test_deadlines_come_the_nearest_first_and_tighten(account: MarketplaceAccount) -> None:
    supply = SupplyFactory(
        account=account, slot_from=NOW + 3 * DAY, slot_to=NOW + 3 * DAY + HOUR, fill_until=NOW + 5 * HOUR
    )

    found = deadlines(supply, zone=account.company.zone, now=NOW)

    assert [(one.kind, one.tone) for one in found] == [
        (AttentionKind.FILL, "danger"),
        (AttentionKind.OVERDUE, "warning"),
    ]
    assert deadlines(supply, zone=account.company.zone, now=NOW - 9 * DAY)[1].tone == "neutral"
    assert deadlines(SupplyFactory(account=account, taken=True), zone=account.company.zone, now=NOW) == []


@pytest.mark.parametrize(
    ("code", "is_good"),
    [
        ("4607012345673", False),
        ("4600702081756", True),
        ("4006381333931", True),
        ("96385074", True),
        ("OZN1482000001", True),
        ("2037500112", True),
        ("", False),
        ("46 07", False),
        ("штрих", False),
        ("a\x00b", False),
    ],
)
def test_barcode_is_one_that_a_warehouse_reads(code: str, is_good: bool) -> None:
    assert is_good_barcode(code) is is_good
