"""Slots and deadlines by day: each on the day that it is on at its warehouse."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from django.db.models import Q
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from core import formats
from core.periods import MOSCOW, Days
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import AttentionKind
from supplies.selectors.deadlines import (
    BEFORE_SHIPPING,
    COUNTED,
    NOT_READY,
    claim_until,
    deadlines,
    may_claim,
    tone_of,
)
from supplies.selectors.slots import days_text, left_text, moments_anywhere, slot_text, zone_label, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from companies.models import Company
    from core.statuses import Tone
    from supplies.models import Supply, SupplyQuerySet

View = Literal["month", "week"]
_WEEK: Final = timedelta(days=7)
# Of one day of a month; a week shows them all.
_ROOM: Final = 6
# No slot lasts longer: one that began before the days shown may reach into them.
_LONGEST_SLOT: Final = timedelta(days=31)
# Slots, and deadlines: more than anybody looks through; the filters are there for the rest.
MOST_SHOWN: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something on a day: a slot, or a deadline (`is_deadline`). `left` counts down what is not done yet."""

    supply: Supply
    time: str
    title: str
    note: str
    full: str
    tone: Tone
    is_deadline: bool = False
    left: str = ""
    minute: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """A day of the calendar. `number` is what stands in its corner, `name` the day in words, `more` how many entries
    a month has no room for."""

    day: date
    number: str
    name: str
    is_today: bool
    is_off: bool
    entries: Sequence[Entry]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """A month or a week. `previous`, `following` and `today` are the days that lead there; `is_cut` says that there
    is more than is shown."""

    view: View
    title: str
    days: Days
    cells: Sequence[DayCell]
    weekdays: Sequence[str]
    previous: date
    following: date
    today: date
    is_cut: bool

    @property
    def has_entries(self) -> bool:
        """Whether anything is on at all."""
        return any(cell.entries for cell in self.cells)


def shown_days(day: date, view: View) -> Days:
    """The whole weeks that a view of the day shows, from Monday on."""
    first, last = (day, day)
    if view == "month":
        first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    monday = first - timedelta(days=first.weekday())
    return Days(first=monday, after=last - timedelta(days=last.weekday()) + _WEEK)


def calendar_page(
    supplies: SupplyQuerySet, company: Company, *, day: date, view: View, now: datetime
) -> CalendarPage:
    """The month or the week of a day, of the supplies given."""
    days = shown_days(day, view)
    coming, due = (
        list(rows[: MOST_SHOWN + 1])
        for rows in (_with_slots(supplies, days), _with_deadlines(supplies, days))
    )
    entries = _by_day(coming[:MOST_SHOWN], due[:MOST_SHOWN], days=days, zone=company.zone, now=now)
    today = now.astimezone(company.zone).date()
    return CalendarPage(
        view=view,
        title=_title(day, view, days, today=today),
        days=days,
        cells=[
            _cell(
                one,
                entries.get(one, ()),
                days=days,
                today=today,
                room=_ROOM if view == "month" else len(entries.get(one, ())),
            )
            for one in days
        ],
        weekdays=[date_format(days.first + timedelta(days=place), "l") for place in range(7)],
        previous=_moved(day, view, -1),
        following=_moved(day, view, 1),
        today=today,
        is_cut=max(len(coming), len(due)) > MOST_SHOWN,
    )


def _with_slots(supplies: SupplyQuerySet, days: Days) -> SupplyQuerySet:
    """Whatever may come to its warehouse in these days, in any zone."""
    start, end = moments_anywhere(days)
    begins = Q(slot_from__gte=start, slot_from__lt=end)
    goes_on = Q(slot_from__gte=start - _LONGEST_SLOT, slot_from__lt=start, slot_to__gt=start)
    is_wished = Q(
        slot_from=None, wished_on__gte=days.first, wished_on__lt=days.after, status__in=BEFORE_SHIPPING
    )
    return _ordered(supplies.filter(begins | goes_on | is_wished))


def _with_deadlines(supplies: SupplyQuerySet, days: Days) -> SupplyQuerySet:
    """Whatever may have to be done in these days, in any zone."""
    start, end = moments_anywhere(days)
    is_to_fill = Q(fill_until__gte=start, fill_until__lt=end, status__in=NOT_READY)
    return _ordered(supplies.shipments().filter(is_to_fill | may_claim(start, end)))


def _ordered(rows: SupplyQuerySet) -> SupplyQuerySet:
    ordered: SupplyQuerySet = rows.exclude(status=SupplyStatus.CANCELLED).order_by("slot_from", "pk")
    return ordered


