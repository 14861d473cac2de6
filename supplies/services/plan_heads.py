"""The head of a list of goods: which column names the product, and which the units.

Pure. Half a head is no head: whoever named one column of two is asked for the other, unless only one can be meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from core.uploads import BadUpload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

# Rows at the top that are looked at; the head stands in the first of them.
ROWS: Final = 60
_HEAD_ROWS: Final = 20
# What names a product, the surest first: `code` is the marketplace's own.
NAMES: Final = ("barcode", "name", "code")
COLUMNS: Final = (*NAMES, "units")

HEADERS: Final = {
    "name": (
        "артикул", "артикул продавца", "артикул товара", "ваш артикул", "ваш sku", "sku", "код", "код товара",
        "article", "vendor code", "vendorcode", "offer id", "offer_id", "offerid", "seller sku",
        "артикул поставщика", "арт", "арт.", "артикулы", "мой артикул", "артикул магазина", "sku продавца",
        "ваш sku продавца", "код продавца", "код поставщика", "id товара", "shop sku", "shopsku", "item",
    ),
    "barcode": (
        "штрихкод", "штрих-код", "баркод", "баркод товара", "barcode", "ean", "ean13", "gtin", "шк", "штрих код",
        "штрихкод товара", "штрих-код товара", "шк товара", "штрихкоды", "баркоды", "бар-код", "ean-13", "bar code",
    ),
    "code": (
        "артикул wb", "артикул вб", "артикул wildberries", "артикул ozon", "артикул озон", "артикул маркетплейса",
        "nm id", "nmid", "nm_id", "sku ozon", "ozon sku", "ozon sku id", "sku wb", "fbo ozon sku id", "sku маркета",
        "sku на яндексе", "sku на маркете", "market sku",
    ),
    "units": (
        "количество", "кол-во", "количество, шт", "количество штук", "штук", "шт", "шт.", "к поставке", "quantity",
        "qty", "units", "план", "заявлено", "кол", "кол.", "колво", "кол во", "количество шт", "кол-во шт",
        "количество товара", "количество товаров", "кол-во товара", "кол-во товаров", "кол-во штук",
        "количество единиц", "единиц", "количество к поставке", "кол-во к поставке", "к отгрузке", "отгрузить",
        "количество к отгрузке", "кол-во к отгрузке", "план поставки", "план, шт", "поставить", "заявка", "pcs",
        "pieces", "q-ty",
    ),
}  # fmt: skip
_TAIL: Final = re.compile(r"[,(].*$", re.DOTALL)
_DASHES: Final = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
# Soft hyphens and other signs of no width, required marks, quotation marks of a cell that was cut at its line break.
_DROPPED: Final = re.compile('[\u00ad\u200b-\u200f\u2060\ufeff*"“”«»:]')
_UNITS_TOO: Final = re.compile(r"\s*(шт\w*|ед|pcs?)\.?$", re.IGNORECASE)
# A number that can be units, a price or a weight; longer ones are barcodes and numbers of other things.
_NUMBER: Final = re.compile(r"[+-]?\d{1,7}([.,]\d{1,6})?")
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'"))
_NO_NAME: Final = _(
    "Row %(row)s names the units, but neither the article nor the barcode."
    " Call that column “Артикул” or “Штрихкод”."
)
_NO_UNITS: Final = _(
    "Row %(row)s names the product, but which column holds the units is not clear. Call it “Количество”."
)
# Heads of numbers that are no units of this supply.
_OTHER: Final = re.compile(
    r"цен|стоим|сумм|скид|ндс|остат|налич|\bвес|объем|размер|длин|ширин|высот|рейтинг|\bгод\b|№|номер|п/п"
    r"|price|cost|sum|amount|discount|stock|weight|volume|size|number|\bno\b|^n$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The number of the row that is the head (from 1), and the place of each column it names (from 0)."""

    row: int
    columns: Mapping[str, int]


def find(rows: Sequence[list[Any]]) -> Head | None:
    """The head among the first rows; None when the list has none. Raises BadUpload for half a head."""
    found = [Head(row=number, columns=_columns(row)) for number, row in enumerate(rows[:_HEAD_ROWS], start=1)]
    for head in found:
        if "units" in head.columns and len(head.columns) > 1:
            return head
    for head in found:
        if head.columns and not any(_is_number(cell) for cell in rows[head.row - 1]):
            if "units" not in head.columns:
                return _completed(head, rows)
            if sum(1 for cell in rows[head.row - 1] if word(cell)) > 1:
                raise _half(_NO_NAME, head)
    return None


def word(cell: Any) -> str:
    """A cell of a head in the form in which heads are compared."""
    text = _DASHES.sub("-", _DROPPED.sub("", str(cell)))
    return " ".join(text.split()).casefold().replace("ё", "е")


def _columns(row: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        text = word(cell)
        column = _BY_WORD.get(text) or _BY_WORD.get(_TAIL.sub("", text).strip())
        if column:
            found.setdefault(column, index)
    return found


def _completed(head: Head, rows: Sequence[list[Any]]) -> Head:
    """A head that names the product, with the only column of numbers that can be units. Raises BadUpload."""
    titles, below = rows[head.row - 1], rows[head.row :]
    numbers = [
        index
        for index in range(max((len(row) for row in below), default=0))
        if index not in head.columns.values()
        and _are_numbers([row[index] for row in below if index < len(row)])
    ]
    if len(numbers) != 1 or (numbers[0] < len(titles) and _OTHER.search(word(titles[numbers[0]]))):
        raise _half(_NO_UNITS, head)
    return Head(row=head.row, columns={**head.columns, "units": numbers[0]})


def _half(text: StrOrPromise, head: Head) -> BadUpload:
    return BadUpload(str(text) % {"row": head.row}, code="half_head")


def _are_numbers(cells: Sequence[Any]) -> bool:
    """Whether most of what stands in a column are numbers."""
    filled = [cell for cell in cells if str(cell).strip()]
    return sum(map(_is_number, filled)) * 2 > len(filled)


def _is_number(cell: Any) -> bool:
    if isinstance(cell, bool):
        return False
    return bool(_NUMBER.fullmatch(_UNITS_TOO.sub("", str(cell).translate(_SPACES))))


_BY_WORD: Final = {word(text): column for column, words in HEADERS.items() for text in words}
