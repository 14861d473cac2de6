"""One supply: where it stands, what was counted, what is missing, and what must be done about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.components import CheckItem, Fact, HistoryItem, Part, Step
from core.periods import business_day
from marketplaces import registry
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import Worth
from supplies.models import BoxLine, Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from supplies.selectors.checks import checks
from supplies.selectors.deadlines import COUNTED, Deadline, claim_until, deadlines
from supplies.selectors.slots import left_text, moment_text, slot_text, zone_of
from supplies.selectors.timeline import history, steps
from supplies.selectors.values import unit_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from companies.models import Company
    from core.statuses import Tone
    from supplies.selectors.values import UnitValue

# More boxes than a reader looks through on the page of a supply.
_MOST_BOXES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A line of a supply, in units; None: not told. `processing` are accepted and not yet on sale, `worth` what the
    short and defective ones cost."""

    name: str
    subtitle: str
    photo_url: str
    product_id: int | None
    planned: int | None
    declared: int | None
    shipped: int | None
    accepted: int | None
    on_sale: int | None
    processing: int | None
    shortage: int | None
    surplus: int | None
    defect: int | None
    worth: Decimal | None
    waiting_since: datetime | None

    @property
    def missing(self) -> int:
        """Short and defective together."""
        return (self.shortage or 0) + (self.defect or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The columns of the lines added up; None where no line tells."""

    planned: int | None
    declared: int | None
    shipped: int | None
    accepted: int | None
    on_sale: int | None
    processing: int | None
    shortage: int | None
    surplus: int | None
    defect: int | None
    worth: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What the reader must know first: the money at stake, or what burns."""

    tone: Tone
    strong: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """A box with what is in it, in words."""

    position: int
    kind: str
    code: str
    status: str
    contents: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Units of a line that are accepted and not on sale, and since when."""

    name: str
    units: int
    since: datetime
    age: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyPage:
    """All that the page of a supply shows. `their_page` is the supply in the marketplace's own cabinet, `worth_by`
    says by what the missing units are valued."""

    supply: Supply
    marketplace: str
    their_page: str
    slot: str
    banner: Banner | None
    steps: Sequence[Step]
    positions: Sequence[Position]
    totals: Totals
    parts: Sequence[Part]
    worth_by: str
    forgotten: Sequence[Forgotten]
    boxes: Sequence[BoxRow]
    more_boxes: int
    documents: Sequence[SupplyDocument]
    deadlines: Sequence[Deadline]
    checks: Sequence[CheckItem]
    history: Sequence[HistoryItem]
    facts: Sequence[Fact]

    @property
    def checks_done(self) -> int:
        """How many of the checks are done."""
        return sum(1 for check in self.checks if check.is_done)


def supply_page(company: Company, pk: int, *, now: datetime | None = None) -> SupplyPage:
    """The page of a supply. Raises Supply.DoesNotExist, also for another company's supply."""
    now = now or timezone.now()
    supply = Supply.objects.for_company(company).select_related("account", "warehouse").get(pk=pk)
    lines = list(
        SupplyLine.objects.for_company(company)
        .filter(supply=supply)
        .select_related("listing")
        .order_by("seller_sku", "pk")
    )
    events = SupplyEvent.objects.for_company(company).filter(supply=supply).select_related("actor")
    told = list(events.order_by("happened_at", "pk"))
    documents = list(
        SupplyDocument.objects.for_company(company).filter(supply=supply).order_by("kind", "number")
    )
    values = unit_values(
        company_id=company.pk,
        listing_ids={line.listing_id for line in lines if line.listing_id},
        on=business_day(now, company.zone),
    )
    positions = [_position(line, supply, values) for line in lines]
    totals = _totals(positions)
    boxes = _boxes(company, supply)
    return SupplyPage(
        supply=supply,
        marketplace=registry.adapters().title(supply.marketplace),
        their_page=_their_page(supply),
        slot=slot_text(supply),
        banner=_banner(supply, totals, company=company, now=now),
        steps=steps(supply, told, totals_told=_said(totals)),
        positions=positions,
        totals=totals,
        parts=_parts(totals),
        worth_by=_worth_by(lines, positions, values),
        forgotten=_forgotten(positions, now=now),
        boxes=boxes[:_MOST_BOXES],
        more_boxes=max(0, len(boxes) - _MOST_BOXES),
        documents=documents,
        deadlines=deadlines(supply, zone=company.zone, now=now),
        checks=checks(supply, lines=lines, documents=documents, boxes=len(boxes), now=now),
        history=history(told, zone=zone_of(supply)),
        facts=_facts(supply, company),
    )


def _position(line: SupplyLine, supply: Supply, values: Mapping[int, UnitValue]) -> Position:
    listing = line.listing
    shortage = _shortage(line, supply)
    missing = (shortage or 0) + (line.defect or 0)
    value = values.get(line.listing_id) if line.listing_id else None
    each = value.amount if value else line.price
    return Position(
        name=line.name or (listing.name if listing else line.key),
        subtitle=" · ".join(
            dict.fromkeys(filter(None, [line.seller_sku, line.barcode or line.marketplace_sku]))
        ),
        photo_url=listing.photo_url if listing else "",
        product_id=listing.product_id if listing else None,
        planned=line.planned,
        declared=line.declared,
        shipped=line.shipped,
        accepted=line.accepted,
        on_sale=line.on_sale,
        processing=_left(line.accepted, line.on_sale),
        shortage=shortage,
        surplus=line.surplus,
        defect=line.defect,
        worth=each * missing if each is not None and missing else None,
        waiting_since=line.waiting_since,
    )


def _shortage(line: SupplyLine, supply: Supply) -> int | None:
    """As told; of a counted supply that is not told short, what does not add up."""
    if line.shortage is not None or supply.status not in COUNTED or line.accepted is None:
        return line.shortage
    brought = line.shipped if line.shipped is not None else line.declared
    return None if brought is None else max(0, brought - line.accepted - (line.defect or 0))


def _left(accepted: int | None, on_sale: int | None) -> int | None:
    return None if accepted is None or on_sale is None else max(0, accepted - on_sale)


def _totals(positions: Sequence[Position]) -> Totals:
    def total(name: str) -> int | None:
        told = [value for one in positions if (value := getattr(one, name)) is not None]
        return sum(told) if told else None

    worth = [one.worth for one in positions if one.worth is not None]
    names = (
        "planned", "declared", "shipped", "accepted", "on_sale", "processing", "shortage", "surplus", "defect",
    )  # fmt: skip
    return Totals(**{name: total(name) for name in names}, worth=sum(worth, Decimal(0)) if worth else None)


def _said(totals: Totals) -> Mapping[SupplyStatus, str]:
    """What each step is worth saying about, in units."""
    on_sale = (
        _("%(part)s of %(whole)s on sale")
        % {"part": formats.number(totals.on_sale), "whole": formats.number(totals.accepted)}
        if totals.on_sale is not None and totals.accepted
        else ""
    )
    return {
        SupplyStatus.DRAFT: formats.units(totals.planned) if totals.planned else "",
        SupplyStatus.SHIPPED: formats.units(totals.shipped) if totals.shipped else "",
        SupplyStatus.ACCEPTED: on_sale or (formats.units(totals.accepted) if totals.accepted else ""),
    }


def _parts(totals: Totals) -> list[Part]:
    """The bar of acceptance: on sale, being processed, defective, short."""
    if totals.accepted is None:
        return []
    on_sale = totals.on_sale if totals.on_sale is not None else totals.accepted
    sale_label = _("on sale") if totals.on_sale is not None else _("accepted")
    rows: list[tuple[str, int, Tone]] = [
        (sale_label, on_sale, "success"),
        (_("being processed"), totals.processing or 0, "progress"),
        (_("defective"), totals.defect or 0, "warning"),
        (_("short"), totals.shortage or 0, "danger"),
    ]
    return [
        Part(label=label, value=value, text=formats.number(value), tone=tone)
        for label, value, tone in rows
        if value or tone == "success"
    ]


def _worth_by(
    lines: Sequence[SupplyLine], positions: Sequence[Position], values: Mapping[int, UnitValue]
) -> str:
    """By what the missing units are valued: the words of each way that was taken."""
    ways = []
    for line, position in zip(lines, positions, strict=True):
        if position.worth is None:
            continue
        value = values.get(line.listing_id) if line.listing_id else None
        ways.append(value.by if value else Worth.PAPERS)
    return ", ".join(str(way.label) for way in dict.fromkeys(ways))


def _banner(supply: Supply, totals: Totals, *, company: Company, now: datetime) -> Banner | None:
    if not supply.is_shipment:
        return None
    missing = (totals.shortage or 0) + (totals.defect or 0)
    if missing and supply.status in COUNTED:
        until, rule = claim_until(supply, zone=company.zone)
        strong = (
            _("It does not add up by %(money)s:") % {"money": formats.money(totals.worth)}
            if totals.worth
            else _("It does not add up:")
        )
        text = _("%(short)s short and %(defect)s defective.") % {
            "short": formats.units(totals.shortage or 0),
            "defect": formats.units(totals.defect or 0),
        }
        if until is None:
            return Banner(tone="warning", strong=strong, text=f"{text} {rule.source if rule else ''}".strip())
        if until < now:
            return Banner(tone="warning", strong=strong, text=f"{text} {_('The time to object is over.')}")
        left = _("One may object for %(left)s more, until %(moment)s.") % {
            "left": left_text(until, now=now),
            "moment": moment_text(until, company.zone),
        }
        return Banner(tone="danger", strong=strong, text=f"{text} {left}")
    burning = next(
        (one for one in deadlines(supply, zone=company.zone, now=now) if one.tone == "danger"), None
    )
    if burning is not None:
        return Banner(tone="danger", strong=f"{burning.name}:", text=f"{burning.left}, {burning.note}.")
    if supply.status == SupplyStatus.OVERDUE:
        return Banner(
            tone="danger", strong=_("The slot has passed."), text=_("Book a new one, or cancel the supply.")
        )
    return None


def _forgotten(positions: Sequence[Position], *, now: datetime) -> list[Forgotten]:
    rows = [
        Forgotten(
            name=one.name,
            units=one.processing,
            since=one.waiting_since,
            age=formats.duration(now - one.waiting_since),
        )
        for one in positions
        if one.waiting_since is not None and one.processing
    ]
    return sorted(rows, key=lambda row: row.since)


def _boxes(company: Company, supply: Supply) -> list[BoxRow]:
    """The boxes that the marketplace tells; our own plan of them until it tells any."""
    rows = list(SupplyBox.objects.for_company(company).filter(supply=supply).order_by("-is_told", "position"))
    told = [box for box in rows if box.is_told] or rows
    contents: dict[int, list[tuple[str, int]]] = defaultdict(list)
    held = BoxLine.objects.for_company(company).filter(box__in=[box.pk for box in told])
    for box_id, name, sku, units in held.order_by("line__seller_sku").values_list(
        "box_id", "line__name", "line__seller_sku", "quantity"
    ):
        contents[box_id].append((name or sku, units))
    return [
        BoxRow(
            position=box.position,
            kind=str(box.get_kind_display()),
            code=box.code,
            status=box.external_status,
            contents=_contents_text(contents[box.pk]),
            units=sum(units for _name, units in contents[box.pk]),
        )
        for box in told
    ]


def _contents_text(contents: Sequence[tuple[str, int]]) -> str:
    if not contents:
        return ""
    first = contents[0][0]
    more = len(contents) - 1
    if not more:
        return first
    return ngettext("%(name)s and %(more)s more", "%(name)s and %(more)s more", more) % {
        "name": first,
        "more": more,
    }


def _their_page(supply: Supply) -> str:
    """Only for accounts of the real marketplace, which is always behind TLS; the sandbox has no cabinet."""
    adapters = registry.adapters()
    if not supply.external_id or supply.marketplace not in adapters:
        return ""
    if not supply.account.base_url.startswith("https://"):
        return ""
    return adapters[supply.marketplace].supply_page.format(
        external_id=quote(supply.external_id), number=quote(supply.number)
    )


def _facts(supply: Supply, company: Company) -> list[Fact]:
    rows = [
        (_("Account"), supply.account.title),
        (_("Kind"), str(supply.get_kind_display())),
        (_("Warehouse"), supply.warehouse_name),
        (_("Drop-off point"), supply.drop_off_name),
        (_("Cluster"), supply.cluster_name),
        (_("Slot"), slot_text(supply)),
        (_("Wished date"), formats.day(supply.wished_on) if supply.wished_on else ""),
        (_("Number"), supply.number),
        (_("Their id"), supply.external_id if supply.external_id != supply.number else ""),
        (_("Split from"), supply.parent_external_id),
        (_("Created"), moment_text(supply.planned_at, company.zone) if supply.planned_at else ""),
        (_("Their status"), " · ".join(filter(None, [supply.external_status, supply.external_substatus]))),
        (_("Reason"), supply.reason),
        (_("Note"), supply.note),
    ]
    return [Fact(label=label, value=value) for label, value in rows if value]
