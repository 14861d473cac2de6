"""What a cell of a table of costs means: an article, a sum, a day; and which column is which."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from catalog.models import LONGEST_ARTICLE
from core.money import KOPECK, LARGEST

FIRST_DAY: Final = date(2000, 1, 1)
# A price may be noted ahead, but not a slip of the year.
AHEAD: Final = timedelta(days=366)
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_EXCEL_DAYS: Final = 100_000
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'"))
_RUBLES: Final = re.compile(r"(₽|руб\.?|rub|р\.)$", re.IGNORECASE)
_FIGURE: Final = re.compile(r"[+-]?\d{1,30}([.,]\d{1,30})?")
_TAIL: Final = re.compile(r"[,(].*$")
# Excel keeps 15 digits of a number; the rest is noise of its arithmetic.
_EXCEL_DIGITS: Final = 6
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONGEST_SHOWN: Final = 60

# The words over the columns, as sellers, 1C, МойСклад and the marketplaces' own tables write them.
HEADERS: Final = {
    "sku": (
        "артикул", "артикул продавца", "артикул товара", "ваш артикул", "sku", "ваш sku", "sku продавца",
        "ваш sku продавца", "код", "код товара", "код номенклатуры", "article", "vendor code", "vendorcode",
        "offer id", "offer_id", "offerid", "seller sku",
    ),
    "cost": (
        "себестоимость", "себестоимость единицы", "себестоимость товара", "цена закупки", "закупочная цена",
        "закупка", "закупочная", "себес", "cost", "cost price",
    ),
    "valid_from": (
        "дата", "действует с", "с даты", "с какого дня", "дата начала", "начало действия", "date", "from",
        "valid from", "с", "с какой даты",
    ),
}  # fmt: skip
_COLUMNS: Final = {word: column for column, words in HEADERS.items() for word in words}


class BadCell(ValueError):
    """The cell cannot be what its column says; the message is for the seller."""


def columns_of(row: list[Any]) -> dict[str, int] | None:
    """Which cell is which, when the row is the head of a table: it names the article and the cost."""
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        word = _TAIL.sub("", str(cell)).strip().casefold().replace("ё", "е")
        column = _COLUMNS.get(" ".join(word.split()))
        if column:
            found.setdefault(column, index)
    return found if {"sku", "cost"} <= found.keys() else None


def shown(cell: Any) -> str:
    """The cell as it is shown beside an error: short, and without what cannot be seen."""
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    text = _SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def article(cell: Any) -> str:
    """An article; a number cell like 12345.0 is the article 12345. Raises BadCell."""
    if isinstance(cell, bool):
        raise BadCell(_("This is not an article."))
    if isinstance(cell, int | float):
        cell = str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e15 else str(cell)
    text = " ".join(_SURROGATE.sub("\ufffd", _UNSEEN.sub("", str(cell))).split())
    if not text:
        raise BadCell(_("The article is missing."))
    if len(text) > LONGEST_ARTICLE:
        raise BadCell(_("The article is longer than %(most)s signs.") % {"most": LONGEST_ARTICLE})
    return text


def cost(cell: Any) -> Decimal:
    """A sum in roubles above zero, with kopecks at most. Raises BadCell."""
    if isinstance(cell, bool) or cell is None or cell == "":
        raise BadCell(_("The cost price is missing."))
    if isinstance(cell, int | float):
        amount = _decimal(repr(round(cell, _EXCEL_DIGITS)))
    else:
        text = _RUBLES.sub("", str(cell).translate(_SPACES)).strip()
        if not _FIGURE.fullmatch(text):
            raise BadCell(_("This is not a sum. Write it in figures: 1234,50."))
        amount = _decimal(text.replace(",", "."))
    if amount <= 0:
        raise BadCell(_("The cost price must be above zero."))
    if amount > LARGEST:
        raise BadCell(_("The sum is too large."))
    if amount != amount.quantize(KOPECK):
        raise BadCell(_("There are parts of a kopeck. Round the sum to kopecks."))
    return amount.quantize(KOPECK)


def day(cell: Any, *, today: date) -> date:
    """A day: a date cell, Excel's number of a day, 2026-11-28 or 28.11.2026; empty means today. Raises BadCell."""
    if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
        return today
    found = _day(cell)
    if found is None:
        raise BadCell(_("This is not a day. Write it like 28.11.2026."))
    if not FIRST_DAY <= found <= today + AHEAD:
        raise BadCell(_("The day must lie between the year 2000 and a year from today."))
    return found


def _decimal(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadCell(_("This is not a sum. Write it in figures: 1234,50.")) from None
    if not amount.is_finite():
        raise BadCell(_("This is not a sum. Write it in figures: 1234,50."))
    if amount > LARGEST:
        raise BadCell(_("The sum is too large."))
    return amount


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return _EXCEL_EPOCH + timedelta(days=int(cell)) if 0 < cell < _EXCEL_DAYS else None
    text = str(cell).strip()
    if text.isascii() and text.isdecimal() and len(text) <= 6:
        return _day(int(text))
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"):
        try:
            return datetime.strptime(text[:30], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
