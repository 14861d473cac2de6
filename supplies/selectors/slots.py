"""Slots and deadlines in the zone of their warehouse, in words."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from core import formats
from core.periods import MOSCOW

if TYPE_CHECKING:
    from supplies.models import Supply


def zone_of(supply: Supply) -> ZoneInfo:
    """The zone in which the times of a supply are printed: as told, else its warehouse's, else Moscow's."""
    warehouse = supply.warehouse
    return named_zone(supply.slot_zone or (warehouse.time_zone if warehouse else ""))


@lru_cache(maxsize=64)
def named_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; Moscow's for a name that nobody knows."""
    try:
        return ZoneInfo(name) if name else MOSCOW
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return MOSCOW


def zone_label(zone: ZoneInfo, at: datetime) -> str:
    """`MSK`, `MSK+7`, `MSK−1`: how far the zone is from Moscow's at that moment."""
    apart = (at.astimezone(zone).utcoffset() or timedelta(0)) - (
        at.astimezone(MOSCOW).utcoffset() or timedelta(0)
    )
    minutes = round(apart.total_seconds() / 60)
    msk = _("MSK")
    if not minutes:
        return msk
    hours, rest = divmod(abs(minutes), 60)
    tail = f"{hours}:{rest:02}" if rest else str(hours)
    return f"{msk}{'+' if minutes > 0 else '−'}{tail}"


def slot_text(supply: Supply) -> str:
    """`21 ноя, 14:00–15:00 (МСК)`, over midnight `30 ноя, 23:30 – 1 дек, 00:30 (МСК−1)`; empty without a slot."""
    if supply.slot_from is None:
        return ""
    zone = zone_of(supply)
    label = zone_label(zone, supply.slot_from)
    return f"{_day_text(supply.slot_from, zone)}, {hours_text(supply)} ({label})"


def hours_text(supply: Supply) -> str:
    """`14:00–15:00` of a slot, with the day of its end when that is another; empty without a slot."""
    if supply.slot_from is None:
        return ""
    zone = zone_of(supply)
    start = supply.slot_from.astimezone(zone)
    if supply.slot_to is None or supply.slot_to == supply.slot_from:
        return f"{start:%H:%M}"
    end = supply.slot_to.astimezone(zone)
    if _is_whole_day(start, end):
        return _("all day")
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    return f"{start:%H:%M} – {_day_text(supply.slot_to, zone)}, {end:%H:%M}"


def is_all_day(supply: Supply) -> bool:
    """Whether only the day is told: the slot lasts from one midnight of the warehouse to the next."""
    if supply.slot_from is None or supply.slot_to is None:
        return False
    zone = zone_of(supply)
    return _is_whole_day(supply.slot_from.astimezone(zone), supply.slot_to.astimezone(zone))


def moment_text(at: datetime, zone: ZoneInfo) -> str:
    """`29 ноя, 13:30 (МСК)`: a moment with the zone it is told in."""
    return f"{_day_text(at, zone)}, {at.astimezone(zone):%H:%M} ({zone_label(zone, at)})"


def left_text(until: datetime, *, now: datetime) -> str:
    """How much time is left, or by how much it is over."""
    if until >= now:
        return formats.duration(until - now)
    return _("over by %(time)s") % {"time": formats.duration(now - until)}


def ends_at(supply: Supply) -> datetime | None:
    """When the slot is over."""
    return supply.slot_to or supply.slot_from


def _is_whole_day(start: datetime, end: datetime) -> bool:
    return start.time() == time() and end >= (start + timedelta(days=1)) - timedelta(minutes=1)


def _day_text(at: datetime, zone: ZoneInfo) -> str:
    return formats.day(at.astimezone(zone).date())
