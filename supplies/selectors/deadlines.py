"""The deadlines of a supply: what must be done, until when, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from core.periods import business_day
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import CLAIM_RULES, AttentionKind, claim_rule
from supplies.models import SHIPMENTS
from supplies.selectors.slots import ends_at, left_text, moment_text, zone_of

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from core.statuses import Tone
    from marketplaces.contracts.claims import ClaimRule
    from supplies.models import Supply

# Not yet on the way: a slot still waits for the goods.
BEFORE_SHIPPING: Final = (SupplyStatus.DRAFT, SupplyStatus.BOOKED, SupplyStatus.READY)
NOT_READY: Final = (SupplyStatus.DRAFT, SupplyStatus.BOOKED)
COUNTED: Final = (SupplyStatus.DISCREPANCY, SupplyStatus.ACCEPTED)
_DAY: Final = timedelta(days=1)
_BURNS: Final = _DAY
_NEARS: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Something to be done until a moment; `at` None: nobody tells until when (`note` says what to do)."""

    kind: AttentionKind
    name: str
    note: str
    left: str
    tone: Tone
    at: datetime | None


def deadlines(supply: Supply, *, zone: ZoneInfo, now: datetime) -> list[Deadline]:
    """The deadlines that still bind the supply, the nearest first; `zone` is the company's. Only shipments have any."""
    if not supply.is_shipment:
        return []
    found = [
        one
        for one in (
            _fill(supply, zone=zone, now=now),
            _slot(supply, now=now),
            _claim(supply, zone=zone, now=now),
        )
        if one is not None
    ]
    return sorted(found, key=lambda one: (one.at is None, one.at or now))


def next_deadline(supply: Supply, *, zone: ZoneInfo, now: datetime) -> Deadline | None:
    """The one that comes first, of those whose moment is known."""
    return next((one for one in deadlines(supply, zone=zone, now=now) if one.at is not None), None)


def counted_at(supply: Supply) -> datetime:
    """When the marketplace had counted the supply: from then on the time for claims runs."""
    return supply.accepted_at or supply.status_at


def claim_until(supply: Supply, *, zone: ZoneInfo) -> tuple[datetime | None, ClaimRule | None]:
    """Until when one may object to the count, and by which rule."""
    rule = claim_rule(supply.marketplace, on=business_day(counted_at(supply), zone))
    if rule is None or rule.days is None:
        return None, rule
    return counted_at(supply) + timedelta(days=rule.days), rule


def may_claim(start: datetime, end: datetime) -> Q:
    """Which shipments have units missing whose time to object ends between these moments, or did; a marketplace that
    no dated rule is known of has none."""
    asked = Q(pk__in=())
    for rule in CLAIM_RULES:
        if rule.days is None:
            continue
        since, until = start - timedelta(days=rule.days), end - timedelta(days=rule.days)
        if rule.valid_from <= until.date() + _DAY and not _is_replaced(rule, by=since.date() - _DAY):
            counted = Q(accepted_at__gte=since, accepted_at__lt=until)
            noticed = Q(accepted_at=None, status_at__gte=since, status_at__lt=until)
            asked |= Q(counted | noticed, marketplace=rule.marketplace)
    return asked & SHIPMENTS & Q(status__in=COUNTED, missing_units__gt=0)


def _is_replaced(rule: ClaimRule, *, by: date) -> bool:
    """Whether a later rule of the marketplace is in force on this day."""
    now = claim_rule(rule.marketplace, on=by)
    return now is not None and now.valid_from > rule.valid_from


def tone_of(until: datetime, *, now: datetime) -> Tone:
    """How much a deadline burns."""
    left = until - now
    if left < _BURNS:
        return "danger"
    return "warning" if left < _NEARS else "neutral"


def _fill(supply: Supply, *, zone: ZoneInfo, now: datetime) -> Deadline | None:
    if supply.fill_until is None or supply.status not in NOT_READY:
        return None
    return _deadline(
        AttentionKind.FILL,
        _("Fill in the data of the supply"),
        _("until %(moment)s") % {"moment": moment_text(supply.fill_until, zone)},
        supply.fill_until,
        now=now,
    )


def _slot(supply: Supply, *, now: datetime) -> Deadline | None:
    until = ends_at(supply)
    if until is None or supply.status not in BEFORE_SHIPPING:
        return None
    return _deadline(
        AttentionKind.OVERDUE,
        _("Bring the goods"),
        _("until %(moment)s") % {"moment": moment_text(until, zone_of(supply))},
        until,
        now=now,
    )


def _claim(supply: Supply, *, zone: ZoneInfo, now: datetime) -> Deadline | None:
    if not supply.missing_units or supply.status not in COUNTED:
        return None
    until, rule = claim_until(supply, zone=zone)
    name, source = _("Object to the count"), str(rule.source) if rule else ""
    if until is None:
        return Deadline(
            kind=AttentionKind.DISCREPANCY,
            name=name,
            note=source,
            left=_("see the contract"),
            tone="warning",
            at=None,
        )
    if until < now:
        return None
    note = _("until %(moment)s") % {"moment": moment_text(until, zone)}
    return _deadline(AttentionKind.DISCREPANCY, name, f"{note}. {source}", until, now=now)


def _deadline(kind: AttentionKind, name: str, note: str, until: datetime, *, now: datetime) -> Deadline:
    return Deadline(
        kind=kind,
        name=name,
        note=note,
        left=left_text(until, now=now),
        tone=tone_of(until, now=now),
        at=until,
    )
