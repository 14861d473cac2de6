"""The lines of supplies: reading and writing them, adding them up, and tying them to listings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from catalog.models import Listing
from core.locks import lock_until_commit
from core.merge import merge
from core.money import LARGEST
from marketplaces.contracts.supplies import SupplyStatus
from supplies.models import Supply, SupplyLine
from supplies.services.days import touch_days_of
from supplies.services.rows import LINES, Sums

if TYPE_CHECKING:
    from datetime import datetime

    from marketplaces.contracts.supplies import SupplyLineSnapshot
    from marketplaces.models import MarketplaceAccount

# From here on the marketplace has counted: what is not accepted is missing, whether it says so or not.
COUNTED: Final = frozenset({SupplyStatus.DISCREPANCY, SupplyStatus.ACCEPTED})

_AT_ONCE: Final = 200

_LINK = """
    UPDATE supplies_supplyline line
    SET listing_id = listing.id,
        name = CASE WHEN line.name = '' THEN listing.name ELSE line.name END,
        seller_sku = CASE WHEN line.seller_sku = '' THEN listing.seller_sku ELSE line.seller_sku END
    FROM catalog_listing listing, supplies_supply supply
    WHERE line.company_id = %(company)s AND line.listing_id IS NULL
      AND supply.id = line.supply_id AND supply.account_id = %(account)s
      AND listing.company_id = line.company_id AND listing.account_id = %(account)s
      AND ((line.marketplace_sku <> '' AND listing.marketplace_sku = line.marketplace_sku)
        OR (line.marketplace_sku = '' AND line.barcode <> '' AND listing.barcodes @> ARRAY[line.barcode]))
    RETURNING line.supply_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it stands (with its `pk`), or as it will; `is_listed` while the newest list of the goods names it."""

    key: str
    pk: int | None = None
    listing_id: int | None = None
    marketplace_sku: str = ""
    barcode: str = ""
    seller_sku: str = ""
    name: str = ""
    planned: int | None = None
    declared: int | None = None
    shipped: int | None = None
    accepted: int | None = None
    on_sale: int | None = None
    shortage: int | None = None
    surplus: int | None = None
    defect: int | None = None
    price: Decimal | None = None
    waiting_since: datetime | None = None
    is_listed: bool = field(default=True, compare=False)

    @property
    def is_waiting(self) -> bool:
        """Whether units of it are accepted and not all of them on sale."""
        return self.accepted is not None and self.on_sale is not None and self.on_sale < self.accepted

    def missing(self, *, is_counted: bool) -> int | None:
        """Units short or defective: as told, and where a counted supply is not told short, what does not add up."""
        if self.shortage is None and self.defect is None and not is_counted:
            return None
        defect, shortage = self.defect or 0, self.shortage
        brought = self.shipped if self.shipped is not None else self.declared
        if shortage is None and is_counted and self.accepted is not None and brought is not None:
            shortage = max(0, brought - self.accepted - defect)
        return None if shortage is None and self.defect is None else (shortage or 0) + defect


@dataclass(frozen=True, slots=True)
class Known:
    """What the assortment knows of the things told: listings by marketplace SKU and by barcode."""

    by_sku: Mapping[str, Listing]
    by_barcode: Mapping[str, Listing]

    def listing(self, line: SupplyLineSnapshot) -> Listing | None:
        """The listing of a line, if it is known."""
        return self.by_sku.get(line.marketplace_sku) or self.by_barcode.get(line.barcode)


def known_listings(account: MarketplaceAccount, lines: Iterable[SupplyLineSnapshot]) -> Known:
    """The listings of these lines: by marketplace SKU, and by barcode for those of which only that is told."""
    told = list(lines)
    skus = {line.marketplace_sku for line in told if line.marketplace_sku}
    rows = (
        Listing.objects.for_company(account.company_id)
        .filter(account=account)
        .only("marketplace_sku", "seller_sku", "name", "barcodes", "account_id", "company_id")
    )
    by_sku = {one.marketplace_sku: one for one in rows.filter(marketplace_sku__in=skus)} if skus else {}
    barcodes = {line.barcode for line in told if line.barcode and line.marketplace_sku not in by_sku}
    by_barcode = {
        barcode: one
        for one in (rows.filter(barcodes__overlap=list(barcodes)).order_by("-pk") if barcodes else ())
        for barcode in one.barcodes
    }
    return Known(by_sku, by_barcode)


def held_lines(*, company_id: int, supply_ids: Collection[int]) -> dict[int, list[Line]]:
    """The lines of these supplies as they stand."""
    held: dict[int, list[Line]] = {pk: [] for pk in supply_ids}
    rows = SupplyLine.objects.for_company(company_id).filter(supply_id__in=supply_ids).order_by("pk")
    names = [one.name for one in fields(Line) if one.name != "is_listed"]
    for supply_id, *values in rows.values_list("supply_id", *names):
        held[supply_id].append(Line(**dict(zip(names, values, strict=True))))
    return held


def waiting(
    lines: Iterable[Line], *, before: Iterable[Line], since: datetime, told_at: datetime
) -> list[Line]:
    """The lines with since when they wait to come on sale: since the supply came, and since it was told where all
    that was accepted before had come on sale; one that waits already goes on waiting."""
    done = {line.key for line in before if line.accepted and not line.is_waiting}
    return [
        replace(
            line,
            waiting_since=(line.waiting_since or (told_at if line.key in done else since))
            if line.is_waiting
            else None,
        )
        for line in lines
    ]


def added_up(lines: Collection[Line], *, status: SupplyStatus, values: Mapping[int, Decimal]) -> Sums:
    """The sums of the lines; what is missing is worth `values` of its listing, else the price in their papers."""
    is_counted = status in COUNTED
    missing = [(line, units) for line in lines if (units := line.missing(is_counted=is_counted)) is not None]
    worth = [
        value * units
        for line, units in missing
        if units and (value := values.get(line.listing_id or 0, line.price)) is not None
    ]
    units_missing = sum(units for _line, units in missing)
    return Sums(
        **{name: _sum(lines, name) for name in ("declared", "shipped", "accepted", "on_sale", "surplus")},
        missing_units=units_missing if missing else None,
        # A cost price typed with too many noughts is worth no more than the column holds.
        missing_amount=min(sum(worth, Decimal(0)), LARGEST)
        if worth or (missing and not units_missing)
        else None,
        lines_count=len(lines),
    )


def write_lines(*, company_id: int, changes: Mapping[int, tuple[Collection[Line], Collection[Line]]]) -> None:
    """Write the lines of supplies as they will stand: {supply: (before, after)}; lines that are no more go."""
    rows = SupplyLine.objects.for_company(company_id)
    gone, renamed, changed = [], [], []
    for supply_id, (before, after) in changes.items():
        held = {line.pk: line for line in before}
        gone += [pk for pk in held.keys() - {line.pk for line in after} if pk]
        renamed += [line for line in after if line.pk and held[line.pk].key != line.key]
        changed += [
            _row(line, company_id, supply_id) for line in after if line.pk is None or line != held[line.pk]
        ]
    if gone:
        rows.filter(pk__in=gone).delete()
    if renamed:
        rows.bulk_update(
            [SupplyLine(pk=line.pk, key=line.key) for line in renamed], ["key"], batch_size=_AT_ONCE
        )
    if changed:
        merge(LINES, changed)


@transaction.atomic(savepoint=False)
def link_lines(*, account: MarketplaceAccount) -> int:
    """Give lines without a listing theirs, if it is known by now; say how many were tied."""
    lock_until_commit("supplies", account.pk)
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"company": account.company_id, "account": account.pk})
        linked = [supply_id for (supply_id,) in cursor.fetchall()]
    if linked:
        touch_days_of(account.company, Supply.objects.for_company(account.company_id).filter(pk__in=linked))
    return len(linked)


def _sum(lines: Iterable[Line], name: str) -> int | None:
    values = [value for line in lines if (value := getattr(line, name)) is not None]
    return sum(values) if values else None


def _row(line: Line, company_id: int, supply_id: int) -> tuple[Any, ...]:
    _company, _supply, *names = LINES.columns
    return (company_id, supply_id, *(getattr(line, name) for name in names))
