"""Supplies: they bring what arrives, each in its zone and time, and their troubles are planted and known."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sandbox.world import World, WorldSettings
from sandbox.world.cells import WIDTH
from sandbox.world.moments import DAY, HOUR, instant, moment
from sandbox.world.supplies import DISPOSAL, LEAD, SUPPLY, TAIL, WITHDRAWAL, Stage, Supply
from tests.sandbox.conftest import LIVE, NOW, SMALL

AT = instant(NOW)
LATER = AT + 40 * DAY


@pytest.fixture(scope="module")
def year() -> World:
    """A shop of the usual size with half a year of supplies."""
    return World(WorldSettings(days=180, per_day=90.0, first_day=date(2026, 6, 1)))


def everything(world: World, until: int = AT) -> list[Supply]:
    return list(world.supply_book.between(world.streams.opened - LEAD, until + 1))


def brought(world: World) -> list[Supply]:
    return [one for one in everything(world, LATER) if one.kind == SUPPLY and one.counted is not None]


Parts = Counter[tuple[int, int]]


def moved(supplies: list[Supply], kind: str) -> Parts:
    """Units by place and instant that supplies of a kind bring or take."""
    sums: Parts = Counter()
    for one in supplies:
        for line in one.lines if one.kind == kind else ():
            sums.update({(line.product * WIDTH + one.warehouse, at): units for at, units in line.parts})
    return sums


def test_supplies_bring_exactly_what_arrives(live_world: World) -> None:
    opened = live_world.streams.opened
    new = {p.index for p in live_world.assortment if p.launched * DAY > opened}
    supplied: Parts = Counter()
    removed: Parts = Counter()
    for one in live_world.stock_book.arrivals(opened, AT + 1):
        supplied[one.place, one.at] += one.supplied
        removed[one.place, one.at] += one.removed

    def told(parts: Parts) -> Parts:
        """Leave out what is no part of the history, and the goods whose first supply comes with their launch."""
        return Counter(
            {
                (place, at): units
                for (place, at), units in parts.items()
                if units and opened <= at <= AT and place // WIDTH not in new
            }
        )

    supplies = everything(live_world, LATER)
    assert told(moved(supplies, SUPPLY)) == told(supplied)
    assert told(moved(supplies, WITHDRAWAL)) == told(removed)
    assert told(supplied).total() > 1000
    assert told(removed).total() > 20


def test_what_lies_there_at_the_opening_came_by_a_supply(world: World) -> None:
    opened = world.streams.opened
    came: Counter[int] = Counter()
    for one in brought(world):
        for line in one.lines:
            came[line.product * WIDTH + one.warehouse] += sum(n for at, n in line.parts if at < opened)
    levels = world.stock_book.levels(opened - 1)

    assert +came == {
        place: level.available
        for place, level in levels.items()
        if level.available and world.assortment[place // WIDTH].launched * DAY <= opened
    }


def test_the_numbers_of_a_line_add_up(world: World) -> None:
    seen: Counter[str] = Counter()
    for one in brought(world):
        for line in one.lines:
            assert line.shipped == line.accepted + line.defect + line.shortage - line.surplus > 0
            assert line.planned >= line.shipped
            assert line.accepted == line.lost + sum(units for _, units in line.parts)
            seen.update(
                {
                    "lines": 1,
                    "short": line.shortage > 0,
                    "over": line.surplus > 0,
                    "spoilt": line.defect > 0,
                    "lost": line.lost > 0,
                    "less": line.planned > line.shipped,
                }
            )
        packed: Counter[int] = Counter()
        for box in one.boxes:
            packed.update(dict(box.contents))
        assert packed == {place: line.shipped for place, line in enumerate(one.lines)}
        assert [box.number for box in one.boxes] == list(range(1, len(one.boxes) + 1))

    assert 0.02 < seen["short"] / seen["lines"] < 0.1
    assert 0.005 < seen["over"] / seen["lines"] < 0.04
    assert 0.01 < seen["spoilt"] / seen["lines"] < 0.06
    assert 0.002 < seen["lost"] / seen["lines"] < 0.03
    assert seen["less"] > 10


def test_lives_go_forward_and_goods_are_counted_before_they_are_sold(year: World) -> None:
    for one in everything(year, LATER):
        assert one.created == one.times[0]
        assert all(before < after for before, after in pairwise(one.times))
        assert all(before < after for before, after in pairwise(one.path))
        sold = [at for line in one.lines for at, _ in line.parts]
        if sold:
            assert one.created > min(sold) - LEAD
            assert max(one.changes()) < min(sold) + TAIL
        if one.kind == SUPPLY and one.counted is not None:
            assert all(line.counted_at <= one.counted < line.on_sale_at for line in one.lines)


def test_every_way_ends_somewhere(year: World) -> None:
    ends = Counter((one.kind, one.path[-1]) for one in everything(year))
    now = Counter(one.stage_at(AT) for one in everything(year))

    assert set(ends) == {
        (SUPPLY, Stage.ACCEPTED),
        (SUPPLY, Stage.CANCELLED),
        (SUPPLY, Stage.OVERDUE),
        (WITHDRAWAL, Stage.ACCEPTED),
        (DISPOSAL, Stage.ACCEPTED),
    }
    assert {Stage.BOOKED, Stage.CHECKING, Stage.ACCEPTED} <= set(now)
    assert any(one.is_late for one in everything(year) if one.counted)
    weeks = 180 / 7
    assert 10 < sum(one.kind == SUPPLY for one in everything(year)) / weeks < 20


def test_slots_are_whole_hours_in_the_zone_where_they_are(year: World) -> None:
    zones = Counter(one.zone for one in everything(year) if one.kind == SUPPLY)
    over_midnight = over_month_end = 0
    for one in everything(year):
        begin, end = (moment(at).astimezone(ZoneInfo(one.zone)) for at in (one.slot_from, one.slot_to))
        assert begin.minute == begin.second == begin.microsecond == 0
        assert timedelta(hours=1) <= end - begin <= timedelta(hours=2)
        over_midnight += begin.date() != end.date()
        over_month_end += begin.month != begin.astimezone(UTC).month

    assert {"Europe/Kaliningrad", "Europe/Moscow", "Asia/Vladivostok"} <= set(zones)
    assert over_midnight > 3
    assert over_month_end > 0


def test_a_supply_is_found_by_its_serial_and_others_are_not(live_world: World) -> None:
    found = everything(live_world, LATER)

    assert len({one.serial for one in found}) == len(found)
    assert all(live_world.supply_book.get(one.serial) == one for one in found)
    for stranger in (-1, 0, 7, 10**15, found[0].serial + 10_000_000):
        assert live_world.supply_book.get(stranger) is None


def test_asking_in_another_order_changes_nothing(world: World) -> None:
    serials = [one.serial for one in everything(world)]
    other = World(SMALL)

    assert [other.supply_book.get(serial) for serial in reversed(serials)] == everything(world)[::-1]


def test_what_is_created_or_changes_in_a_range_is_found_in_pieces(live_world: World) -> None:
    whole = everything(live_world)
    edges = list(range(live_world.streams.opened - LEAD, AT, 3 * DAY + 7 * HOUR))

    pieces = [one for a, b in pairwise([*edges, AT + 1]) for one in live_world.supply_book.between(a, b)]

    assert pieces == whole
    since, until = AT - 2 * DAY, AT + 1
    changed = list(live_world.supply_book.changed_between(since, until))
    expected = [
        one for one in everything(live_world, LATER) if any(since <= at < until for at in one.changes())
    ]
    assert changed == expected
    assert changed


def test_nothing_is_known_before_it_happens(world: World) -> None:
    for one in brought(world)[::5]:
        shipped, begun, counted = one.time_of(Stage.SHIPPED), one.time_of(Stage.ACCEPTING), one.counted
        assert shipped is not None
        assert begun is not None
        assert counted is not None
        for line in one.lines:
            assert one.count_at(line, shipped - 1).shipped is None
            assert one.count_at(line, begun - 1).accepted is None
            assert one.count_at(line, begun).accepted == (line.accepted if line.counted_at <= begun else 0)
            assert one.count_at(line, counted - 1).shortage is None
            known = one.count_at(line, LATER + 30 * DAY)
            assert (known.accepted, known.shortage, known.surplus, known.defect) == (
                line.accepted,
                line.shortage,
                line.surplus,
                line.defect,
            )
            assert known.on_sale == line.accepted - line.lost
            assert one.changed_at(line.on_sale_at) >= line.on_sale_at


def test_between_two_changes_nothing_changes(world: World) -> None:
    for one in everything(world)[::7]:
        for before, after in pairwise(sorted(set(one.changes()))):
            if after - before > 1:
                for line in one.lines:
                    assert one.count_at(line, before) == one.count_at(line, after - 1)
                assert one.stage_at(before) == one.stage_at(after - 1)
                assert one.changed_at(after - 1) == before


def test_what_is_on_its_way_agrees_with_the_supplies(world: World) -> None:
    pipeline = world.supply_book.pipeline(AT)
    open_: defaultdict[int, int] = defaultdict(int)
    for one in everything(world):
        if one.kind == SUPPLY and one.stage_at(AT) is Stage.SHIPPED:
            for line in one.lines:
                open_[line.product * WIDTH + one.warehouse] += line.shipped

    assert {place: row.transit for place, row in pipeline.items() if row.transit} == open_
    assert sum(row.requested for row in pipeline.values()) > 0
    assert sum(row.preparing for row in pipeline.values()) > 0


def test_live_orders_are_supplied_within_the_hour_before_them() -> None:
    world = World(LIVE)
    known = {one.serial for one in everything(World(SMALL))}
    live = [one for one in everything(world) if one.kind == SUPPLY and one.serial not in known]

    assert len(live) > 5
    for one in live:
        assert one.created > AT - 4 * HOUR
        assert one.counted is not None
        assert one.counted < min(line.on_sale_at for line in one.lines)


def test_another_session_leaves_what_was_counted_before_alone() -> None:
    first, second = datetime(2026, 11, 24, 6, tzinfo=UTC), datetime(2026, 11, 24, 20, tzinfo=UTC)
    alone = World(replace(LIVE, live_since=(first,)))
    both = World(replace(LIVE, live_since=(first, second)))

    counted = {one for one in everything(alone) if one.counted is not None and one.counted < instant(second)}

    assert counted <= set(everything(both))
    assert sum(one.created > instant(first) - 2 * HOUR for one in counted) > 5


def test_a_product_is_not_supplied_long_before_its_launch(year: World) -> None:
    launches = {p.index: p.launched * DAY for p in year.assortment if p.launched * DAY > year.streams.opened}
    first: dict[int, int] = {}
    for one in brought(year):
        for line in one.lines:
            if line.product in launches:
                first[line.product] = min(first.get(line.product, 1 << 62), line.on_sale_at)

    assert first
    assert all(at == launches[product] for product, at in first.items() if launches[product] < AT)
