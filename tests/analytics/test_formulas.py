"""The golden values of the domain's formulas 4 and 5, the borders of classes, and percentiles of histograms."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.formulas.buyout import buyout, naive_buyout, on_the_way
from analytics.formulas.classes import (
    Demand,
    abc,
    average_interval,
    demand,
    size_variation,
    variation,
    xyz,
)
from analytics.formulas.percentiles import nearest_rank


def letters(*values, **borders):
    found = abc({place: Decimal(value) for place, value in enumerate(values)}, **borders)
    return "".join(found[place].letter for place in range(len(values)))


# ---- 4: buyout ----


def test_buyout_leaves_out_what_is_on_the_way():
    # 100 ordered: 60 bought, 15 cancelled, 5 returned, 20 on the way.
    assert buyout(bought=60, cancelled=15, returned=5) == Decimal("0.75")
    assert naive_buyout(ordered=100, cancelled=15, returned=5) == Decimal("0.8")
    assert on_the_way(ordered=100, delivered=65, cancelled=15) == Decimal("0.2")


def test_buyout_of_nothing_is_unknown():
    assert buyout(bought=0, cancelled=0, returned=0) is None
    assert naive_buyout(ordered=0, cancelled=0, returned=0) is None
    assert on_the_way(ordered=0, delivered=0, cancelled=0) is None


# ---- 5: ABC ----


def test_abc_takes_80_and_95_percent_of_the_whole():
    assert letters(70, 10, 9, 6, 4, 1) == "AABBCC"


def test_the_item_that_crosses_a_border_belongs_to_the_upper_class():
    assert letters(79, 15, 6) == "AAB"
    assert letters(100) == "A"


def test_equal_items_are_put_in_the_order_of_their_ids():
    assert letters(25, 25, 25, 25) == "AAAA"
    assert letters(20, 20, 20, 20, 20) == "AAAAB"
    assert abc({7: Decimal(10), 3: Decimal(90), 5: Decimal(10)}, b_up_to=Decimal("0.9"))[5].letter == "B"
    assert abc({7: Decimal(5), 3: Decimal(90), 5: Decimal(5)})[7].letter == "C"


def test_a_loss_is_d_and_nothing_is_c():
    found = abc({1: Decimal(100), 2: Decimal(0), 3: Decimal(-20)})
    assert [found[key].letter for key in (1, 2, 3)] == ["A", "C", "D"]
    assert found[1].share == 1
    assert found[3].share is None
    assert letters(0, 0) == "CC"


@given(st.lists(st.integers(-1000, 10_000), max_size=40))
def test_abc_letters_never_get_better_as_values_fall(values):
    found = abc({place: Decimal(value) for place, value in enumerate(values)})
    ranked = sorted(range(len(values)), key=lambda place: (-values[place], place))
    order = "".join(found[place].letter for place in ranked)
    assert order == "".join(sorted(order))
    gains = [one.share for one in found.values() if one.share is not None]
    assert not any(value > 0 for value in values) or abs(sum(gains) - 1) < Decimal("1e-20")


# ---- 5: XYZ and the type of demand ----


def test_golden_variation():
    series = [20, 24, 18, 22, 25, 19]
    assert round(variation(series), 3) == Decimal("0.120")
    assert xyz(series) == "X"
    assert xyz(series, x_up_to=Decimal("0.10"), y_up_to=Decimal("0.25")) == "Y"


def test_golden_demand_is_intermittent():
    series = [0, 0, 3, 0, 0, 0, 2, 0, 4, 0, 0, 1]
    assert average_interval(series) == Decimal(3)
    assert size_variation(series) == Decimal("0.2")
    assert demand(series) is Demand.INTERMITTENT


@pytest.mark.parametrize(
    ("series", "kind", "letter"),
    [
        ([10, 10, 11, 9], Demand.SMOOTH, "X"),
        ([1, 1, 1, 30], Demand.ERRATIC, "Z"),
        ([0, 0, 1, 0, 0, 60, 0, 0, 1], Demand.LUMPY, "Z"),
        ([0, 0, 0], Demand.NONE, None),
        ([], Demand.NONE, None),
    ],
)
def test_types_of_demand(series, kind, letter):
    assert demand(series) is kind
    assert xyz(series) == letter


# ---- percentiles ----


def test_nearest_rank_of_a_few():
    counts = {15: 1, 30: 2, 60: 1}
    assert nearest_rank(counts, 0.5) == 30
    assert nearest_rank(counts, 0.75) == 30
    assert nearest_rank(counts, 0.9) == 60
    assert nearest_rank({}, 0.5) is None


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_nearest_rank_is_that_of_the_sorted_values(values, share):
    assert nearest_rank(Counter(values), share) == sorted(values)[max(1, ceil(len(values) * share)) - 1]
