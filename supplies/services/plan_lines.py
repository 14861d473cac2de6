"""The goods of a plan: how many units of which listing."""

from __future__ import annotations

from collections import Counter
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
    from collections.abc import Iterable, Mapping, Sequence

    from companies.models import User
    from supplies.models import Supply

MOST_LINES: Final = 2_000
MOST_UNITS: Final = 100_000
_AT_ONCE: Final = 500
_BARCODE: Final = "barcode:"
# How many lines an entry of the history names.
_MOST_NAMED: Final = 50


class Outdated(CannotChange):
    """Units differ from those that were shown to whoever changed them; `now` is what stands there: {id: units}."""

    def __init__(self, now: Mapping[int, int]) -> None:
        super().__init__(_("Nothing is written: somebody else has changed these units meanwhile."))
        self.now = now


@transaction.atomic
def set_quantities(
    *, supply: Supply, wishes: Mapping[int, int], actor: User | None, shown: Mapping[int, int] | None = None
) -> int:
    """Plan so many units of each listing ({listing: units}, 0 takes it out); other lines stay as they are.

    `shown` is what the person saw before ({listing: units}, 0 for none). Gives how many lines changed. Listings of
    other accounts are left out. Raises CannotChange, Outdated where what was shown is not what is planned.
    """
    held = editable(supply)
    _check_units(wishes)
    before = _lines(held)
    line_of = {line.listing_id: line for line in before if line.listing_id is not None}
    planned = {listing: line.planned or 0 for listing, line in line_of.items()}
    listings = [one for one in _listings(held, wishes) if planned.get(one.pk, 0) != wishes[one.pk]]
    check_shown({one.pk: planned.get(one.pk, 0) for one in listings}, shown or {})
    lines = [line_of.get(one.pk) or _line(held, one) for one in listings]
    _check_keys(before, [line for line in lines if line.pk is None])
    _plan(held, [(line, wishes[one.pk]) for line, one in zip(lines, listings, strict=True)], before, actor)
    return len(lines)


@transaction.atomic
def set_lines(
    *, supply: Supply, units: Mapping[int, int], actor: User | None, shown: Mapping[int, int] | None = None
) -> int:
    """The same of lines that the plan has ({line: units}), also where the listing is gone; of other plans none."""
    held = editable(supply)
    _check_units(units)
    before = _lines(held)
    lines = [line for line in before if (line.planned or 0) != units.get(line.pk, line.planned or 0)]
    check_shown({line.pk: line.planned or 0 for line in lines}, shown or {})
    _plan(held, [(line, units[line.pk]) for line in lines], before, actor)
    return len(lines)


def check_addable(*, supply: Supply, listings: Iterable[Listing]) -> None:
    """Raises CannotChange when these listings cannot be planned beside what the plan has: too many, without a code, or
    two by the same one."""
    before = _lines(supply)
    there = {line.listing_id for line in before}
    new = [_line(supply, one) for one in listings if one.pk not in there]
    if len(before) + len(new) > MOST_LINES:
        raise CannotChange(too_many_lines())
    _check_keys(before, new)


def too_many_lines() -> str:
    """What is said of more lines than a plan takes."""
    return _("A supply takes at most %(most)s products here: make several.") % {
        "most": formats.number(MOST_LINES)
    }


def check_shown(stored: Mapping[int, int], shown: Mapping[int, int]) -> None:
    """Raises Outdated for what was shown otherwise, both {id: units}."""
    if now := {pk: units for pk, units in stored.items() if shown.get(pk, units) != units}:
        raise Outdated(now)


def line_key(listing: Listing) -> str:
    """By what the marketplace will name the line: its SKU, else the barcode."""
    return listing.marketplace_sku or f"{_BARCODE}{listing.barcode}"


def _check_units(wishes: Mapping[int, int]) -> None:
    if any(not 0 <= units <= MOST_UNITS for units in wishes.values()):
        raise CannotChange(
            _("Of one product, at most %(most)s units can be planned.") % {"most": formats.number(MOST_UNITS)}
        )


def _lines(supply: Supply) -> list[SupplyLine]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.select_related("listing"))


def _listings(supply: Supply, wishes: Mapping[int, int]) -> Iterable[Listing]:
    rows = Listing.objects.for_company(supply.company_id)
    return rows.filter(account_id=supply.account_id, pk__in=list(wishes)).order_by("pk")


def _check_keys(before: Iterable[SupplyLine], new: Iterable[SupplyLine]) -> None:
    """Raises CannotChange for a product that the marketplace has no name for yet, or that goes by another's."""
    by_key = {line.key: line for line in before}
    for line in new:
        if not (line.marketplace_sku or line.barcode):
            raise CannotChange(
                _("“%(name)s” has neither a marketplace SKU nor a barcode yet, so it cannot be planned.")
                % {"name": _called(line)}
            )
        if other := by_key.get(line.key):
            raise CannotChange(
                _("“%(name)s” and “%(other)s” have the same marketplace SKU or barcode: plan one of them.")
                % {"name": _called(line), "other": _called(other)}
            )
        by_key[line.key] = line


def _called(line: SupplyLine) -> str:
    return line.seller_sku or line.name or line.key


def _line(supply: Supply, listing: Listing) -> SupplyLine:
    return SupplyLine(
        company_id=supply.company_id,
        supply=supply,
        key=line_key(listing),
        listing=listing,
        marketplace_sku=listing.marketplace_sku,
        barcode=listing.barcode,
        seller_sku=listing.seller_sku,
        name=listing.name,
    )


def _plan(
    supply: Supply,
    changes: Sequence[tuple[SupplyLine, int]],
    before: Sequence[SupplyLine],
    actor: User | None,
) -> None:
    """Write so many units of each line, those of nothing away, and what changed into the history."""
    if not changes:
        return
    lines = [line for line, _units in changes]
    names = _names(lines, among=[*before, *(line for line in lines if line.pk is None)])
    details = {
        name: [line.planned, units or None] for name, (line, units) in zip(names, changes, strict=True)
    }
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    rows.filter(pk__in=[line.pk for line, units in changes if not units]).delete()
    for line, units in changes:
        line.planned = units
    rows.bulk_update([line for line in lines if line.pk and line.planned], ["planned"], batch_size=_AT_ONCE)
    rows.bulk_create([line for line in lines if line.pk is None], batch_size=_AT_ONCE)
    _add_up(supply)
    note_event(supply, SupplyEventKind.CONTENTS, actor=actor, details=_named(details))


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


def _names(lines: Iterable[SupplyLine], *, among: Iterable[SupplyLine]) -> list[str]:
    """What the lines are called: by the article, and where several share it, as the sizes of a card do, by the size and
    the barcode or SKU too."""
    shared = Counter(line.seller_sku for line in among)
    return [
        line.seller_sku
        if line.seller_sku and shared[line.seller_sku] == 1
        else " · ".join(
            filter(
                None,
                (
                    line.seller_sku,
                    line.listing.size if line.listing else "",
                    line.key.removeprefix(_BARCODE),
                ),
            )
        )
        for line in lines
    ]


def _named(changed: Mapping[str, list[int | None]]) -> dict[str, list[Any]]:
    names: Iterable[str] = sorted(changed)
    details: dict[str, list[Any]] = {name: changed[name] for name in list(names)[:_MOST_NAMED]}
    if len(changed) > _MOST_NAMED:
        details["more"] = [None, len(changed) - _MOST_NAMED]
    return details
