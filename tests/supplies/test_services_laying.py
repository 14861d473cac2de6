"""supplies.services.folding and .laying: what is counted of goods is as new as the answer that told it, and any order of
answers ends the same. Without a database: what stands between two answers is what its columns would hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplaces.contracts.supplies import SupplyLineSnapshot, SupplySnapshot, SupplyStatus
from supplies.services.folding import COUNTS, FIELDS, Folded, line_key, unpacked, versions_of
from supplies.services.laying import laid_over
from supplies.services.lines import Known, Line
from tests.supplies.snapshots import HOUR, SEEN, SLOT, line, supply

if TYPE_CHECKING:
    from collections.abc import Iterable

NOBODY = Known({}, {})
Answer = tuple[SupplySnapshot, datetime]


@dataclass(slots=True)
class Columns:
    """A supply between two answers, as its columns hold it."""

    rows: list[Line] = field(default_factory=list)
    unlisted: str = "[]"
    versions: str = "{}"
    fingerprint: bytes = b""
    head: dict[str, Any] = field(default_factory=dict)
    status: SupplyStatus | None = None

    def lay(self, snapshot: SupplySnapshot, asked_at: datetime) -> bool:
        """Lay an answer over it, and say whether it told more than how new it is."""
        folded = Folded(
            external_id="1",
            status=self.status,
            told=dict(self.head),
            versions=versions_of(json.loads(self.versions), self.fingerprint),
            prints=unpacked(self.fingerprint),
        )
        folded.lay(snapshot, asked_at=asked_at)
        self.head, self.status = folded.told, folded.status
        is_other = folded.fingerprint != self.fingerprint
        if is_other:
            self.rows, unlisted = laid_over(self.rows, json.loads(self.unlisted), folded, known=NOBODY)
            self.unlisted, self.fingerprint = json.dumps(unlisted), folded.fingerprint
        self.versions = json.dumps({part: one.as_json() for part, one in folded.versions.items()})
        return is_other

    def goods(self) -> list[tuple[Any, ...]]:
        """The rows by their barcode, which all answers agree on; by their key where the newest list names them."""
        names = ("planned", "declared", "shipped", *FIELDS)
        return sorted(
            (row.barcode, row.key if row.is_listed else "", *(getattr(row, name) for name in names))
            for row in self.rows
        )

    def counts(self, name: str = "accepted") -> dict[str, Any]:
        return {row.key: getattr(row, name) for row in self.rows}


def told(*lines: SupplyLineSnapshot, hour: int = 0) -> Answer:
    """Goods as they stood at an hour, which the marketplace does not tell."""
    return supply(SupplyStatus.ACCEPTED, lines=lines), SEEN + hour * HOUR


def after(*answers: Answer, rows: Iterable[Line] = ()) -> Columns:
    held = Columns(rows=list(rows))
    for one in answers:
        held.lay(*one)
    return held


def bare(sku: str = "1", **changes: Any) -> SupplyLineSnapshot:
    """Goods of which nothing is told but that they were declared."""
    return line(sku, **{"price": None, **changes})


@pytest.mark.parametrize("is_dated", [True, False])
def test_a_day_that_is_told_once_is_the_newest_that_was_told(is_dated: bool) -> None:
    days = [SLOT, SLOT + 5 * HOUR, None, None]
    answers = [
        (
            supply(
                SupplyStatus.ACCEPTED, accepted_at=day, changed_at=SEEN + place * HOUR if is_dated else None
            ),
            SEEN + place * HOUR,
        )
        for place, day in enumerate(days)
    ]

    for some in permutations(answers):
        assert after(*some, *some[:1]).head["accepted_at"] == SLOT + 5 * HOUR


# ---- what is not told stays ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("units", [0, 3])
def test_what_no_line_of_an_answer_tells_stays(name: str, units: int) -> None:
    counted, silent = told(bare(**{name: units})), told(bare(declared=90), hour=1)

    for answers in permutations([counted, silent]):
        (row,) = after(*answers).rows
        assert (row.declared, getattr(row, name)) == (90, units)


def test_what_one_line_tells_is_told_of_all() -> None:
    first = told(bare("1", accepted=5), bare("2", accepted=7))
    second = told(bare("1", accepted=6), bare("2"), hour=1)

    for answers in permutations([first, second]):
        assert after(*answers).counts() == {"1": 6, "2": None}


def test_of_what_was_brought_a_part_is_not_the_sum() -> None:
    whole, unknown = bare(declared=10, shipped=10, accepted=10), bare(declared=10, accepted=5)

    for lines in permutations([whole, unknown]):
        (row,) = after(told(*lines)).rows
        assert (row.declared, row.shipped, row.accepted) == (20, None, 15)
        assert row.missing(is_counted=True) == 5
    (row,) = after(told(whole, whole)).rows
    assert row.shipped == 20


def test_nought_is_told() -> None:
    held = after(told(bare(accepted=5, shortage=3)), told(bare(accepted=0, shortage=0), hour=1))

    assert [(row.accepted, row.shortage) for row in held.rows] == [(0, 0)]


def test_each_field_is_as_new_as_its_own_answer() -> None:
    answers = [
        told(bare(accepted=95, shortage=5)),
        told(bare(accepted=97), hour=1),
        told(bare(shortage=3), hour=2),
        told(bare(on_sale=10), hour=3),
    ]

    for some in permutations(answers):
        (row,) = after(*some).rows
        assert (row.accepted, row.shortage, row.on_sale, row.defect) == (97, 3, 10, None)


def test_a_price_that_is_not_told_stays() -> None:
    for answers in permutations([told(line("1")), told(bare("1"), hour=1)]):
        assert [row.price for row in after(*answers).rows] == [Decimal("900.00")]


# ---- goods that the list leaves out -------------------------------------------------------------------------
def test_counted_goods_that_the_list_leaves_out_keep_a_row() -> None:
    counted = told(bare("1", surplus=0), bare("2", declared=0, surplus=4))

    for answers in permutations([counted, told(bare("1", declared=8), hour=1)]):
        held = after(*answers)
        assert {row.key: (row.declared, row.surplus) for row in held.rows} == {"1": (8, 0), "2": (0, 4)}
        held.lay(*told(bare("1", surplus=4), hour=2))
        assert held.counts("surplus") == {"1": 4}


@pytest.mark.parametrize("units", [0, None])
def test_goods_that_the_list_leaves_out_go_when_nothing_is_counted_of_them(units: int | None) -> None:
    counted = told(bare("1", accepted=5), bare("2", accepted=units))

    for answers in permutations([counted, told(bare("1"), hour=1)]):
        assert after(*answers).counts() == {"1": 5}


def test_goods_that_come_back_to_the_list_bring_their_noughts() -> None:
    answers = [
        told(line("1", accepted=5), line("2", accepted=0)),
        told(bare("1"), hour=1),
        told(bare("1"), bare("2"), hour=2),
    ]

    for some in permutations(answers):
        held = after(*some)
        assert held.counts() == {"1": 5, "2": 0}
        assert held.counts("price") == {"1": Decimal("900.00"), "2": Decimal("900.00")}
        assert held.unlisted == "[]"


def test_declared_nought_is_listed_all_the_same() -> None:
    """A row without units that the list names stays, one that it does not name goes."""
    counted = told(bare("1", declared=0, surplus=2), bare("2", surplus=2))
    held = after(counted, told(bare("1", declared=0), hour=1))
    assert held.counts("surplus") == {"1": 2, "2": 2}

    held.lay(*told(bare("1", declared=0, surplus=0), hour=2))
    assert held.counts("surplus") == {"1": 0}


def test_what_is_planned_stays_with_what_is_counted_of_it() -> None:
    plan = Line(key="barcode:462", barcode="462", planned=40)
    listed, counted = told(bare("1"), hour=1), told(bare("1"), bare("2", accepted=3))

    for answers in permutations([listed, counted]):
        held = after(*answers, rows=[plan])
        assert held.goods() == [
            ("461", "1", None, 100, None, None, None, None, None, None, None),
            ("462", "", 40, 0, None, 3, None, None, None, None, None),
        ]
        held.lay(*told(bare("1", accepted=1), hour=2))
        assert [row.declared for row in held.rows if row.planned] == [None]


def test_counts_meet_goods_that_are_told_by_another_name() -> None:
    by_barcode, by_sku = replace(bare("1"), marketplace_sku="", shortage=2), bare("1", accepted=8)

    for first, second in permutations([by_barcode, by_sku]):
        for answers in permutations([told(first), told(second, hour=1)]):
            held = after(*answers)
            assert [row.marketplace_sku for row in held.rows] == [second.marketplace_sku]
            assert [(row.accepted, row.shortage) for row in held.rows] == [(8, 2)]


def test_goods_under_two_barcodes_of_which_one_was_unknown_stay_listed() -> None:
    """What was known by its barcode alone comes to a product that has the other one, and has nothing to say."""
    apart = told(replace(bare("5"), marketplace_sku="", barcode="1", shortage=0), bare("7", shortage=0))
    together = told(bare("7", barcode="1"), hour=1)

    held = after(apart, together)
    assert held.lay(*told(bare("7", barcode="1", accepted=4), hour=2))
    assert [(row.key, row.declared, row.accepted, row.shortage) for row in held.rows] == [("7", 100, 4, 0)]


# ---- twice, and in any order --------------------------------------------------------------------------------
def test_an_answer_read_twice_tells_nothing_more() -> None:
    answer = told(bare("1", accepted=5, surplus=1), bare("2", accepted=0))
    silent = told(bare("1"), hour=1)
    held = after(answer, silent)
    before = (held.goods(), held.unlisted)

    assert [held.lay(*one) for one in (silent, answer, (silent[0], SEEN + 2 * HOUR))] == [False] * 3
    assert (held.goods(), held.unlisted) == before


@st.composite
def answers_about_one_supply(draw: st.DrawFn) -> list[Answer]:
    """Answers of different hours, with and without goods, each of which tells some fields of some of them by one of
    their names. The marketplace tells by all of them when it changed the supply, or by none."""
    moves = draw(st.lists(st.integers(0, 2), min_size=2, max_size=5)) if draw(st.booleans()) else None
    count = len(moves) if moves else draw(st.integers(2, 5))
    return [
        (
            supply(
                lines=draw(st.none() | goods_told()),
                changed_at=SEEN + moves[hour] * HOUR if moves else None,
            ),
            SEEN + timedelta(minutes=hour),
        )
        for hour in range(count)
    ]


@st.composite
def goods_told(draw: st.DrawFn) -> tuple[SupplyLineSnapshot, ...]:
    fields = draw(st.sets(st.sampled_from(FIELDS), max_size=3))
    has_skus = draw(st.booleans())
    lines = []
    for sku in draw(st.sets(st.sampled_from("123"), max_size=3)):
        values = {name: draw(st.sampled_from([None, 0, 0, 2, 5])) for name in fields}
        if values.get("price") is not None:
            values["price"] = Decimal(values["price"])  # type: ignore[assignment]
        one = bare(sku, declared=draw(st.integers(0, 2)), **values)
        lines.append(one if has_skus else replace(one, marketplace_sku=""))
    return tuple(lines)


@settings(max_examples=400, deadline=None)
@given(answers=answers_about_one_supply(), data=st.data())
def test_any_order_of_answers_ends_in_the_same_goods(answers: list[Answer], data: st.DataObject) -> None:
    planned = [Line(key="barcode:463", barcode="463", planned=7)] if data.draw(st.booleans()) else []
    twice = data.draw(st.permutations([*answers, *answers[:2]]))

    whole, other = after(*answers, rows=planned), after(*twice, rows=planned)

    assert other.goods() == whole.goods()
    assert other.fingerprint == whole.fingerprint
    assert json.loads(other.versions) == json.loads(whole.versions)
    assert [other.lay(*one) for one in twice] == [False] * len(twice)
    assert other.goods() == whole.goods()


@st.composite
def statuses_told(draw: st.DrawFn) -> list[Answer]:
    """Answers of which some say when the marketplace changed the supply and some do not, of any status each."""
    hours = draw(st.lists(st.none() | st.integers(-4, 4), min_size=2, max_size=6))
    return [
        (
            supply(
                draw(st.sampled_from(SupplyStatus)), changed_at=None if hour is None else SEEN + hour * HOUR
            ),
            SEEN + place * HOUR,
        )
        for place, hour in enumerate(hours)
    ]


@settings(max_examples=400, deadline=None)
@given(answers=statuses_told(), data=st.data())
def test_any_order_of_answers_ends_in_the_same_status(answers: list[Answer], data: st.DataObject) -> None:
    twice = data.draw(st.permutations([*answers, *answers[:2]]))

    whole, other = Folded(external_id="1"), Folded(external_id="1")
    for folded, told_in_turn in ((whole, answers), (other, [*twice, *twice])):
        for snapshot, asked_at in told_in_turn:
            folded.lay(snapshot, asked_at=asked_at)

    assert other.status == whole.status
    assert _statuses(other) == _statuses(whole)


def _statuses(folded: Folded) -> dict[str, object]:
    return {part: version for part, version in folded.versions.items() if part.startswith("status")}


@st.composite
def misnamed(draw: st.DrawFn) -> list[Answer]:
    """Answers whose names contradict each other: any SKU with any barcode, or without one of them."""
    names = st.tuples(st.sampled_from(["", "1", "2"]), st.sampled_from(["", "8", "9"])).filter(any)
    units = st.fixed_dictionaries(dict.fromkeys(COUNTS, st.sampled_from([None, None, 0, 2])))
    return [
        told(
            *(
                bare(sku, barcode=barcode, **draw(units))
                for sku, barcode in draw(st.lists(names, max_size=4))
            ),
            hour=hour,
        )
        for hour in range(draw(st.integers(1, 4)))
    ]


@settings(max_examples=200, deadline=None)
@given(answers=misnamed(), data=st.data())
def test_names_that_contradict_each_other_put_no_goods_on_two_rows(
    answers: list[Answer], data: st.DataObject
) -> None:
    held = after(
        *data.draw(st.permutations([*answers, *answers])), rows=[Line(key="1", barcode="9", planned=7)]
    )

    keys = [row.key for row in held.rows]
    assert len(keys) == len(set(keys))
    assert {line_key(one) for one in answers[-1][0].lines or ()} <= set(keys)
    assert sum(row.planned or 0 for row in held.rows) == 7
    assert not {row.key for row in held.rows if row.is_listed} & {
        one["marketplace_sku"] or f"barcode:{one['barcode']}" for one in json.loads(held.unlisted)
    }
