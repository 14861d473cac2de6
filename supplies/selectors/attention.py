"""Which supplies wait for somebody, why, for how much money, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import CLAIM_RULES, AttentionKind, claim_rule
from supplies.models import SHIPMENTS, Supply, SupplyLine
from supplies.selectors.deadlines import BEFORE_SHIPPING, COUNTED, NOT_READY, claim_until, counted_at
from supplies.selectors.slots import ends_at

if TYPE_CHECKING:
    from collections.abc import Collection
    from decimal import Decimal

    from companies.models import Company
    from companies.scoping import CompanyQuerySet
    from supplies.models import SupplyQuerySet

SOON: Final = timedelta(hours=24)
# A slot that was missed longer ago is the past, not a task.
_FORGOTTEN: Final = timedelta(days=14)
# Acceptance takes days; what is not on sale after these has been forgotten by somebody.
WAITS_TOO_LONG: Final = timedelta(days=5)
# … and what is not on sale for so long never will be: a loss, told by the balance of units.
_GIVEN_UP: Final = timedelta(days=90)
# Where no window for claims is known, for so long they are still worth making.
_NO_RULE: Final = timedelta(days=30)
# Beyond this many the figure in the rail says no more.
_MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A supply that waits for somebody.

    `units` and `amount` are at stake: missing ones with what they cost, or those not on sale (amount None), or all
    that is to be brought. `until` None: nobody tells until when. `since` is since when units are not on sale.
    """

    kind: AttentionKind
    supply: Supply
    units: int | None = None
    amount: Decimal | None = None
    until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What waits, by kind: the rows shown are the most pressing ones, the counts are of all."""

    rows: tuple[Waiting, ...]
    missing_units: int
    missing_amount: Decimal | None

    def of(self, kind: AttentionKind) -> tuple[Waiting, ...]:
        """The rows of a kind."""
        return tuple(row for row in self.rows if row.kind is kind)


def needs_attention(company: Company, *, now: datetime | None = None) -> Q:
    """Which shipments wait for somebody, as a condition on supplies of the company."""
    now = now or timezone.now()
    waits = _overdue(now) | _soon(now) | _fill(now) | is_claimable(company, now=now) | _waiting(company, now)
    return SHIPMENTS & waits


def is_claimable(company: Company, *, now: datetime) -> Q:
    """A shipment lacks units, and there is still time to object: a condition on supplies of the company."""
    in_time = Q()
    for marketplace in sorted({rule.marketplace for rule in CLAIM_RULES}):
        rule = claim_rule(marketplace, on=now.astimezone(company.zone).date())
        days = timedelta(days=rule.days) if rule and rule.days is not None else _NO_RULE
        in_time |= Q(marketplace=marketplace) & _counted_since(now - days)
    others = ~Q(marketplace__in=[rule.marketplace for rule in CLAIM_RULES]) & _counted_since(now - _NO_RULE)
    return SHIPMENTS & Q(status__in=COUNTED, missing_units__gt=0) & (in_time | others)


def attention_count(company: Company) -> int:
    """How many supplies wait for somebody; no more than a thousand are counted."""
    rows = Supply.objects.for_company(company).shipments().filter(needs_attention(company))
    return int(rows[:_MOST_COUNTED].count())


def attention(
    company: Company,
    *,
    now: datetime | None = None,
    limit: int = 20,
    accounts: Collection[int] | None = None,
) -> Attention:
    """What waits for a decision, the money first, then the nearest: three queries; of some accounts, if named.

    A supply stands here once, for the gravest of its reasons.
    """
    now = now or timezone.now()
    shipments = Supply.objects.for_company(company).shipments()
    if accounts is not None:
        shipments = shipments.filter(account_id__in=accounts)
    rows = list(_pressing(shipments.filter(needs_attention(company, now=now)), limit=limit))
    since = _waiting_since(company, [row.pk for row in rows], now=now)
    sums = shipments.filter(is_claimable(company, now=now)).aggregate(
        units=Sum("missing_units"), amount=Sum("missing_amount")
    )
    return Attention(
        rows=tuple(_reason(row, company, since.get(row.pk), now) for row in rows),
        missing_units=sums["units"] or 0,
        missing_amount=sums["amount"],
    )


def _pressing(rows: SupplyQuerySet, *, limit: int) -> SupplyQuerySet:
    nearest = Coalesce("slot_from", "status_at")
    ordered: SupplyQuerySet = rows.select_related("warehouse").order_by(
        Coalesce("missing_amount", 0, output_field=Supply._meta.get_field("missing_amount")).desc(),  # noqa: SLF001 - Django's documented way to a field
        nearest,
        "pk",
    )
    return ordered[:limit]


def _reason(supply: Supply, company: Company, since: datetime | None, now: datetime) -> Waiting:
    slot_end = ends_at(supply)
    units = supply.declared if supply.declared is not None else supply.planned
    if supply.missing_units and supply.status in COUNTED:
        until, _rule = claim_until(supply, zone=company.zone)
        if (until or counted_at(supply) + _NO_RULE) >= now:
            return Waiting(
                kind=AttentionKind.DISCREPANCY,
                supply=supply,
                units=supply.missing_units,
                amount=supply.missing_amount,
                until=until,
            )
    if since is not None:
        waits = (supply.accepted or 0) - (supply.on_sale or 0)
        return Waiting(kind=AttentionKind.WAITING, supply=supply, units=waits, since=since)
    if supply.status == SupplyStatus.OVERDUE or (slot_end is not None and slot_end < now):
        return Waiting(kind=AttentionKind.OVERDUE, supply=supply, units=units, until=slot_end)
    if supply.fill_until is not None and supply.fill_until < now + SOON:
        return Waiting(kind=AttentionKind.FILL, supply=supply, units=units, until=supply.fill_until)
    has_begun = supply.slot_from is not None and supply.slot_from < now
    until = slot_end if has_begun else supply.slot_from
    return Waiting(kind=AttentionKind.SOON, supply=supply, units=units, until=until)


def _overdue(now: datetime) -> Q:
    passed = Q(slot_to__lt=now) | Q(slot_to=None, slot_from__lt=now)
    missed = Q(status__in=BEFORE_SHIPPING, slot_from__gte=now - _FORGOTTEN) & passed
    return missed | Q(status=SupplyStatus.OVERDUE, status_at__gte=now - _FORGOTTEN)


def _soon(now: datetime) -> Q:
    """The slot is near, or has begun and is not over."""
    is_ahead = Q(slot_from__gte=now, slot_from__lt=now + SOON)
    is_on = Q(slot_from__lt=now, slot_to__gte=now)
    return Q(status__in=NOT_READY) & (is_ahead | is_on)


def _fill(now: datetime) -> Q:
    return Q(status__in=NOT_READY, fill_until__gte=now - _FORGOTTEN, fill_until__lt=now + SOON)


def _counted_since(moment: datetime) -> Q:
    return Q(accepted_at__gte=moment) | Q(accepted_at=None, status_at__gte=moment)


def _waiting(company: Company, now: datetime) -> Q:
    lines = _waiting_lines(company, now)
    return Q(pk__in=lines.values("supply_id"))


def _waiting_lines(company: Company, now: datetime) -> CompanyQuerySet:
    rows: CompanyQuerySet = SupplyLine.objects.for_company(company).filter(
        waiting_since__lt=now - WAITS_TOO_LONG, waiting_since__gte=now - _GIVEN_UP
    )
    return rows


def _waiting_since(company: Company, supply_ids: list[int], *, now: datetime) -> dict[int, datetime]:
    rows = _waiting_lines(company, now).filter(supply_id__in=supply_ids)
    return dict(
        rows.values("supply_id").annotate(since=Min("waiting_since")).values_list("supply_id", "since")
    )
