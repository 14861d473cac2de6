"""supplies.services.record: what is counted of a supply outlasts the answers that do not tell it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import TouchedDay
from marketplaces.contracts.supplies import BoxSnapshot, SupplySnapshot, SupplyStatus
from marketplaces.models import StreamState
from marketplaces.streams import PageResult
from supplies.choices import SupplyEventKind
from supplies.models import BoxLine, SupplyEvent
from tests.factories.marketplaces import StreamStateFactory
from tests.supplies.recording import details, everything, record, the_lines, the_supply
from tests.supplies.snapshots import HOUR, SEEN, SLOT, line, supply

if TYPE_CHECKING:
    from marketplaces.models import MarketplaceAccount

FAR = SEEN + 10_000 * HOUR
COUNTED = supply(
    SupplyStatus.ACCEPTED,
    accepted_at=SLOT,
    lines=(
        line("1", declared=10, accepted=7, shortage=2, defect=1, on_sale=3),
        line("2", declared=5, accepted=5, shortage=0, defect=0, on_sale=5),
        line("3", declared=0, accepted=0, shortage=0, defect=0, on_sale=0, surplus=4),
    ),
)
SILENT = replace(
    COUNTED, lines=(line("1", declared=10, price=None), line("2", declared=5, price=None)), reason="говорят"
)
SHORT = replace(SILENT, lines=(line("2"),))


def test_what_follows_from_counts_follows_those_that_are_held(account: MarketplaceAccount) -> None:
    states = [StreamStateFactory(account=account, stream=one, due_at=FAR) for one in ("products", "stock")]
    record(account, COUNTED)
    before = everything(account)
    waiting = [one.waiting_since for one in the_lines(account)]
    StreamState.all_companies.update(due_at=FAR)
    days = set(TouchedDay.all_companies.values_list("day", flat=True))
    TouchedDay.all_companies.all().delete()

    result = record(account, SILENT, at=SEEN + HOUR)

    held = the_supply(account)
    assert result == PageResult(changed=1)
    assert (held.reason, held.accepted, held.on_sale, held.surplus) == ("говорят", 12, 8, 4)
    assert (held.missing_units, held.missing_amount) == (3, 3 * Decimal("900.00"))
    assert everything(account)[1] == before[1]
    assert [one.waiting_since for one in the_lines(account)] == waiting == [SLOT, None, None]
    assert details(account, SupplyEventKind.NUMBERS) == details(account, SupplyEventKind.CONTENTS) == []
    assert set(TouchedDay.all_companies.values_list("day", flat=True)) == days == {SLOT.date()}
    for state in states:
        state.refresh_from_db()
        assert state.due_at == FAR  # nothing was taken in


def test_a_status_that_comes_without_counts_weighs_those_that_are_held(account: MarketplaceAccount) -> None:
    accepting = replace(COUNTED, status=SupplyStatus.ACCEPTING, accepted_at=None, lines=(line(accepted=97),))
    record(account, accepting)
    assert the_supply(account).missing_units is None

    record(
        account,
        replace(accepting, status=SupplyStatus.DISCREPANCY, lines=(line(price=None),)),
        at=SEEN + HOUR,
    )

    held = the_supply(account)
    assert (held.accepted, held.missing_units, held.missing_amount) == (97, 3, 3 * Decimal("900.00"))


def test_counted_goods_that_leave_the_list_are_told_of_and_go_when_nothing_is_counted(
    account: MarketplaceAccount,
) -> None:
    record(account, COUNTED)
    boxes = (BoxSnapshot(code="A1", contents=(("1", 10), ("2", 5))),)

    record(account, replace(SILENT, lines=(line("2", declared=5),), boxes=boxes), at=SEEN + HOUR)
    assert [(one.key, one.declared, one.shipped, one.accepted) for one in the_lines(account)] == [
        ("1", 0, None, 7),
        ("2", 5, None, 5),
        ("3", 0, None, 0),
    ]
    assert (the_supply(account).declared, the_supply(account).lines_count) == (5, 3)
    assert details(account, SupplyEventKind.CONTENTS) == [{"line:LN-1": [10, 0]}]
    assert [one.quantity for one in BoxLine.objects.for_company(account.company_id).order_by("pk")] == [10, 5]

    nothing = {"accepted": 0, "shortage": 0, "defect": 0, "on_sale": 0, "surplus": 0}
    record(account, replace(SILENT, lines=(line("2", declared=5, **nothing),)), at=SEEN + 2 * HOUR)
    assert [one.key for one in the_lines(account)] == ["2"]
    assert the_supply(account).unlisted == []


@pytest.mark.parametrize("answers", list(permutations([COUNTED, SILENT, SHORT])))
def test_counts_are_held_whatever_comes_first(
    account: MarketplaceAccount, answers: tuple[SupplySnapshot, ...]
) -> None:
    order = [COUNTED, SILENT, SHORT]
    for answer in (*answers, *answers):
        record(account, answer, at=SEEN + order.index(answer) * HOUR)

    assert [
        (one.key, one.declared, one.accepted, one.shortage, one.surplus, one.defect)
        for one in the_lines(account)
    ] == [("1", 0, 7, 2, None, 1), ("2", 100, 5, 0, None, 0), ("3", 0, 0, 0, 4, 0)]
    assert (the_supply(account).accepted, the_supply(account).missing_units) == (12, 3)


def in_four_shares(account: MarketplaceAccount) -> None:
    """As a supply is held whose counts are no parts of their own."""
    held = the_supply(account)
    held.fingerprint = held.fingerprint[:5] + b"lines" + held.fingerprint[10:20]
    parts = ("status", "rest", "lines", "boxes", "papers")
    held.versions = {part: one for part, one in held.versions.items() if part in parts}
    held.save(update_fields=["fingerprint", "versions"])


def test_a_fingerprint_of_four_shares_is_read_and_written_anew_once(account: MarketplaceAccount) -> None:
    record(account, COUNTED)
    in_four_shares(account)
    before = (everything(account), SupplyEvent.objects.for_company(account.company_id).count())

    results = [record(account, COUNTED, at=SEEN + hour * HOUR) for hour in (1, 2)]

    assert results == [PageResult(changed=1), PageResult(unchanged=1)]
    assert (everything(account), SupplyEvent.objects.for_company(account.company_id).count()) == before
    assert len(the_supply(account).fingerprint) == 50


@pytest.mark.parametrize(
    "newer",
    [SILENT, replace(COUNTED, lines=None), replace(COUNTED, lines=None, reason="говорят")],
)
def test_counts_under_a_fingerprint_of_four_shares_are_as_new_as_the_lines(
    account: MarketplaceAccount, newer: SupplySnapshot
) -> None:
    record(account, COUNTED)
    in_four_shares(account)
    lines = everything(account)[1]
    older = replace(COUNTED, lines=(line("1", declared=10, accepted=1, shortage=9, surplus=1),))

    record(account, newer, at=SEEN + HOUR)
    record(account, older, at=SEEN - HOUR)

    assert everything(account)[1] == lines
    assert details(account, SupplyEventKind.NUMBERS) == []


def test_statements_do_not_grow_with_the_lines(account: MarketplaceAccount) -> None:
    def statements(count: int) -> list[int]:
        skus = [str(number) for number in range(1, count + 1)]
        counted = tuple(line(sku, accepted=5, surplus=1) for sku in skus)
        by_barcode = tuple(line(sku, marketplace_sku="", price=None) for sku in skus)
        told = [counted, by_barcode, tuple(line(sku) for sku in skus), by_barcode[:1], counted[:1]]
        found = []
        for hour, lines in enumerate(told):
            with CaptureQueriesContext(connection) as queries:
                one = supply(SupplyStatus.ACCEPTED, external_id=f"of {count}", lines=lines)
                record(account, one, at=SEEN + hour * HOUR)
            found.append(len(queries))
        return found

    record(account, supply())

    assert statements(3) == statements(40)
