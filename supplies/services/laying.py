"""Laying what is told of the lines of a supply over those that we hold. Pure: no queries.

A line is listed while the newest list of the goods names it. Of one that it does not, what was counted is held all the
same: it has a row while there is any of it or it was planned here, and else waits in `Supply.unlisted`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from catalog.models import LONGEST_ARTICLE
from marketplaces.contracts.supplies import SupplyLineSnapshot
from supplies.services.folding import COUNTS, FIELDS, Folded, key_of, line_key
from supplies.services.lines import Known, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalog.models import Listing

# Lines told as JSON: what they are known by, and the fields told of them.
Unlisted = list[dict[str, Any]]


class Barcoded(Protocol):
    """What is told of goods: a line that may be known by its barcode."""

    @property
    def barcode(self) -> str:
        """Empty: not told."""


class Keyed(Barcoded, Protocol):
    """A line that we hold."""

    @property
    def key(self) -> str:
        """What it is known by in its supply."""


_Held = TypeVar("_Held", bound=Keyed)
_Told = TypeVar("_Told", bound=Barcoded)


def laid_over(
    rows: Sequence[Line], unlisted: Unlisted, folded: Folded, *, known: Known
) -> tuple[list[Line], Unlisted]:
    """The rows of a supply as they will stand, and the lines that are not listed, in the order of their keys."""
    if folded.lines is None and not folded.fields:
        return list(rows), unlisted
    lines = _held(rows, unlisted)
    if folded.lines is not None:
        lines = _listed(lines, folded.lines, known)
    for name, told in folded.fields.items():
        lines = _with_field(lines, name, told, known)
    return [_row(line) for line in lines if _has_row(line)], _as_json(lines)


def _held(rows: Sequence[Line], unlisted: Unlisted) -> list[Line]:
    """All lines that are known of. A planned one that nobody declared is not listed."""
    told = {line_key(one): one for one in map(_of_json, unlisted)}
    listed = {row.key: row for row in rows if row.declared is not None and row.key not in told}
    pairs, planned = met((row for row in rows if row.key not in listed), told)
    return [
        *listed.values(),
        *(replace(row, is_listed=False) for row in planned),
        *(
            replace(_named(row, one, None, is_listed=False), **{name: getattr(one, name) for name in FIELDS})
            for row, one in pairs
        ),
    ]


def _listed(lines: Iterable[Line], told: Sequence[SupplyLineSnapshot], known: Known) -> list[Line]:
    """The lines after a list of the goods: those that it does not name are not listed any more."""
    pairs, others = met(lines, _by_key(told))
    return [
        *(_named(line, one, known.listing(one), is_listed=True) for line, one in pairs),
        *(replace(line, is_listed=False, declared=None, shipped=None) for line in others),
    ]


def _with_field(
    lines: Iterable[Line], name: str, told: Sequence[SupplyLineSnapshot], known: Known
) -> list[Line]:
    """The lines with a field as an answer tells it of all of them."""
    pairs, others = met(lines, _by_key(told))
    found = [
        _with(_counted(line, one, known), name, getattr(one, name))
        for line, one in pairs
        if line is not None or getattr(one, name) is not None
    ]
    return [*found, *(_with(line, name, None) for line in others)]


def _with(line: Line, name: str, value: Any) -> Line:
    return replace(line, **{name: value})


def _counted(line: Line | None, told: SupplyLineSnapshot, known: Known) -> Line:
    """The line that an answer speaks of, known by what the newest list says, and else by this answer."""
    if line is not None and line.is_listed:
        return line
    return _named(line, told, known.listing(told), is_listed=False)


def _by_key(told: Iterable[SupplyLineSnapshot]) -> dict[str, SupplyLineSnapshot]:
    return {line_key(one): one for one in told}


def met(
    lines: Iterable[_Held], told: Mapping[str, _Told]
) -> tuple[list[tuple[_Held | None, _Told]], list[_Held]]:
    """Each line told, by its key, with the one that we hold of the same goods; and those of which none is told.

    A line told by another name is found by its barcode, so that a plan made of barcodes meets the SKUs told. One whose
    own key is told goes by that, whatever barcodes say; so no two lines come out with one key.
    """
    held = {line.key: line for line in lines}
    spare = {line.barcode: line for line in held.values() if line.barcode and line.key not in told}
    pairs = []
    for key, one in told.items():
        line = held.get(key) or spare.pop(one.barcode, None)
        if line is not None:
            del held[line.key]
        pairs.append((line, one))
    return pairs, list(held.values())


def _named(line: Line | None, told: SupplyLineSnapshot, listing: Listing | None, *, is_listed: bool) -> Line:
    """The line under the name that is told; one that is not listed keeps the better of its names."""
    before = line or Line(key=line_key(told))
    sku = told.marketplace_sku or ("" if is_listed else before.marketplace_sku)
    barcode = told.barcode or before.barcode
    return replace(
        before,
        key=key_of(sku, barcode),
        listing_id=listing.pk if listing else before.listing_id,
        marketplace_sku=sku,
        barcode=barcode,
        seller_sku=(told.seller_sku or (listing.seller_sku if listing else before.seller_sku))[
            :LONGEST_ARTICLE
        ],
        name=(told.name or (listing.name if listing else before.name))[:500],
        declared=told.declared if is_listed else None,
        shipped=told.shipped if is_listed else None,
        is_listed=is_listed,
    )


# ---- what stands where --------------------------------------------------------------------------------------
def _is_counted(line: Line) -> bool:
    return any(getattr(line, name) for name in COUNTS)


def _has_row(line: Line) -> bool:
    return line.is_listed or line.planned is not None or _is_counted(line)


def _row(line: Line) -> Line:
    """The line as its row says: of goods that are not listed, none were declared."""
    if line.is_listed:
        return line
    if _is_counted(line):
        return replace(line, declared=0)
    nothing: dict[str, Any] = dict.fromkeys(COUNTS)
    return replace(line, **nothing)


def _as_json(lines: Iterable[Line]) -> Unlisted:
    return [
        {"marketplace_sku": line.marketplace_sku, "barcode": line.barcode, **told}
        for line in sorted(lines, key=lambda one: one.key)
        if not line.is_listed and (told := _fields_of(line))
    ]


def _fields_of(line: Line) -> dict[str, int | str]:
    """The fields told of it: units, and the price as text."""
    told = {name: value for name in FIELDS if (value := getattr(line, name)) is not None}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in told.items()}


def _of_json(told: Mapping[str, Any]) -> SupplyLineSnapshot:
    price = told.get("price")
    return SupplyLineSnapshot(**{**told, "declared": 0, "price": None if price is None else Decimal(price)})
