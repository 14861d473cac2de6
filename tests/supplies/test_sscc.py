"""SSCC numbers: as GS1 builds them, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from companies.models import Company
from supplies.labels.barcodes import is_sscc
from supplies.models import SsccSeries
from supplies.services.sscc import (
    BadPrefix,
    SeriesExhausted,
    checked_prefix,
    choose_series,
    last_serial,
    series_of,
    sscc,
    take_numbers,
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


def chosen(company: Company, prefix: str = "4601234", *, extension: int = 0, start: int = 1) -> SsccSeries:
    return choose_series(company=company, prefix=prefix, extension=extension, next_serial=start)


@given(
    prefix=st.from_regex(r"[1-9][0-9]{6,9}", fullmatch=True),
    extension=st.integers(0, 9),
    serial=st.integers(1, 999_999),
)
def test_a_number_is_eighteen_digits_with_its_check_digit(prefix: str, extension: int, serial: int) -> None:
    number = sscc(extension=extension, prefix=prefix, serial=serial)

    assert is_sscc(number)
    assert number.startswith(f"{extension}{prefix}")
    assert int(number[1 + len(prefix) : -1]) == serial


def test_the_example_of_gs1_comes_out() -> None:
    assert sscc(extension=1, prefix="0614141", serial=234567890) == "106141412345678908"


@pytest.mark.parametrize(
    "text",
    ["", "123456", "12345678901", "46012E4", "000123456", "٤٦٠١٢٣٤", "4" * 10_000, "\x00" * 7],
    ids=range(8),
)
def test_what_is_no_prefix_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadPrefix):
        checked_prefix(text)


def test_spaces_and_hyphens_of_a_prefix_are_dropped() -> None:
    assert checked_prefix(" 460-123 456 ") == "460123456"


def test_numbers_follow_one_another_and_never_come_again(company: Company) -> None:
    assert take_numbers(company=company, count=3) == []
    chosen(company)
    first = take_numbers(company=company, count=3)
    chosen(company, start=1)
    second = take_numbers(company=company, count=2)

    assert [int(number[8:-1]) for number in first + second] == [1, 2, 3, 4, 5]


def test_a_series_left_and_taken_again_goes_on_from_where_it_stopped(company: Company) -> None:
    chosen(company)
    take_numbers(company=company, count=10)
    other = chosen(company, "460123456", extension=3, start=77)

    assert series_of(company) == other
    assert take_numbers(company=company, count=1)[0].startswith("34601234560000077")
    chosen(company)
    assert int(take_numbers(company=company, count=1)[0][8:-1]) == 11


def test_an_exhausted_series_says_so_and_gives_nothing(company: Company) -> None:
    chosen(company, "4601234567", start=last_serial("4601234567") - 1)

    with pytest.raises(SeriesExhausted, match="used up"):
        take_numbers(company=company, count=3)
    assert len(take_numbers(company=company, count=2)) == 2
    with pytest.raises(SeriesExhausted):
        take_numbers(company=company, count=1)
    with pytest.raises(SeriesExhausted):
        chosen(company, "4601234567", start=last_serial("4601234567") + 1)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_different_numbers(company: Company) -> None:
    chosen(company)
    taken: list[str] = []

    def take() -> None:
        for _turn in range(10):
            taken.extend(take_numbers(company=company, count=7))
        connection.close()

    threads = [threading.Thread(target=take) for _thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == len(set(taken)) == 210


def test_another_company_has_numbers_of_its_own(company: Company, other_company: Company) -> None:
    chosen(company)
    chosen(other_company)

    assert take_numbers(company=company, count=1) == take_numbers(company=other_company, count=1)
