"""Slots and deadlines in the zone of their warehouse, in words."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q
from django.utils.translation import gettext as _

from core import formats
from core.periods import MOSCOW, Days

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from supplies.models import Supply

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
# The sun is nowhere further from Greenwich than this.
_ZONES: Final = timedelta(hours=15)


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


def moments_anywhere(days: Days) -> tuple[datetime, datetime]:
    """From when until when it is one of the days in some zone."""
    start, end = (datetime.combine(day, time(), UTC) for day in (days.first, days.after))
    return start - _ZONES, end + _ZONES


def with_slot_in(supplies: QuerySet[Any], days: Days) -> QuerySet[Any]:
    """Supplies whose slot begins on one of the days as it is printed, in `zone_of` each; one query, for the zones that
    there are. Which zone a name means is decided here and not by PostgreSQL, to which an unknown one is an error."""
    start, end = moments_anywhere(days)
    near = supplies.filter(slot_from__gte=start, slot_from__lt=end)
    asked = Q(pk__in=())
    for told, place in near.order_by().values_list("slot_zone", "warehouse__time_zone").distinct():
        moments = days.moments(named_zone(told or place or ""))
        asked |= Q(
            slot_zone=told,
            warehouse__time_zone=place,
            slot_from__gte=moments.start,
            slot_from__lt=moments.end,
        )
    return near.filter(asked)


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
    """`21 ноя, 14:00–15:00 (МСК)`, over midnight `30 ноя, 23:30 – 1 дек, 00:30 (МСК−1)`, of whole days `1–3 дек
    (МСК)`; empty without a slot."""
    if supply.slot_from is None:
        return ""
    zone = zone_of(supply)
    days = _whole_days(supply, zone)
    when = (
        formats.day_range(days)
        if days and len(days) > 1
        else f"{_day_text(supply.slot_from, zone)}, {hours_text(supply)}"
    )
    return f"{when} ({zone_label(zone, supply.slot_from)})"


def hours_text(supply: Supply) -> str:
    """`14:00–15:00` of a slot, with the day of its end when that is another; empty without a slot."""
    if supply.slot_from is None:
        return ""
    zone = zone_of(supply)
    start = supply.slot_from.astimezone(zone)
    if supply.slot_to is None or supply.slot_to == supply.slot_from:
        return f"{start:%H:%M}"
    if _whole_days(supply, zone):
        return days_text(supply)
    end = supply.slot_to.astimezone(zone)
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    return f"{start:%H:%M} – {_day_text(supply.slot_to, zone)}, {end:%H:%M}"


def days_text(supply: Supply) -> str:
    """`all day` when only the day of a slot is told, `1–3 дек` of a slot longer than a day; empty for one of hours."""
    if supply.slot_from is None or supply.slot_to is None:
        return ""
    zone = zone_of(supply)
    if days := _whole_days(supply, zone):
        return formats.day_range(days) if len(days) > 1 else _("all day")
    start, end = supply.slot_from.astimezone(zone), supply.slot_to.astimezone(zone)
    if end - start <= _DAY:
        return ""
    last = (end - timedelta.resolution).date()
    return formats.day_range(Days(first=start.date(), after=last + _DAY))


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


def _whole_days(supply: Supply, zone: ZoneInfo) -> Days | None:
    """The days of a slot that lasts from one midnight of the zone to another, or to the minute before it."""
    if supply.slot_from is None or supply.slot_to is None:
        return None
    start, end = supply.slot_from.astimezone(zone), supply.slot_to.astimezone(zone) + _MINUTE
    if start.time() != time() or end.time() > time(0, 1) or end.date() <= start.date():
        return None
    return Days(first=start.date(), after=end.date())


def _day_text(at: datetime, zone: ZoneInfo) -> str:
    return formats.day(at.astimezone(zone).date())
