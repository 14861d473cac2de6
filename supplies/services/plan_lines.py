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
    if any(not 0 <= units <= MOST_UNITS for units in wishes.values()):
        raise CannotChange(
            _("Of one product, at most %(most)s units can be planned.") % {"most": formats.number(MOST_UNITS)}
        )
    rows = SupplyLine.objects.for_company(held.company_id).filter(supply=held)
    before = list(rows)
    planned = {line.listing_id: line.planned or 0 for line in before}
    listings = [one for one in _listings(held, wishes) if planned.get(one.pk, 0) != wishes[one.pk]]
    if not listings:
        return 0
    check_shown({one.pk: planned.get(one.pk, 0) for one in listings}, shown or {})
    new = [_line(held, one, wishes[one.pk]) for one in listings if one.pk not in planned]
    _check_keys(before, new)
    sizes: dict[int | None, str] = {one.pk: one.size for one in listings}
    changed = [line for line in (*before, *new) if line.listing_id in sizes]
    names = _names(changed, among=[*before, *new], sizes=sizes)
    details = {
        name: [planned.get(line.listing_id), wishes[line.listing_id] or None]
        for line, name in zip(changed, names, strict=True)
    }
    _write(held, new, [line for line in changed if line.pk], wishes)
    _add_up(held)
    note_event(held, SupplyEventKind.CONTENTS, actor=actor, details=_named(details))
    return len(changed)


@transaction.atomic
def set_lines(
    *, supply: Supply, units: Mapping[int, int], actor: User | None, shown: Mapping[int, int] | None = None
) -> int:
    """The same by lines ({line: units}), but for those without a listing, which stay as they are."""
    held = editable(supply)
    rows = SupplyLine.objects.for_company(held.company_id).filter(supply=held, pk__in=list(units))
    listing_of = dict(rows.exclude(listing=None).values_list("pk", "listing_id"))
    wishes, seen = (
        {listing: given[line] for line, listing in listing_of.items() if line in given}
        for given in (units, shown or {})
    )
    try:
        return set_quantities(supply=held, wishes=wishes, actor=actor, shown=seen)
    except Outdated as exc:
        now = {line: exc.now[listing] for line, listing in listing_of.items() if listing in exc.now}
        raise Outdated(now) from exc


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


def _write(
    supply: Supply, new: Sequence[SupplyLine], held: Sequence[SupplyLine], wishes: Mapping[int, int]
) -> None:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    for line in held:
        if line.listing_id is not None:
            line.planned = wishes[line.listing_id]
    rows.filter(pk__in=[line.pk for line in held if not line.planned]).delete()
    rows.bulk_update([line for line in held if line.planned], ["planned"], batch_size=_AT_ONCE)
    rows.bulk_create(new, batch_size=_AT_ONCE)


def _names(
    lines: Iterable[SupplyLine], *, among: Iterable[SupplyLine], sizes: Mapping[int | None, str]
) -> list[str]:
    """What the lines are called: by the article, and where several share it, as the sizes of a card do, by the size and
    the barcode or SKU too."""
    shared = Counter(line.seller_sku for line in among)
    return [
        line.seller_sku
        if line.seller_sku and shared[line.seller_sku] == 1
        else " · ".join(
            filter(None, (line.seller_sku, sizes[line.listing_id], line.key.removeprefix(_BARCODE)))
        )
        for line in lines
    ]


def _named(changed: Mapping[str, list[int | None]]) -> dict[str, list[Any]]:
    names: Iterable[str] = sorted(changed)
    details: dict[str, list[Any]] = {name: changed[name] for name in list(names)[:_MOST_NAMED]}
    if len(changed) > _MOST_NAMED:
        details["more"] = [None, len(changed) - _MOST_NAMED]
    return details
