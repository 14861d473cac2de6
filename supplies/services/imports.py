"""A list of goods from paste or upload to the lines of a plan: read, shown, written when confirmed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.choices import ImportState
from catalog.models import Listing
from catalog.services.costs.cells import shown
from core import formats
from core.uploads import BadUpload
from supplies.models import PlanImport, SupplyLine
from supplies.services.plan_lines import MOST_UNITS, check_addable, set_quantities
from supplies.services.plan_lists import (
    MOST_ERRORS,
    ListRow,
    RowError,
    rows_of_file,
    rows_of_text,
    too_many_errors,
)
from supplies.services.plans import CannotChange, editable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from companies.models import User
    from supplies.models import Supply

# How long a list that was not written is kept.
KEEP_UNWRITTEN: Final = timedelta(days=7)
_AT_ONCE = 5_000
# How many of the fitting listings an error names.
_MOST_NAMED = 5


class AlreadySettled(Exception):
    """The list was written or discarded before."""


class _Unfit(ValueError):
    """No listing, or several, fit a row, or its units are too many; the message says which."""


@dataclass(slots=True, kw_only=True)
class _Wish:
    """Units of a listing, added up over the rows that name it."""

    listing: Listing
    units: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: ListRow) -> None:
        """Add a row's units. Raises _Unfit when that would be too many."""
        if self.units + row.units > MOST_UNITS:
            raise _Unfit(
                _("Together with the rows before, that would be more than %(most)s units of this product.")
                % {"most": formats.number(MOST_UNITS)}
            )
        self.units += row.units
        self.rows.append(row.number)


def read_list(
    *, supply: Supply, text: str = "", content: bytes | None = None, file_name: str = "", user: User | None
) -> PlanImport:
    """Read a pasted text or a file and keep what it says until somebody confirms it; no line is written.

    Raises BadUpload when there is nothing in it that could be a list of goods, more than MOST_ERRORS rows are wrong,
    those of unknown products among them, or its products cannot stand in the plan together.
    """
    told = list(rows_of_text(text) if content is None else rows_of_file(content))
    good = [row for row in told if isinstance(row, ListRow)]
    errors = [row for row in told if isinstance(row, RowError)]
    if not told:
        raise BadUpload(_("There is not one row in the list."), code="empty")
    wishes = _resolve(supply, good, errors)
    if len(errors) > MOST_ERRORS:
        raise too_many_errors()
    try:
        check_addable(supply=supply, listings=[wish.listing for wish in wishes if wish.units])
    except CannotChange as exc:
        raise BadUpload(str(exc), code="unfit") from exc
    was = _planned(supply)
    kept: PlanImport = PlanImport.objects.for_company(supply.company_id).create(
        company_id=supply.company_id,
        supply=supply,
        file_name=file_name[:200],
        rows=[_as_json(wish, was.get(wish.listing.pk)) for wish in wishes],
        errors=[error.as_json() for error in sorted(errors, key=lambda error: error.row)],
        made_by=user,
    )
    return kept


@transaction.atomic
def apply_list(*, kept: PlanImport, user: User | None) -> int:
    """Write every good row, all or none, and say how many lines changed.

    Raises AlreadySettled, CannotChange, and Outdated where other units are planned by now than the list showed.
    """
    supply = editable(kept.supply)
    held = _settle(kept, ImportState.APPLIED)
    wishes = {row["listing"]: row["quantity"] for row in held.rows}
    shown = {row["listing"]: row["was"] or 0 for row in held.rows}
    return set_quantities(supply=supply, wishes=wishes, shown=shown, actor=user)


@transaction.atomic
def renew_list(*, kept: PlanImport, user: User | None) -> PlanImport:
    """The same list beside what is planned by now; the old one is discarded, so that nobody confirms what he has not
    seen. Raises AlreadySettled."""
    held = _settle(kept, ImportState.DISCARDED)
    was = _planned(kept.supply)
    new: PlanImport = PlanImport.objects.for_company(held.company_id).create(
        company_id=held.company_id,
        supply_id=held.supply_id,
        file_name=held.file_name,
        rows=[row | {"was": was.get(row["listing"])} for row in held.rows],
        errors=held.errors,
        made_by=user,
    )
    return new


@transaction.atomic
def discard_list(*, kept: PlanImport) -> None:
    """Forget a list. Raises AlreadySettled."""
    _settle(kept, ImportState.DISCARDED)


def forget_unwritten(*, now: datetime, most: int = 500) -> int:
    """Delete the oldest lists of all companies that nobody confirmed in KEEP_UNWRITTEN, at most so many at once; how
    many there were."""
    rows = PlanImport.all_companies.exclude(state=ImportState.APPLIED)
    old = rows.filter(made_at__lt=now - KEEP_UNWRITTEN).order_by("made_at").values_list("pk", flat=True)
    deleted, _by_model = rows.filter(pk__in=list(old[:most])).delete()
    return deleted


