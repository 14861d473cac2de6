"""What the pages of a plan show: its goods, what can be added, its boxes, its labels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Q, Sum, Value, When

from catalog.models import Listing
from catalog.selectors import listings
from marketplaces import registry
from supplies.labels.barcodes import is_sscc
from supplies.labels.numbering import gaps
from supplies.models import TO_SHIP, BoxLine, PlanImport, Supply, SupplyBox, SupplyDocument, SupplyLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from companies.models import Company

# Rows of a form: Django takes a thousand fields, and a page should stay quick.
AT_ONCE: Final = 200
_FOUND: Final = 20
_MOST_IN_PREVIEW: Final = 200
_LONGEST_ID: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A page of the lines of a plan; `next_after` is the line to go on after, None at the end."""

    lines: Sequence[SupplyLine]
    next_after: int | None
    is_first: bool

    def labels(self) -> list[tuple[int, int | None, str]]:
        """Id, units and name of each line, for a form."""
        return [(line.pk, line.planned, line.name or line.seller_sku) for line in self.lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """How far a plan is packed: units that travel and in boxes, how many boxes, how many of them bear an SSCC, and their
    numbers in words where some are missing."""

    planned: int
    units: int
    boxes: int
    with_sscc: int
    gaps: str

    @property
    def left(self) -> int:
        """Units in no box; below zero when boxes hold more than is planned."""
        return self.planned - self.units

    @property
    def share(self) -> float:
        """Of the planned units (0–1)."""
        return min(1.0, self.units / self.planned) if self.planned else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """A box of a plan with its contents."""

    box: SupplyBox
    contents: Sequence[tuple[str, int]]
    has_sscc: bool

    @property
    def units(self) -> int:
        """Units of all products in it."""
        return sum(units for _name, units in self.contents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """A page of the boxes of a plan; `next_after` is the number of the box to go on after, None at the end."""

    rows: Sequence[BoxRow]
    next_after: int | None
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A list of goods as it was read: some of its rows and errors, and how many there are."""

    rows: Sequence[Mapping[str, Any]]
    errors: Sequence[Mapping[str, Any]]
    more_rows: int
    more_errors: int
    units: int
    changed: int
    summed: int


def plan_of(company: Company, pk: int) -> Supply:
    """A supply that was planned here. Raises Supply.DoesNotExist, also for another company's and for one that only
    the marketplace told of."""
    rows = Supply.objects.for_company(company).filter(is_planned_here=True)
    found: Supply = rows.select_related("account", "warehouse", "company").get(pk=pk)
    return found


def supply_of(company: Company, pk: int) -> Supply:
    """Any supply. Raises Supply.DoesNotExist, also for another company's."""
    found: Supply = (
        Supply.objects.for_company(company).select_related("account", "warehouse", "company").get(pk=pk)
    )
    return found


def name_of(supply: Supply) -> str:
    """What the supply is called among people: its number there, else where it goes to."""
    return supply.number or supply.external_id or f"№ {supply.pk}"


def marketplace_of(supply: Supply) -> str:
    """What its marketplace is called."""
    return registry.adapters().title(supply.marketplace)


def goods(supply: Supply, *, after: int = 0) -> Goods:
    """The lines of a plan in the order in which they were added, from the one behind `after` on."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply, pk__gt=after)
    return _goods(rows.order_by("pk"), is_first=not after)


def goods_of_box(supply: Supply, held: Mapping[int, int], *, after: int = 0) -> Goods:
    """The lines of a plan for a box that holds these of them ({line: units}): they come first. From the one behind
    `after` on."""
    is_held = Q(pk__in=held)
    behind = Q()
    if after:
        behind = Q(is_held, pk__gt=after) | ~is_held if after in held else Q(~is_held, pk__gt=after)
    rows = SupplyLine.objects.for_company(supply.company_id).filter(behind, supply=supply)
    order = Case(When(is_held, then=Value(0)), default=Value(1))
    return _goods(rows.order_by(order, "pk"), is_first=not after)


def goods_named(supply: Supply, line_ids: Sequence[int]) -> Goods:
    """These lines of a plan and no others, in this order."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply, pk__in=line_ids)
    found = {line.pk: line for line in rows.select_related("listing")}
    return Goods(lines=[found[pk] for pk in line_ids if pk in found], next_after=None, is_first=True)


def article_of(supply: Supply, product: str) -> str:
    """The article of a product of ours (its id as the address gives it) in the plan's account; empty when it has none."""
    if not (product.isascii() and product.isdecimal() and len(product) <= _LONGEST_ID):
        return ""
    rows = Listing.objects.for_company(supply.company_id).filter(
        account_id=supply.account_id, product_id=int(product), is_archived=False
    )
    return rows.order_by("pk").values_list("seller_sku", flat=True).first() or ""


def addable(supply: Supply, text: str) -> list[Listing]:
    """Listings of the plan's account by a part of the name, article or barcode, those apart that are in the archive."""
    rows = Listing.objects.for_company(supply.company_id).filter(
        account_id=supply.account_id, is_archived=False
    )
    return list(listings.matching(rows, text).order_by("name", "pk")[:_FOUND]) if text else []


def units_by_listing(supply: Supply, listing_ids: Sequence[int]) -> dict[int, int]:
    """How many units of these listings are planned already."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply, listing_id__in=listing_ids)
    return {pk: units or 0 for pk, units in rows.values_list("listing_id", "planned")}


def units_by_line(supply: Supply) -> dict[int, int]:
    """The units of each line that travel, in the order of the lines."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply).order_by("pk")
    return dict(rows.values_list("pk", TO_SHIP))


def packed(supply: Supply) -> Packed:
    """How far the plan is packed."""
    boxes = SupplyBox.objects.for_company(supply.company_id).filter(supply=supply, is_told=False)
    found = list(boxes.values_list("position", "code"))
    held = BoxLine.objects.for_company(supply.company_id).filter(box__supply=supply, box__is_told=False)
    return Packed(
        planned=supply.to_ship,
        units=held.aggregate(units=Sum("quantity"))["units"] or 0,
        boxes=len(found),
        with_sscc=sum(1 for _position, code in found if is_sscc(code)),
        gaps=gaps([position for position, _code in found]),
    )


def packed_by_line(supply: Supply, line_ids: Sequence[int]) -> dict[int, int]:
    """Units of each line that are in boxes."""
    rows = BoxLine.objects.for_company(supply.company_id).filter(
        line_id__in=line_ids, box__is_told=False, box__supply=supply
    )
    return dict(rows.values_list("line_id").annotate(units=Sum("quantity")))


def boxes(supply: Supply, *, after: int = 0) -> Boxes:
    """The boxes of a plan with what is in them, from the one behind the number `after` on."""
    rows = SupplyBox.objects.for_company(supply.company_id).filter(
        supply=supply, is_told=False, position__gt=after
    )
    found = list(rows.order_by("position")[: AT_ONCE + 1])
    shown = found[:AT_ONCE]
    contents: dict[int, list[tuple[str, int]]] = defaultdict(list)
    held = BoxLine.objects.for_company(supply.company_id).filter(box__in=[box.pk for box in shown])
    for box_id, name, sku, units in held.order_by("line_id").values_list(
        "box_id", "line__name", "line__seller_sku", "quantity"
    ):
        contents[box_id].append((name or sku, units))
    return Boxes(
        rows=[BoxRow(box=box, contents=contents[box.pk], has_sscc=is_sscc(box.code)) for box in shown],
        next_after=shown[-1].position if len(found) > AT_ONCE else None,
        is_first=not after,
    )


def page_of_box(number: int) -> int:
    """Behind which number a page of boxes begins that shows the box of this number."""
    return max(0, number - 1) // AT_ONCE * AT_ONCE


def contents_of(box: SupplyBox) -> dict[int, int]:
    """Units of each line in a box."""
    rows = BoxLine.objects.for_company(box.company_id).filter(box=box)
    return dict(rows.values_list("line_id", "quantity"))


def documents(supply: Supply) -> list[SupplyDocument]:
    """The papers of a supply."""
    rows = SupplyDocument.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.order_by("kind", "number"))


def preview(kept: PlanImport) -> Preview:
    """A list of goods as it is shown before it is written."""
    rows = kept.rows[:_MOST_IN_PREVIEW]
    listings = Listing.objects.for_company(kept.company_id).filter(pk__in=[row["listing"] for row in rows])
    photos = dict(listings.values_list("pk", "photo_url"))
    return Preview(
        rows=[row | {"photo_url": photos.get(row["listing"], "")} for row in rows],
        errors=kept.errors[:_MOST_IN_PREVIEW],
        more_rows=max(0, len(kept.rows) - _MOST_IN_PREVIEW),
        more_errors=max(0, len(kept.errors) - _MOST_IN_PREVIEW),
        units=sum(row["quantity"] for row in kept.rows),
        changed=sum(1 for row in kept.rows if row["was"] != row["quantity"]),
        summed=sum(1 for row in kept.rows if len(row["rows"]) > 1),
    )


def _goods(rows: QuerySet[SupplyLine], *, is_first: bool) -> Goods:
    found = list(rows.select_related("listing")[: AT_ONCE + 1])
    lines = found[:AT_ONCE]
    return Goods(lines=lines, next_after=lines[-1].pk if len(found) > AT_ONCE else None, is_first=is_first)
