"""Ratios, goals and the table."""

from __future__ import annotations

import pytest

from fbo_cabinet.bench.report import (
    Finding,
    Stopwatch,
    forget_peak,
    milliseconds,
    peak_megabytes,
    per_second,
    resident_megabytes,
    seconds_of,
    table,
)


def finding(**changes):
    given = {
        "what": "merge", "against": "by hand", "ours": "1", "theirs": "2", "ratio": 0.5, "goal": 0.6,
        "at_least": True,
    }  # fmt: skip
    return Finding(**given | changes)


@pytest.mark.parametrize(
    ("ratio", "goal", "at_least", "holds"),
    [(0.6, 0.6, True, True), (0.59, 0.6, True, False), (1.2, 1.2, False, True), (1.21, 1.2, False, False)],
)
def test_a_goal_may_be_met_exactly(ratio, goal, at_least, holds):
    assert finding(ratio=ratio, goal=goal, at_least=at_least).holds is holds


def test_table_is_markdown_and_names_what_falls_short():
    text = table([finding(), finding(what="export", ratio=1.0, goal=1.5, at_least=False, note="flat")])

    assert text.splitlines() == [
        "| what   | against | ours | theirs | ratio  | goal    |             |",
        "|--------|---------|------|--------|--------|---------|-------------|",
        "| merge  | by hand | 1    | 2      | 0.50 × | ≥ 0.6 × | FALLS SHORT |",
        "| export | by hand | 1    | 2      | 1.00 × | ≤ 1.5 × | holds       |",
        "",
        "export: flat",
    ]


def test_the_first_run_only_warms_up():
    calls = []

    seconds = seconds_of(lambda: calls.append(None), runs=3)

    assert (len(calls), len(seconds)) == (4, 3)
    assert all(0 <= one < 1 for one in seconds)


def test_stopwatch_measures_its_block():
    with Stopwatch() as watch:
        sum(range(1000))

    assert watch.seconds > 0


def test_memory_is_told_where_the_kernel_tells_it():
    forget_peak()

    peak, now = peak_megabytes(), resident_megabytes()

    assert (peak is None and now is None) or (peak >= 1 and now >= 1)


def test_figures_for_people():
    assert (per_second(200_000, 1.6), milliseconds(0.01234)) == ("125 000/s", "12.3 ms")