def _settle(kept: PlanImport, state: ImportState) -> PlanImport:
    held: PlanImport = PlanImport.objects.for_company(kept.company_id).select_for_update().get(pk=kept.pk)
    if held.state != ImportState.PREVIEW:
        raise AlreadySettled
    held.state, held.settled_at = state, timezone.now()
    held.save(update_fields=["state", "settled_at"])
    return held


def _resolve(supply: Supply, rows: Collection[ListRow], errors: list[RowError]) -> list[_Wish]:
    """The listings that the rows mean, each once; rows that mean none or several go to the errors."""
    fitting = _Fitting(supply, {name for row in rows for name in row.names})
    wishes: dict[int, _Wish] = {}
    for row in rows:
        try:
            listing = fitting.one(row)
            wishes.setdefault(listing.pk, _Wish(listing=listing)).add(row)
        except _Unfit as exc:
            value = shown(" · ".join(row.names))
            errors.append(RowError(row=row.number, column="name", value=value, text=str(exc)))
    return [wish for wish in wishes.values() if wish.rows]


class _Fitting:
    """The listings of the plan's account by everything they can be named with, the surest first."""

    def __init__(self, supply: Supply, names: Collection[str]) -> None:
        self.account = supply.account.title
        self.by_article: dict[str, list[Listing]] = defaultdict(list)
        self.by_folded: dict[str, list[Listing]] = defaultdict(list)
        self.by_code: dict[str, list[Listing]] = defaultdict(list)
        for listing in _listings(supply, names):
            self.by_article[listing.seller_sku].append(listing)
            self.by_folded[listing.seller_sku.casefold()].append(listing)
            for code in {listing.marketplace_sku, listing.external_id, *listing.barcodes}:
                self.by_code[code].append(listing)

    def one(self, row: ListRow) -> Listing:
        """The one listing that the row means. Raises _Unfit."""
        for name in row.names:
            for found in (
                self.by_article.get(name),
                self.by_code.get(name),
                self.by_folded.get(name.casefold()),
            ):
                if found:
                    return self._only(found)
        raise _Unfit(
            _("“%(account)s” has no product with this article or barcode.") % {"account": self.account}
        )

    def _only(self, found: list[Listing]) -> Listing:
        alive = [listing for listing in found if not listing.is_archived] or found
        if len(alive) > 1:
            names = ", ".join(
                filter(None, (listing.size or listing.barcode for listing in alive[:_MOST_NAMED]))
            )
            raise _Unfit(
                _("Several products have this article (%(names)s): give the barcode instead.")
                % {"names": names}
            )
        listing = alive[0]
        if listing.is_archived:
            raise _Unfit(_("The product is in the archive of the marketplace: it cannot be supplied."))
        if not (listing.marketplace_sku or listing.barcode):
            raise _Unfit(_("The product has neither a marketplace SKU nor a barcode yet."))
        return listing


def _listings(supply: Supply, names: Collection[str]) -> Iterable[Listing]:
    """Those that any of the names can mean."""
    rows = Listing.objects.for_company(supply.company_id).filter(account_id=supply.account_id)
    wanted = sorted(names)
    folded = {name.casefold() for name in wanted}
    seen: dict[int, Listing] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        meant = (
            Q(seller_sku__in=part)
            | Q(marketplace_sku__in=part)
            | Q(external_id__in=part)
            | Q(barcodes__overlap=part)
        )
        seen |= {listing.pk: listing for listing in rows.filter(meant).order_by("pk")}
    exact = {listing.seller_sku.casefold() for listing in seen.values()}
    if folded - exact:
        # Another case of the letters: the articles are compared here, as PostgreSQL folds by its own locale.
        articles = rows.values_list("pk", "seller_sku").iterator(chunk_size=5_000)
        alike = [pk for pk, sku in articles if sku.casefold() in folded and pk not in seen]
        seen |= {listing.pk: listing for listing in rows.filter(pk__in=alike).order_by("pk")}
    return seen.values()


def _planned(supply: Supply) -> dict[int, int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return {listing: units or 0 for listing, units in rows.values_list("listing_id", "planned") if listing}


def _as_json(wish: _Wish, was: int | None) -> dict[str, Any]:
    return {
        "rows": wish.rows,
        "sku": wish.listing.seller_sku,
        "name": wish.listing.name,
        "listing": wish.listing.pk,
        "quantity": wish.units,
        "was": was,
    }
