"""Cost prices: what each product costs now, the history of one, and files that were loaded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DateField, DecimalField, OuterRef, Q, Subquery
from django.utils import timezone

from catalog.choices import ImportState
from catalog.models import CostImport, CostPrice, Product
from core.periods import business_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from companies.models import Company

_FILES_SHOWN = 5
_ROWS_SHOWN = 200


def today_of(company: Company) -> date:
    """The company's business day."""
    return business_day(timezone.now(), company.zone)


def cost_list(company: Company) -> Any:
    """Products with what they cost today (`cost`, unknown without a row) and since when (`since`)."""
    held = (
        CostPrice.objects.for_company(company)
        .filter(product=OuterRef("pk"), valid_from__lte=today_of(company))
        .order_by("-valid_from")
    )
    return Product.objects.for_company(company).annotate(
        cost=Subquery(
            held.values("cost")[:1], output_field=DecimalField(max_digits=14, decimal_places=2, null=True)
        ),
        since=Subquery(held.values("valid_from")[:1], output_field=DateField(null=True)),
        source=Subquery(held.values("source")[:1]),
    )


def matching(products: Any, text: str) -> Any:
    """Products by a part of the name, the beginning of the article, or a whole barcode."""
    return products.filter(
        Q(name__icontains=text) | Q(sku__istartswith=text) | Q(listings__barcodes__contains=[text])
    ).distinct()


def without_cost(company: Company) -> int:
    """How many products have no cost price today."""
    return int(cost_list(company).filter(cost=None).count())


def history(company: Company, product: Product) -> Sequence[CostPrice]:
    """The cost prices of a product, the latest first."""
    rows = CostPrice.objects.for_company(company).filter(product=product).select_related("file")
    return list(rows.order_by("-valid_from"))


def last_files(company: Company) -> Sequence[CostImport]:
    """The files loaded last, their rows apart."""
    rows = CostImport.objects.for_company(company).defer("rows", "errors").select_related("uploaded_by")
    return list(rows.order_by("-uploaded_at", "-pk")[:_FILES_SHOWN])


def same_file(company: Company, file: CostImport) -> CostImport | None:
    """The same content written before, if it was."""
    rows = CostImport.objects.for_company(company).defer("rows", "errors")
    found: CostImport | None = (
        rows.filter(checksum=file.checksum, state=ImportState.APPLIED)
        .exclude(pk=file.pk)
        .order_by("-uploaded_at")
        .first()
    )
    return found


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a file with what was written as text made values again."""
    return {
        **row,
        "valid_from": date.fromisoformat(row["valid_from"]),
        "was": None if row["was"] is None else Decimal(row["was"]),
        "cost": Decimal(row["cost"]),
    }


def preview(file: CostImport) -> dict[str, Any]:
    """The beginning of what a file says, and how much of it changes anything."""
    changed = [row for row in file.rows if row["was"] != row["cost"]]
    return {
        "rows": [_shown(row) for row in changed[:_ROWS_SHOWN]],
        "errors": file.errors[:_ROWS_SHOWN],
        "changed": len(changed),
        "same": len(file.rows) - len(changed),
        "refused": len(file.errors),
        "more_rows": max(0, len(changed) - _ROWS_SHOWN),
        "more_errors": max(0, len(file.errors) - _ROWS_SHOWN),
    }
