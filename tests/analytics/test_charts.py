"""From figures to what is drawn and said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from analytics.charts import morning as charts
from analytics.charts.tiles import axis_roubles, orders_since
from analytics.choices import Measure, Period
from analytics.selectors.known import KnownSince
from analytics.selectors.sales import Sales, Totals
from analytics.selectors.windows import window_of
from core.periods import MOSCOW

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def sold(values, before=None, *, period=Period.FOUR_WEEKS, now=NOW, amount=Decimal(100)):
    window = window_of(period, now=now, zone=MOSCOW)
    days = tuple(
        None if value is None else Totals(orders=value, units=value, amount=value * amount)
        for value in values
    )
    old = tuple(
        Totals(orders=value, units=value, amount=value * amount) for value in before or [1] * len(values)
    )
    return Sales(
        window=window,
        now=days,
        before=old,
        total=sum((day for day in days if day), Totals()),
        total_before=sum(old, Totals()) if before else None,
        statuses=(),
        is_mixed=False,
        marketplaces=(),
        known=KnownSince(by_account={1: date(2026, 1, 1)}),
    )


def test_today_is_the_unripe_end_of_the_line():
    line = charts.line(sold([10] * 28), Measure.ORDERS)

    assert line.unripe_from == 27
    assert [point.now for point in line.points] == [10] * 28
    assert line.now_total == "280"


def test_unknown_days_stay_unknown():
    line = charts.line(sold([None, None, *[10] * 26]), Measure.REVENUE)

    assert [point.now for point in line.points[:3]] == [None, None, 1000.0]


def test_sale_days_are_named_only_when_they_stood_out():
    quiet, loud = [10] * 28, [10] * 28
    loud[14] = 40  # 11 November
    loud[3] = 40  # a spike on no sale day

    assert charts.line(sold(quiet), Measure.ORDERS).marks == []
    assert [(mark.index, mark.label) for mark in charts.line(sold(loud), Measure.ORDERS).marks] == [
        (14, "распродажа 11.11: 40")
    ]


def test_black_friday_is_the_last_friday_of_november():
    values = [10] * 7
    values[4] = 30
    now = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)

    few = charts.line(sold([10, 10, 10, 10, 10, 30, 10], period=Period.WEEK, now=now), Measure.ORDERS)
    many = charts.line(sold([*[10] * 25, 30, 10, 10], now=now), Measure.ORDERS)

    assert few.marks == []  # too few whole days to know what is usual
    assert [mark.label for mark in many.marks] == ["чёрная пятница: 30"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0, 1500], ["0", "1\u00a0500"]),
        ([0, 1500, 3000], ["0", "2\u00a0тыс.", "3\u00a0тыс."]),
        ([0, 600_000, 2_400_000], ["0", "0,6\u00a0млн", "2,4\u00a0млн"]),
    ],
)
def test_money_axis_has_one_unit(values, texts):
    text = axis_roubles(values)

    assert [text(value) for value in values] == texts


def test_tiles_compare_with_the_period_before():
    tiles = {str(tile.label): tile for tile in charts.tiles(sold([12] * 28, [10] * 28))}

    ordered = tiles["Заказано"]
    assert (ordered.value, ordered.unit, ordered.change.text, ordered.was) == (
        "33\u00a0600", "₽", "20,0\u00a0%", "28\u00a0000\u00a0₽",
    )  # fmt: skip
    assert tiles["Средний чек"].change.direction == "flat"
    assert tiles["Доставлено"].change is None
    assert len(ordered.shape) == 27  # today would end it with a fall


def test_tiles_without_orders_know_nothing():
    tiles = {str(tile.label): tile for tile in charts.tiles(sold([0] * 28))}

    assert tiles["Заказы"].value == "0"
    assert tiles["Средний чек"].value is None
    assert tiles["Отмены"].value is None
    assert charts.today_so_far(sold([0] * 28)) == "Сегодня заказов ещё не было."


@pytest.mark.parametrize(
    ("cancelled", "tail"), [(0, ""), (1, " Отменён 1."), (3, " Отменены 3."), (5, " Отменено 5.")]
)
def test_today_is_told_with_what_was_cancelled_of_it(cancelled, tail):
    sales = sold([0] * 28)
    today = Totals(orders=21, amount=Decimal(2100), cancelled=cancelled)

    told = charts.today_so_far(replace(sales, now=(*sales.now[:-1], today)))

    assert told.replace("\u00a0", " ") == f"Сегодня: 21 заказ на 2 100 ₽.{tail}"


def test_where_marketplaces_are_summed_units_are_counted():
    days = tuple(Totals(orders=10, units=20, amount=Decimal(1000)) for _day in range(28))
    mixed = replace(sold([10] * 28), now=days, total=sum(days, Totals()), is_mixed=True)

    by_units, by_orders = charts.tiles(mixed), charts.tiles(replace(mixed, is_mixed=False))

    assert by_units[1].value == by_orders[2].value == "560"
    assert by_orders[1].value == "280"
    assert charts.line(mixed, Measure.ORDERS).now_total == "560"
    assert "560" in charts.line(mixed, Measure.ORDERS).message


def test_what_there_is_nothing_to_compare_with_is_told_of_one_account_or_of_all():
    first, later, today = date(2025, 11, 1), date(2026, 3, 2), date(2026, 11, 24)

    with translation.override("en"):
        said = [
            orders_since(KnownSince(by_account=dict(enumerate(days))), today=today)
            for days in ((), (first, first), (first, later))
        ]

    assert [one.replace("\u00a0", " ") for one in said] == [
        "",
        "nothing to compare with: orders since 1 Nov 2025",
        "nothing to compare with: orders of all accounts since 2 Mar",
    ]
