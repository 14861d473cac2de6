"""core.text: what is typed comes out tidy, what cannot be seen is refused."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.text import LineField, TextField, clean_line, clean_text

HIDDEN = [
    "\x00",
    "\x07",
    "\x1b",
    "\x7f",
    "\u202e",
    "\u200f",
    "\u2066",
    "\u061c",
    "\ud800",
    "\uffff",
    "\ue000",
]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  ООО   «Льняная лавка» ", "ООО «Льняная лавка»"),
        ("ООО\u00a0«Лён»\r\nИваново\t1", "ООО «Лён» Иваново 1"),
        ("Ле\u0308н", "Лён"),
        ("Льня\u00adная\u200b лавка\ufeff", "Льняная лавка"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("   ", ""),
    ],
)
def test_a_line_is_tidied(typed: str, line: str) -> None:
    assert clean_line(typed) == line


@pytest.mark.parametrize("sign", HIDDEN)
def test_an_invisible_character_is_named(sign: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        clean_line(f"Лён{sign}а")

    assert refusal.value.code == "invisible"
    assert f"U+{ord(sign):04X}" in refusal.value.messages[0]


@given(st.text())
def test_a_clean_line_is_visible_and_stays_as_it_is(typed: str) -> None:
    try:
        line = clean_line(typed)
    except ValidationError:
        return

    assert clean_line(line) == line
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Co"} for sign in line)
    assert "  " not in line


def test_a_text_keeps_its_lines_and_no_more_than_one_empty_between() -> None:
    assert clean_text("\n\n Склад  1\r\n\r\n\r\nворота 3 \n") == "Склад 1\n\nворота 3"


@given(st.text())
def test_a_clean_text_stays_as_it_is(typed: str) -> None:
    try:
        text = clean_text(typed)
    except ValidationError:
        return

    assert clean_text(text) == text


@pytest.mark.parametrize("field", [LineField(max_length=20), TextField(max_length=20)])
def test_fields_measure_the_tidied_text(field: LineField | TextField) -> None:
    assert field.clean("Лён" + " " * 50 + "и хлопок") == "Лён и хлопок"
    with pytest.raises(ValidationError) as refusal:
        field.clean("л" * 10_000)
    assert [error.code for error in refusal.value.error_list] == ["max_length"]


@pytest.mark.parametrize("field", [LineField(max_length=20), TextField(max_length=20)])
@pytest.mark.parametrize("sign", HIDDEN)
def test_fields_refuse_the_invisible(field: LineField | TextField, sign: str) -> None:
    with pytest.raises(ValidationError):
        field.clean(f"Лён{sign}а")


def test_a_field_that_may_be_empty_gives_an_empty_line() -> None:
    assert LineField(max_length=20, required=False).clean(None) == ""
    assert TextField(max_length=20, required=False).clean(" \n ") == ""
