"""SSCC numbers: as GS1 builds them, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from companies.models import Company
from marketplaces.models import MarketplaceAccount
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
from tests.factories.supplies import SupplyBoxFactory, SupplyFactory


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


@pytest.mark.parametrize("prefixes", [("4601234", "460123400"), ("460123400", "4601234")], ids=" ".join)
def test_a_prefix_that_begins_alike_goes_on_behind_what_the_other_gave(
    company: Company, prefixes: tuple[str, str]
) -> None:
    given: list[str] = []
    for _turn in range(3):
        for prefix in prefixes:
            chosen(company, prefix)
            given += take_numbers(company=company, count=3)

    assert [int(number[8:-1]) for number in given] == list(range(1, 19))


def test_a_series_steps_over_what_one_that_begins_alike_gave_ahead_of_it(company: Company) -> None:
    chosen(company, "460123401")
    ahead = take_numbers(company=company, count=2)
    chosen(company, "4601234", start=9_999_999)
    numbers = take_numbers(company=company, count=4)

    assert [int(number[8:-1]) for number in ahead] == [10_000_001, 10_000_002]
    assert [int(number[8:-1]) for number in numbers] == [9_999_999, 10_000_000, 10_000_003, 10_000_004]


def test_another_extension_digit_makes_other_numbers_of_a_prefix_that_begins_alike(company: Company) -> None:
    chosen(company)
    take_numbers(company=company, count=5)
    chosen(company, "460123400", extension=1)

    assert take_numbers(company=company, count=1)[0].startswith("14601234000000001")


def test_a_prefix_of_which_another_series_gave_all_is_refused(company: Company) -> None:
    wide = chosen(company, "4601234", start=500_000_000)

    with pytest.raises(SeriesExhausted, match="begins alike"):
        chosen(company, "4601234000")
    assert series_of(company) == wide
    assert SsccSeries.objects.for_company(company).count() == 1


def test_numbers_that_boxes_bear_already_are_stepped_over_in_few_queries(
    company: Company, account: MarketplaceAccount, django_assert_num_queries: Any
) -> None:
    supply = SupplyFactory(account=account, plan=True, lines=0)
    for serial in (1, 3, 4, 5, 6, 7, 8):
        code = sscc(extension=0, prefix="4601234", serial=serial)
        SupplyBoxFactory(supply=supply, position=serial, code=code)
    told = sscc(extension=0, prefix="4601234", serial=9)
    SupplyBoxFactory(supply=supply, position=9, code=told, is_told=True)
    series = chosen(company)

    # Savepoint, lock, the series, the others, the boxes of the next two numbers and of those behind, the series.
    with django_assert_num_queries(8):
        numbers = take_numbers(company=company, count=2)

    assert [int(number[8:-1]) for number in numbers] == [2, 9]
    series.refresh_from_db()
    assert series.next_serial == 10


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
