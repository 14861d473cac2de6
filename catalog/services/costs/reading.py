"""Reading a table of costs against what is held: good rows with what they change, bad ones with the reason."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from catalog.models import CostPrice, Product
from catalog.services.costs import cells
from catalog.services.costs.cells import BadCell
from core import sheets
from core.uploads import BadUpload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from companies.models import Company

_HEAD_ROWS: Final = 20
_MOST_ERRORS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A good row of the file."""

    number: int
    sku: str
    cost: Decimal
    valid_from: date


@dataclass(slots=True, kw_only=True)
class CostTable:
    """What a file says: `rows` and `errors` as CostImport keeps them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, column: str, value: Any, text: str) -> None:
        """Note an error. Raises BadUpload when the file is nothing but errors."""
        if len(self.errors) >= _MOST_ERRORS:
            raise BadUpload(
                _("More than %(most)s rows of the table are wrong. Is it the right file?")
                % {"most": _MOST_ERRORS},
                code="too_many_errors",
            )
        self.errors.append({"row": row, "column": column, "value": cells.shown(value), "text": text})


def read_costs(*, company: Company, content: bytes, today: date) -> CostTable:
    """Read a file without writing anything. Raises BadUpload when it is no table of costs at all."""
    table = CostTable()
    good = list(_good_rows(content, table, today=today))
    products = _products(company, {row.sku for row in good})
    held = _costs(company, set(products.values()))
    firsts: dict[tuple[int, date], int] = {}
    for row in good:
        product = products.get(row.sku)
        if product is None:
            table.refuse(row.number, "sku", row.sku, _("The catalog has no such article."))
            continue
        first = firsts.setdefault((product, row.valid_from), row.number)
        if first != row.number:
            text = _("The same article and day stand in row %(row)s already.") % {"row": first}
            table.refuse(row.number, "sku", row.sku, text)
            continue
        was = _cost_on(held.get(product, []), row.valid_from)
        table.rows.append(
            {
                "row": row.number,
                "sku": row.sku,
                "cost": str(row.cost),
                "valid_from": row.valid_from.isoformat(),
                "was": None if was is None else str(was),
                "product": product,
            }
        )
    table.errors.sort(key=lambda error: error["row"])
    if not table.rows and not table.errors:
        raise BadUpload(_("There is not one row under the head of the table."), code="empty")
    return table


def _good_rows(content: bytes, table: CostTable, *, today: date) -> Iterator[FileRow]:
    columns: dict[str, int] | None = None
    for number, row in enumerate(sheets.rows_of(content), start=1):
        if number > sheets.MOST_ROWS:
            raise sheets.too_many_rows()
        if columns is None:
            columns = cells.columns_of(row)
            if columns is None and number >= _HEAD_ROWS:
                break
            continue
        found = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
        if str(found["cost"]).strip() == "":
            # A row of the template that nobody filled in says nothing.
            continue
        good = _good_row(number, found, table, today=today)
        if good is not None:
            yield good
    if columns is None:
        raise BadUpload(
            _("The table has no columns “Артикул” and “Себестоимость”. Take the template and fill it in."),
            code="no_columns",
        )


def _good_row(number: int, found: dict[str, Any], table: CostTable, *, today: date) -> FileRow | None:
    """The row when all its cells are good; each bad cell is noted."""
    values: dict[str, Any] = {}
    readers: dict[str, Any] = {
        "sku": cells.article,
        "cost": cells.cost,
        "valid_from": lambda cell: cells.day(cell, today=today),
    }
    for name, read in readers.items():
        try:
            values[name] = read(found.get(name, ""))
        except BadCell as exc:
            table.refuse(number, name, found.get(name, ""), str(exc))
    if len(values) < len(readers):
        return None
    return FileRow(number=number, **values)


def _products(company: Company, skus: set[str]) -> dict[str, int]:
    """Our product of each article: as it is written, else whatever the case of its letters."""
    by_sku: dict[str, int] = {}
    by_folded: dict[str, int] = {}
    rows = Product.objects.for_company(company).order_by("-pk").values_list("sku", "pk")
    for sku, pk in rows.iterator(chunk_size=5_000):
        by_sku[sku] = pk
        by_folded[sku.casefold()] = pk
    found = {sku: by_sku.get(sku, by_folded.get(sku.casefold())) for sku in skus}
    return {sku: pk for sku, pk in found.items() if pk is not None}


def _costs(company: Company, products: set[int]) -> dict[int, list[tuple[date, Decimal]]]:
    held: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    rows = (
        CostPrice.objects.for_company(company).filter(product__in=products).order_by("product", "valid_from")
    )
    for product, valid_from, cost in rows.values_list("product_id", "valid_from", "cost"):
        held[product].append((valid_from, cost))
    return held


def _cost_on(history: list[tuple[date, Decimal]], day: date) -> Decimal | None:
    index = bisect_right([valid_from for valid_from, _cost in history], day)
    return history[index - 1][1] if index else None
