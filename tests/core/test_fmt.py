"""Numbers, money and times as the cabinet writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import formats
from core.periods import Days

NOW = datetime(2026, 11, 24, 6, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _moscow():
    with timezone.override(ZoneInfo("Europe/Moscow")):
        yield


def written(source: str, **context: object) -> str:
    return Template("{% load fmt %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (12_480, "12\u00a0480"),
        (-2380, "\u22122\u00a0380"),
        (Decimal("0.4"), "0"),
        (Decimal("0.5"), "1"),
        (Decimal("-0.4"), "0"),
        (None, "–"),
    ],
)
def test_number_is_written_the_russian_way(value, text):
    assert formats.number(value) == text


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=2))
def test_money_with_kopecks_can_be_read_back_exactly(amount):
    text = formats.money(amount, kopecks=True, symbol=False)

    plain = text.replace("\u00a0", "").replace(",", ".").replace("\u2212", "-")
    assert Decimal(plain) == amount


def test_money_shows_kopecks_only_when_asked():
    assert formats.money(Decimal("2380.50")) == "2\u00a0381\u00a0₽"
    assert formats.money(Decimal("2380.50"), kopecks=True) == "2\u00a0380,50\u00a0₽"
    assert formats.money(Decimal(10), currency="USD") == "10\u00a0$"
    assert formats.money(Decimal(10), currency="XAU") == "10\u00a0XAU"


def test_short_money_shortens_from_a_million():
    assert formats.short_money(999_999) == "999\u00a0999\u00a0₽"
    assert formats.short_money(15_106_690) == "15,11\u00a0млн\u00a0₽"
    assert formats.short_money(2_400_000_000, symbol=False) == "2,40\u00a0млрд"
    assert formats.short_money(None) == "–"


def test_percent_takes_a_share():
    assert formats.percent(Decimal("0.048")) == "4,8\u00a0%"
    assert formats.percent(1, digits=0) == "100\u00a0%"
    assert formats.points(Decimal("0.006"), signed=True) == "+0,6\u00a0п.п."


def test_units_and_days_carry_their_unit():
    assert formats.units(12) == "12\u00a0шт."
    assert formats.days(38) == "38\u00a0дн."
    assert formats.units(None) == formats.days(None) == "–"


def test_change_says_direction_and_whether_it_is_good():
    assert formats.change(118, 100) == formats.Change(direction="up", text="18,0\u00a0%", is_good=True)
    assert formats.change(38, 41, more_is_better=False) == formats.Change(
        direction="down", text="7,3\u00a0%", is_good=True
    )
    assert formats.change(
        Decimal("0.048"), Decimal("0.044"), more_is_better=False, shares=True
    ) == formats.Change(direction="up", text="0,4\u00a0п.п.", is_good=False)


def test_change_is_flat_or_unknown_rather_than_invented():
    assert formats.change(40, 40) == formats.Change(direction="flat", text="0,0\u00a0%", is_good=None)
    assert formats.change(40, 0) is None
    assert formats.change(None, 40) is None
    assert formats.change(5, 4, more_is_better=None).is_good is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 24, 6, 9, tzinfo=UTC), "09:09"),
        (datetime(2026, 11, 23, 21, 30, tzinfo=UTC), "00:30"),
        (datetime(2026, 11, 22, 0, 7, tzinfo=UTC), "22\u00a0ноя, 03:07"),
        (datetime(2025, 5, 2, 12, 0, tzinfo=UTC), "2\u00a0мая\u00a02025, 15:00"),
        (None, "–"),
    ],
)
def test_moment_is_as_short_as_it_can_be_in_the_company_zone(value, text):
    assert formats.moment(value, now=NOW) == text


def test_day_names_the_weekday_and_another_year_only_when_needed():
    assert formats.day(date(2026, 11, 26), weekday=True, today=TODAY) == "чт, 26\u00a0ноя"
    assert formats.day(date(2025, 1, 3), today=TODAY) == "3\u00a0янв\u00a02025"
    assert formats.long_day(date(2026, 11, 24), today=TODAY) == "24\u00a0ноября"
    assert formats.day(datetime(2026, 11, 23, 21, 30, tzinfo=UTC), today=TODAY) == "24\u00a0ноя"


@pytest.mark.parametrize(
    ("first", "after", "text"),
    [
        (date(2026, 11, 18), date(2026, 11, 25), "18–24\u00a0ноя"),
        (date(2026, 10, 27), date(2026, 11, 24), "27\u00a0окт – 23\u00a0ноя"),
        (date(2026, 11, 24), date(2026, 11, 25), "24\u00a0ноя"),
        (date(2025, 12, 30), date(2026, 1, 2), "30\u00a0дек\u00a02025 – 1\u00a0янв"),
    ],
)
def test_day_range_does_not_repeat_the_month(first, after, text):
    assert formats.day_range(Days(first=first, after=after), today=TODAY) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(seconds=20), "меньше минуты"),
        (timedelta(minutes=5), "5\u00a0мин"),
        (timedelta(hours=15, minutes=23), "15\u00a0ч 23\u00a0мин"),
        (timedelta(days=2, hours=6, minutes=50), "2\u00a0дн. 6\u00a0ч"),
        (timedelta(days=3), "3\u00a0дн."),
        (None, "–"),
    ],
)
def test_duration_keeps_the_two_largest_units(value, text):
    assert formats.duration(value) == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=5), "только что"),
        (timedelta(minutes=1), "1 минуту назад"),
        (timedelta(minutes=22), "22 минуты назад"),
        (timedelta(hours=11), "11 часов назад"),
        (timedelta(days=2), "2 дня назад"),
        (timedelta(days=9), "15\u00a0ноя, 09:12"),
    ],
)
def test_ago_uses_the_three_russian_plurals(before, text):
    assert formats.ago(NOW - before, now=NOW) == text


def test_filters_grey_out_zero_and_unknown():
    assert written("{{ n|number }}", n=0) == '<span class="zero">0</span>'
    assert written("{{ n|money:'kopecks' }}", n=Decimal("0.00")) == '<span class="zero">0,00\u00a0₽</span>'
    assert written("{{ n|percent }}", n=None) == '<span class="zero">–</span>'
    assert written("{{ missing|units }}") == '<span class="zero">–</span>'


def test_filters_stay_plain_in_attributes():
    assert written("{{ n|number:'text' }}", n=0) == "0"
    assert written("{{ n|short_money:'text' }}", n=None) == "–"


def test_filter_options_are_words():
    assert written("{{ n|money:'bare kopecks signed' }}", n=Decimal("12.5")) == "+12,50"
    assert written("{{ n|money:'EUR' }}", n=7) == "7\u00a0€"
    assert written("{{ n|percent:'2' }}", n=Decimal("0.04812")) == "4,81\u00a0%"
    assert written("{{ n|number:'1' }}", n=Decimal("11.6")) == "11,6"


def test_filter_refuses_an_option_it_does_not_know():
    with pytest.raises(TemplateSyntaxError, match="kopeks"):
        written("{{ n|money:'kopeks' }}", n=1)
