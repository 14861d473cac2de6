"""The goods of a plan: how many units of which listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Listing
from core import formats
from supplies.choices import SupplyEventKind
from supplies.models import SupplyLine
from supplies.services.plans import CannotChange, editable, note_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from companies.models import User
    from supplies.models import Supply

MOST_LINES: Final = 2_000
MOST_UNITS: Final = 100_000
_AT_ONCE: Final = 500
# How many lines an entry of the history names.
_MOST_NAMED: Final = 50


@transaction.atomic
def set_quantities(*, supply: Supply, wishes: Mapping[int, int], actor: User | None) -> int:
    """Plan so many units of each listing ({listing: units}, 0 takes it out); other lines stay as they are.

    Gives how many lines changed. Listings of other accounts are left out. Raises CannotChange.
    """
    held = editable(supply)
    if any(not 0 <= units <= MOST_UNITS for units in wishes.values()):
        raise CannotChange(
            _("Of one product, at most %(most)s units can be planned.") % {"most": formats.number(MOST_UNITS)}
        )
    listings = Listing.objects.for_company(held.company_id).filter(
        account_id=held.account_id, pk__in=list(wishes)
    )
    rows = SupplyLine.objects.for_company(held.company_id).filter(supply=held)
    lines = {line.listing_id: line for line in rows}
    changed: dict[str, list[int | None]] = {}
    new, other, gone = [], [], []
    for listing in listings:
        line, units = lines.get(listing.pk), wishes[listing.pk]
        was = line.planned if line else None
        if (was or 0) == units:
            continue
        changed[listing.seller_sku] = [was, units or None]
        if line is None:
            new.append(_line(held, listing, units))
        elif units == 0:
            gone.append(line.pk)
        else:
            line.planned = units
            other.append(line)
    rows.filter(pk__in=gone).delete()
    rows.bulk_update(other, ["planned"], batch_size=_AT_ONCE)
    rows.bulk_create(new, batch_size=_AT_ONCE)
    if changed:
        _add_up(held)
        note_event(held, SupplyEventKind.CONTENTS, actor=actor, details=_named(changed))
    return len(changed)


@transaction.atomic
def set_lines(*, supply: Supply, units: Mapping[int, int], actor: User | None) -> int:
    """The same by lines ({line: units}); lines without a listing cannot be raised, only taken out."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply, pk__in=list(units))
    wishes = {line.listing_id: units[line.pk] for line in rows if line.listing_id}
    return set_quantities(supply=supply, wishes=wishes, actor=actor)


def too_many_lines() -> str:
    """What is said of more lines than a plan takes."""
    return _("A supply takes at most %(most)s products here: make several.") % {
        "most": formats.number(MOST_LINES)
    }


def line_key(listing: Listing) -> str:
    """By what the marketplace will name the line: its SKU, else the barcode."""
    return listing.marketplace_sku or f"barcode:{listing.barcode}"


def _line(supply: Supply, listing: Listing, units: int) -> SupplyLine:
    return SupplyLine(
        company_id=supply.company_id,
        supply=supply,
        key=line_key(listing),
        listing=listing,
        marketplace_sku=listing.marketplace_sku,
        barcode=listing.barcode,
        seller_sku=listing.seller_sku,
        name=listing.name,
        planned=units,
    )


def _add_up(supply: Supply) -> None:
    """The sums of the lines that stand with the supply. Raises CannotChange when there are too many lines."""
    planned = list(
        SupplyLine.objects.for_company(supply.company_id)
        .filter(supply=supply)
        .values_list("planned", flat=True)
    )
    if len(planned) > MOST_LINES:
        raise CannotChange(too_many_lines())
    supply.planned, supply.lines_count = sum(units or 0 for units in planned), len(planned)
    supply.changed_at = timezone.now()
    supply.save(update_fields=["planned", "lines_count", "changed_at"])


def _named(changed: Mapping[str, list[int | None]]) -> dict[str, list[Any]]:
    names: Iterable[str] = sorted(changed)
    details: dict[str, list[Any]] = {name: changed[name] for name in list(names)[:_MOST_NAMED]}
    if len(changed) > _MOST_NAMED:
        details["more"] = [None, len(changed) - _MOST_NAMED]
    return details
