"""core.money: what marketplaces send becomes kopeck-exact amounts, or a clear refusal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import NotMoney, currency_code, parse_amount, split


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("2490", "2490.00"),
        ("2490.5", "2490.50"),
        ("2 490,50", "2490.50"),
        (2490, "2490.00"),
        (0.1 + 0.2, "0.30"),
        (Decimal("1.005"), "1.01"),
        ("-12.345", "-12.35"),
        ("0", "0.00"),
    ],
)
def test_amount_is_read_to_the_kopeck(raw: object, amount: str) -> None:
    assert parse_amount(raw) == Decimal(amount)


@pytest.mark.parametrize("raw", ["", "12 руб", None, True, [], "NaN", "Infinity", "1e400", "9" * 60, 10**13])
def test_what_is_no_amount_is_refused(raw: object) -> None:
    with pytest.raises(NotMoney):
        parse_amount(raw)


@pytest.mark.parametrize(
    ("word", "code"), [("RUR", "RUB"), ("rub", "RUB"), ("", "RUB"), (None, "RUB"), ("KZT", "KZT")]
)
def test_currency_words(word: str | None, code: str) -> None:
    assert currency_code(word) == code


def test_left_over_kopecks_go_to_the_largest_remainders() -> None:
    assert split(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any),
)
def test_parts_add_up_to_the_amount(kopecks: int, weights: list[int]) -> None:
    amount = Decimal(kopecks) / 100

    parts = split(amount, weights)

    assert sum(parts) == amount
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_weights_that_cannot_share_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights must be positive"):
        split(Decimal(1), weights)
