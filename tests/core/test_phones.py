"""core.phones: however a number is typed, one is kept; what is none is told why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import BadPhone, PhoneField, normal_phone, shown_phone


@pytest.mark.parametrize(
    "typed",
    [
        "+79161234567",
        "89161234567",
        "79161234567",
        "9161234567",
        "+7 (916) 123-45-67",
        "8 916 123–45–67",
        " +7\u00a0916.123.45.67 ",
    ],
)
def test_a_number_is_kept_in_one_way(typed: str) -> None:
    assert normal_phone(typed) == "+79161234567"


def test_a_number_of_kazakhstan_is_kept() -> None:
    assert normal_phone("8 701 234 56 78") == "+77012345678"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "signs"),
        ("звоните вечером", "signs"),
        ("+7 916 123-45-6O", "signs"),
        ("٧٩١٦١٢٣٤٥٦٧", "signs"),
        ("<script>", "signs"),
        ("\u202e79161234567", "signs"),
        ("7916123456\x00", "signs"),
        ("+7 495 123-45-67 доб. 104", "extension"),
        ("+7 495 123-45-67, 104", "extension"),
        ("123-45-67", "length"),
        ("+7 916 123-45-678", "length"),
        ("+375 29 123-45-67", "country"),
        ("1 916 123-45-67", "country"),
        ("+7 016 123-45-67", "code"),
        ("9" * 10_000, "length"),
    ],
)
def test_what_is_no_number_is_told_why(typed: str, code: str) -> None:
    with pytest.raises(BadPhone) as refused:
        normal_phone(typed)

    assert refused.value.code == code


@given(st.text())
def test_nothing_but_a_refusal_comes_of_noise(typed: str) -> None:
    try:
        phone = normal_phone(typed)
    except BadPhone:
        return
    assert normal_phone(shown_phone(phone)) == phone


def test_a_number_is_shown_in_groups() -> None:
    assert shown_phone("+79161234567") == "+7\u00a0916\u00a0123-45-67"


def test_what_was_kept_before_is_shown_as_it_is() -> None:
    assert shown_phone("8-800") == "8-800"


def test_the_field_keeps_and_shows() -> None:
    field = PhoneField(required=False)

    assert field.clean("8 (916) 123-45-67") == "+79161234567"
    assert field.clean("  ") == ""
    assert field.prepare_value("+79161234567") == "+7\u00a0916\u00a0123-45-67"
