"""What is printed of a supply: labels of its goods and boxes, and the packing list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from core import formats
from supplies.labels.barcodes import is_ean13, is_sscc
from supplies.labels.layouts import LabelKind
from supplies.labels.numbering import box_title, gaps
from supplies.labels.packing import PackedBox, PackedLine, PackingList
from supplies.labels.rendering import LabelSpec, has_label
from supplies.models import BoxLine, SupplyBox, SupplyLine
from supplies.selectors.plans import AT_ONCE, marketplace_of, name_of, packed_by_line
from supplies.selectors.slots import slot_text, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from supplies.models import Supply

# Products that a box label names; of more it says how many there are.
_MOST_NAMED: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLine:
    """A line of which labels can be printed: `code` is its barcode, empty when it has none that a label can show."""

    pk: int
    name: str
    sku: str
    size: str
    photo_url: str
    code: str
    copies: int

    @property
    def is_ean(self) -> bool:
        """Whether the code is printed as EAN-13."""
        return is_ean13(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage:
    """A page of the lines that have a label; `next_after` is the line to go on after, None at the end. `bare` are all
    that have none, `total` is how many labels all lines have as planned."""

    lines: Sequence[PrintLine]
    next_after: int | None
    is_first: bool
    bare: Sequence[PrintLine]
    total: int


def print_page(supply: Supply, *, after: int = 0) -> PrintPage:
    """The lines to print labels of, from the one behind `after` on."""
    lines = print_lines(supply)
    labelled = [line for line in lines if line.code]
    behind = [line for line in labelled if line.pk > after]
    shown = behind[:AT_ONCE]
    return PrintPage(
        lines=shown,
        next_after=shown[-1].pk if len(behind) > AT_ONCE else None,
        is_first=not after,
        bare=[line for line in lines if not line.code],
        total=sum(line.copies for line in labelled),
    )


def print_lines(supply: Supply) -> list[PrintLine]:
    """The lines of a supply, each with as many copies as units of it travel."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return [_print_line(supply, line) for line in rows.select_related("listing").order_by("pk")]


def product_labels(supply: Supply, copies: Mapping[int, int] | None = None) -> Iterator[LabelSpec]:
    """The labels of these lines ({line: copies}), or of all as planned; lines without a printable barcode are left
    out."""
    company = supply.company.name
    for line in print_lines(supply):
        count = line.copies if copies is None else copies.get(line.pk, 0)
        if line.code and count:
            article = _("Article %(sku)s") % {"sku": line.sku}
            size = _("size %(size)s") % {"size": line.size} if line.size else ""
            yield LabelSpec(
                kind=LabelKind.PRODUCT,
                code=line.code,
                title=line.name,
                lines=(" · ".join(filter(None, [article, size])), company),
                copies=count,
            )


def box_labels(supply: Supply, copies: Mapping[int, int] | None = None) -> Iterator[LabelSpec]:
    """The labels of these boxes ({box: copies}), or one of each."""
    boxes, contents = _boxes(supply), _contents(supply)
    numbers = [box.position for box in boxes]
    for box in boxes:
        count = 1 if copies is None else copies.get(box.pk, 0)
        if count:
            yield LabelSpec(
                kind=LabelKind.BOX,
                code=box.code,
                title=box_title(box.position, numbers),
                lines=_box_lines(supply, contents.get(box.pk, []), has_sscc=is_sscc(box.code)),
                copies=count,
            )


def packing_list(supply: Supply) -> PackingList:
    """Which box holds what, and what is in none."""
    contents = _contents(supply)
    boxes = [
        PackedBox(position=box.position, code=box.code, lines=tuple(contents.get(box.pk, ())))
        for box in _boxes(supply)
    ]
    return PackingList(
        title=name_of(supply),
        about=tuple(_about(supply, numbers=gaps([box.position for box in boxes]))),
        boxes=tuple(boxes),
        loose=tuple(_loose(supply)),
    )


def _print_line(supply: Supply, line: SupplyLine) -> PrintLine:
    listing = line.listing
    return PrintLine(
        pk=line.pk,
        name=line.name or line.seller_sku or line.key,
        sku=line.seller_sku,
        size=listing.size if listing else "",
        photo_url=listing.photo_url if listing else "",
        code=line.code if has_label(line.code) else "",
        copies=supply.units_of(line),
    )


def _boxes(supply: Supply) -> list[SupplyBox]:
    rows = SupplyBox.objects.for_company(supply.company_id).filter(supply=supply, is_told=False)
    return list(rows.exclude(code="").order_by("position"))


def _contents(supply: Supply) -> dict[int, list[PackedLine]]:
    rows = BoxLine.objects.for_company(supply.company_id).filter(box__supply=supply, box__is_told=False)
    contents: dict[int, list[PackedLine]] = defaultdict(list)
    for row in rows.select_related("line__listing").order_by("box_id", "line_id"):
        contents[row.box_id].append(_packed(row.line, row.quantity))
    return contents


def _packed(line: SupplyLine, units: int) -> PackedLine:
    return PackedLine(
        sku=line.seller_sku,
        name=line.name or line.key,
        barcode=line.code or line.marketplace_sku,
        units=units,
    )


def _loose(supply: Supply) -> Iterator[PackedLine]:
    """What travels beyond the boxes."""
    lines = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    rows = list(lines.select_related("listing").order_by("pk"))
    held = packed_by_line(supply, [row.pk for row in rows])
    for row in rows:
        left = supply.units_of(row) - held.get(row.pk, 0)
        if left > 0:
            yield _packed(row, left)


def _box_lines(supply: Supply, contents: Sequence[PackedLine], *, has_sscc: bool) -> tuple[str, ...]:
    where = supply.warehouse_name or supply.cluster_name
    units = sum(line.units for line in contents)
    named = "; ".join(f"{line.name} × {line.units}" for line in contents[:_MOST_NAMED])
    inside = (
        named
        if len(contents) <= _MOST_NAMED
        else _("%(products)s products, %(units)s units") % {"products": len(contents), "units": units}
    )
    lines = [
        f"{_('Supply')} {name_of(supply)} · {marketplace_of(supply)}",
        where,
        slot_text(supply),
        inside,
        "" if has_sscc else _("The company's own number, not an SSCC"),
    ]
    return tuple(line for line in lines if line)


def _about(supply: Supply, *, numbers: str) -> Iterator[tuple[str, str]]:
    rows = [
        (_("Seller"), supply.company.name),
        (_("Marketplace"), f"{marketplace_of(supply)} · {supply.account.title}"),
        (_("Warehouse"), supply.warehouse_name),
        (_("Cluster"), supply.cluster_name),
        (_("Slot"), _slot(supply)),
        (_("Wished date"), formats.day(supply.wished_on) if supply.wished_on else ""),
        (_("Note"), supply.note),
        (_("Numbers of the boxes"), numbers),
    ]
    return ((label, value) for label, value in rows if value)


def _slot(supply: Supply) -> str:
    """The slot with the name of its zone: the driver need not know what «МСК+7» is."""
    text = slot_text(supply)
    return f"{text}, {zone_of(supply).key}" if text else ""