def _by_day(
    coming: Iterable[Supply], due: Iterable[Supply], *, days: Days, zone: ZoneInfo, now: datetime
) -> Mapping[date, Sequence[Entry]]:
    found: dict[date, list[Entry]] = defaultdict(list)
    for supply in coming:
        if supply.slot_from is not None:
            day, entry = _slot(supply, supply.slot_from, since=days.first, now=now)
            found[day].append(entry)
        elif supply.wished_on is not None:
            found[supply.wished_on].append(_wish(supply, supply.wished_on))
    for supply in due:
        for day, entry in _due(supply, zone=zone, now=now):
            found[day].append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: (entry.minute, entry.supply.pk, entry.is_deadline))
    return found


def _wish(supply: Supply, day: date) -> Entry:
    """A supply that waits for its slot, on the day that is wished for it."""
    return Entry(
        supply=supply,
        time=_("all day"),
        title=_place(supply),
        note=_("no slot yet"),
        full=_("wished %(day)s") % {"day": formats.day(day)},
        tone="warning" if supply.is_shipment else "neutral",
    )


def _slot(supply: Supply, begins: datetime, *, since: date, now: datetime) -> tuple[date, Entry]:
    """The slot on the day that it begins, or on the first day shown when it began before and goes on."""
    zone = zone_of(supply)
    start, end = (moment.astimezone(zone) for moment in (begins, supply.slot_to or begins))
    goes_on = start.date() < since <= (end - timedelta.resolution).date()
    hours = _("until %(time)s") % {"time": f"{end:%H:%M}"} if goes_on else f"{start:%H:%M}"
    waits = supply.is_shipment and supply.status in BEFORE_SHIPPING
    tone: Tone = getattr(supply.status, "tone", "neutral")
    if waits:
        pressing = tone_of(supply.slot_to or begins, now=now)
        is_unready = supply.status in NOT_READY and pressing == "danger"
        tone = "danger" if is_unready or begins < now else tone
    entry = Entry(
        supply=supply,
        time=days_text(supply) or f"{hours}{_zone_mark(zone, begins)}",
        title=_place(supply),
        note=_units(supply),
        full=slot_text(supply),
        tone=tone,
        left=left_text(supply.slot_to or begins, now=now) if waits else "",
        minute=0 if goes_on else start.hour * 60 + start.minute,
    )
    return since if goes_on else start.date(), entry


def _due(supply: Supply, *, zone: ZoneInfo, now: datetime) -> list[tuple[date, Entry]]:
    """Deadlines other than the slot itself, in the company's zone; also those of claims that have passed."""
    entries = []
    moments = {
        one.kind: (one.at, one.name, one.tone)
        for one in deadlines(supply, zone=zone, now=now)
        if one.at is not None and one.kind is not AttentionKind.OVERDUE
    }
    if supply.missing_units and supply.status in COUNTED and AttentionKind.DISCREPANCY not in moments:
        until, _rule = claim_until(supply, zone=zone)
        if until is not None:
            moments[AttentionKind.DISCREPANCY] = (until, _("The time to object is over"), "neutral")
    for at, name, tone in moments.values():
        local = at.astimezone(zone)
        entry = Entry(
            supply=supply,
            time=f"{local:%H:%M}{_zone_mark(zone, at)}",
            title=name,
            note=str(supply),
            full=name,
            tone=tone if tone != "neutral" or at < now else "warning",
            is_deadline=True,
            left=left_text(at, now=now) if at >= now else "",
            minute=local.hour * 60 + local.minute,
        )
        entries.append((local.date(), entry))
    return entries


def _zone_mark(zone: ZoneInfo, at: datetime) -> str:
    """The zone beside a time, where it is not Moscow's."""
    if at.astimezone(zone).utcoffset() == at.astimezone(MOSCOW).utcoffset():
        return ""
    return f" {zone_label(zone, at)}"


def _place(supply: Supply) -> str:
    return supply.warehouse_name or supply.cluster_name or str(supply)


def _units(supply: Supply) -> str:
    counted = (supply.accepted, supply.declared, supply.planned)
    units = next((one for one in counted if one is not None), None)
    return formats.units(units) if units is not None else ""


def _cell(day: date, entries: Sequence[Entry], *, days: Days, today: date, room: int) -> DayCell:
    begins = day.day == 1 or day == days.first
    return DayCell(
        day=day,
        number=formats.day(day, today=today) if begins else str(day.day),
        name=formats.day(day, weekday=True, today=today),
        is_today=day == today,
        is_off=day.weekday() >= 5,
        entries=entries[:room],
        more=max(0, len(entries) - room),
    )


def _title(day: date, view: View, days: Days, *, today: date) -> str:
    return date_format(day, "F Y") if view == "month" else formats.day_range(days, today=today)


def _moved(day: date, view: View, by: int) -> date:
    """The day that leads to the page before or after; the first of a month, so that none is skipped."""
    if view == "week":
        return day + by * _WEEK
    first = day.replace(day=1)
    if by < 0:
        return (first - timedelta(days=1)).replace(day=1)
    return (first + timedelta(days=31)).replace(day=1)
