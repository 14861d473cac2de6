"""Heads of lists of goods: which column is which, and no guesses where half of it is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.uploads import BadUpload
from supplies.services import plan_heads
from supplies.services.plan_lists import ListRow, rows_of_file, rows_of_text
from tests.catalog.test_costs import sheet


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


def units(content: bytes | str) -> list[int | str]:
    """The units of each row, or the column that is wrong."""
    rows = rows_of_text(content) if isinstance(content, str) else rows_of_file(content)
    return [row.units if isinstance(row, ListRow) else row.column for row in rows]


def refusal(content: bytes | str) -> str:
    with pytest.raises(BadUpload) as refused:
        units(content)
    assert refused.value.code == "half_head"
    return refused.value.messages[0]


@pytest.mark.parametrize(
    "name",
    ["Артикул\nпродавца", "Артикул  продавца", " артикул\u00a0продавца* ", "Артикул:", "АРТ.", "SKU", "Штрих – код",
     "Баркод\u200b", "Артикул\n(ваш)", "Артикул WB", "Код, 1С"],
)  # fmt: skip
@pytest.mark.parametrize(
    "amount", ["Количество", "Кол-во,\nшт", "Кол - во", "К  поставке", "Количество\nштук"]
)
def test_a_head_is_known_however_it_is_laid_out(name: str, amount: str) -> None:
    content = sheet(["LN-0", 10, 590], ["LN-1", 11, 790], head=[name, amount, "Цена"])

    assert units(content) == [10, 11]


def test_the_sellers_own_names_come_before_those_of_the_marketplace() -> None:
    content = sheet(
        [123, "LN-0", 4600000000015, 10], head=["Артикул WB", "Артикул продавца", "Баркод", "Кол-во"]
    )

    (row,) = rows_of_file(content)

    assert isinstance(row, ListRow)
    assert row.names == ("4600000000015", "LN-0", "123")


@pytest.mark.parametrize(
    "content",
    [
        "Товар\tКоличество\tЦена\nLN-0\t10\t590",
        "Заявка на склад\n\nТовар\tКоличество\tЦена\nLN-0\t10\t590",
        "Номенклатура;Кол-во\nLN-0;10",
        sheet(["LN-0", 10, 590], head=["Что везём", "Кол-во", "Почём"]),
    ],
    ids=["text", "under a title", "two columns", "workbook"],
)
def test_units_without_a_name_of_the_product_are_not_guessed(content: bytes | str) -> None:
    assert "names the units" in refusal(content)


@pytest.mark.parametrize(
    "content",
    [
        "Артикул\tСколько\tПочём\nLN-0\t10\t590",
        "Артикул\tЦена\nLN-0\t590",
        "Баркод\tНазвание\tОстаток, шт\n4600000000015\tПлед\t590",
        "Артикул\tНазвание\nLN-0\tПлед",
        '"Артикул\nпродавца"\tКоличество\tЦена\nLN-0\t10\t590',
        sheet(["LN-0", "Плед", 10, 590], head=["Артикул", "Название", "Сколько", "Почём"]),
        sheet(["LN-0", 10, 590], head=["Артикул", None, None]),
    ],
    ids=["two numbers", "a price", "stock", "no number", "cut at a line break", "workbook", "nameless"],
)
def test_a_name_of_the_product_without_units_is_not_guessed(content: bytes | str) -> None:
    assert "which column holds the units" in refusal(content)


def test_the_row_of_half_a_head_is_named() -> None:
    assert refusal("Поставка\n\nТовар\tКоличество\nLN-0\t10").startswith("Row 3 ")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Артикул\tСколько везём\tПримечание\nLN-0\t10\tхрупкое\nLN-1\t11 шт\t", [10, 11]),
        ("Артикул\tШК коробки\tСколько\nLN-0\t4600000000015\t10", [10]),
        ("План\nLN-0\t10", ["units", 10]),
        ("Товар\tПлан\nАртикул\tКоличество\nLN-0\t10", ["units", 10]),
        ("sku 5\nLN-0 10", [5, 10]),
        ("LN-0\tПлед\t10\nКод\tПлед\t11", [10, 11]),
    ],
    ids=["the only number", "beside a barcode", "a title", "two heads", "an article", "no head"],
)
def test_what_can_mean_one_thing_only_is_read(content: str, found: list[int | str]) -> None:
    assert units(content) == found


@pytest.mark.parametrize("words", plan_heads.HEADERS.values(), ids=plan_heads.HEADERS)
def test_words_of_heads_stand_in_the_form_in_which_they_are_looked_for(words: tuple[str, ...]) -> None:
    assert all(plan_heads._columns([text]) for text in words)
    assert len({plan_heads.word(text) for text in words}) == len(words)


@given(
    rows=st.lists(
        st.lists(st.sampled_from(["артикул", "шт", "цена", "5", "LN", "", None, 5.0, True]), max_size=5)
    )
)
def test_a_head_always_names_both_or_is_none(rows: list[list[object]]) -> None:
    try:
        head = plan_heads.find(rows)
    except BadUpload:
        return
    assert head is None or ("units" in head.columns and len(head.columns) > 1)
