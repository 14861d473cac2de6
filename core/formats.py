"""Numbers, money and times as text for people; Russian typography in every language of the cabinet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from core.periods import Days

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
UNKNOWN: Final = "–"
_PLACES: Final = tuple(Decimal(1).scaleb(-digits) for digits in range(9))
_SYMBOLS: Final = {
    "RUB": "₽",
    "USD": "$",
    "EUR": "€",
    "CNY": "¥",
    "KZT": "₸",
    "BYN": "Br",
    "AMD": "֏",
    "KGS": "с",
}
# Each list is one message, its names parted by spaces, in the form they take after a day.
_MONTHS: Final = gettext_lazy("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
_LONG_MONTHS: Final = gettext_lazy(
    "January February March April May June July August September October November December"
)
_WEEKDAYS: Final = gettext_lazy("Mon Tue Wed Thu Fri Sat Sun")

Number = int | float | Decimal
Direction = Literal["up", "down", "flat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a figure moved against the period before: a direction, a text, and whether that is good news."""

    direction: Direction
    text: str
    is_good: bool | None


def as_decimal(value: Number | str) -> Decimal:
    """The value as an exact Decimal; floats by their shortest notation."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(value: Number | None, *, digits: int = 0, signed: bool = False) -> str:
    """`−2 380,5`: thousands by a no-break space, decimal comma, a real minus; – when unknown."""
    if value is None:
        return UNKNOWN
    # Most figures of a list are whole already, and a list has hundreds of them.
    rounded: int | Decimal
    if digits == 0 and isinstance(value, int):
        rounded = value
    else:
        rounded = as_decimal(value).quantize(_PLACES[digits], rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}".replace(",", NBSP).replace(".", ",")
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


def money(
    value: Number | None,
    *,
    currency: str = "RUB",
    kopecks: bool = False,
    symbol: bool = True,
    signed: bool = False,
) -> str:
    """`2 380 ₽`, with kopecks `2 380,00 ₽`; the bare figure when the unit stands in the header."""
    if value is None:
        return UNKNOWN
    text = number(value, digits=2 if kopecks else 0, signed=signed)
    return f"{text}{NBSP}{currency_symbol(currency)}" if symbol else text


def currency_symbol(currency: str) -> str:
    """`₽` for RUB; the code itself where there is no sign everybody knows."""
    return _SYMBOLS.get(currency, currency)


def short_money(value: Number | None, *, currency: str = "RUB", symbol: bool = True) -> str:
    """`15,11 млн ₽` from a million up, whole roubles below: for KPI tiles and axes."""
    if value is None:
        return UNKNOWN
    figure, unit = short_parts(value)
    sign = currency_symbol(currency) if symbol else ""
    return NBSP.join(part for part in (figure, unit, sign) if part)


def short_parts(value: Number) -> tuple[str, str]:
    """The figure of `short_money` and its magnitude word, which is empty below a million."""
    amount = as_decimal(value)
    if abs(amount) >= 1_000_000_000:
        return number(amount / 1_000_000_000, digits=2), _("bn")
    if abs(amount) >= 1_000_000:
        return number(amount / 1_000_000, digits=2), _("m")
    return number(amount), ""


def percent(share: Number | None, *, digits: int = 1, signed: bool = False) -> str:
    """`4,8 %` from the share 0.048."""
    if share is None:
        return UNKNOWN
    return f"{number(as_decimal(share) * 100, digits=digits, signed=signed)}{NBSP}%"


def points(share: Number | None, *, digits: int = 1, signed: bool = False) -> str:
    """`0,6 п.п.`: a difference of two shares."""
    if share is None:
        return UNKNOWN
    unit = _("pp")
    return f"{number(as_decimal(share) * 100, digits=digits, signed=signed)}{NBSP}{unit}"


def units(count: Number | None, *, signed: bool = False) -> str:
    """`12 шт.`"""
    unit = _("pcs.")
    return UNKNOWN if count is None else f"{number(count, signed=signed)}{NBSP}{unit}"


def days(count: Number | None, *, digits: int = 0) -> str:
    """`38 дн.`"""
    unit = _("d.")
    return UNKNOWN if count is None else f"{number(count, digits=digits)}{NBSP}{unit}"


def change(
    now: Number | None,
    before: Number | None,
    *,
    more_is_better: bool | None = True,
    shares: bool = False,
) -> Change | None:
    """Compare a figure with the period before; None when either is unknown or the base is zero.

    Two shares differ by percentage points, anything else by a percentage of the base.
    """
    if now is None or before is None:
        return None
    difference = as_decimal(now) - as_decimal(before)
    if shares:
        text = points(abs(difference))
        is_flat = abs(difference) < Decimal("0.0005")
    elif not before:
        return None
    else:
        ratio = abs(difference / as_decimal(before))
        text = percent(ratio)
        is_flat = ratio < Decimal("0.0005")
    if is_flat:
        return Change(direction="flat", text=text, is_good=None)
    grew = difference > 0
    is_good = None if more_is_better is None else grew is more_is_better
    return Change(direction="up" if grew else "down", text=text, is_good=is_good)


# ---- days and moments ---------------------------------------------------------------------------------------


def day(value: date | datetime | None, *, weekday: bool = False, today: date | None = None) -> str:
    """`22 ноя`, with the year when it is not this one, with `вс, ` in front when asked."""
    if value is None:
        return UNKNOWN
    local = _local_day(value)
    text = f"{local.day}{NBSP}{_name(_MONTHS, local.month - 1)}"
    if local.year != (today or timezone.localdate()).year:
        text = f"{text}{NBSP}{local.year}"
    return f"{_name(_WEEKDAYS, local.weekday())}, {text}" if weekday else text


def long_day(value: date | datetime | None, *, today: date | None = None) -> str:
    """`22 ноября`, with the year when it is not this one."""
    if value is None:
        return UNKNOWN
    local = _local_day(value)
    text = f"{local.day}{NBSP}{_name(_LONG_MONTHS, local.month - 1)}"
    return text if local.year == (today or timezone.localdate()).year else f"{text}{NBSP}{local.year}"


def day_range(period: Days, *, today: date | None = None) -> str:
    """`18–24 ноя`, `27 окт – 23 ноя`, one day as a day."""
    first, last = period.first, period.last
    if first >= last:
        return day(first, today=today)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, today=today)}"
    return f"{day(first, today=today)} – {day(last, today=today)}"


def clock(value: datetime | None) -> str:
    """`09:12` in the active time zone."""
    return UNKNOWN if value is None else f"{timezone.localtime(value):%H:%M}"


def moment(value: datetime | None, *, now: datetime | None = None) -> str:
    """`09:12` today, `22 ноя, 03:07` this year, else with the year; in the active time zone."""
    if value is None:
        return UNKNOWN
    local = timezone.localtime(value)
    today = timezone.localtime(now or timezone.now()).date()
    time = f"{local:%H:%M}"
    return time if local.date() == today else f"{day(local.date(), today=today)}, {time}"


def duration(value: timedelta | None) -> str:
    """`15 ч 23 мин`, `2 дн. 6 ч`: the two largest units, minutes at least."""
    if value is None:
        return UNKNOWN
    minutes = round(abs(value.total_seconds()) / 60)
    if minutes < 1:
        return _("under a minute")
    hours, minutes = divmod(minutes, 60)
    whole_days, hours = divmod(hours, 24)
    parts = [(whole_days, _("d.")), (hours, _("h")), (minutes, _("min"))]
    start = next(index for index, (count, _unit) in enumerate(parts) if count)
    return " ".join(f"{count}{NBSP}{unit}" for count, unit in parts[start : start + 2] if count)


def ago(value: datetime | None, *, now: datetime | None = None) -> str:
    """`5 минут назад`, `3 часа назад`, `2 дня назад`; the moment itself when older than a week."""
    if value is None:
        return UNKNOWN
    seconds = ((now or timezone.now()) - value).total_seconds()
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        count = int(seconds // 60)
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    if seconds < 86_400:
        count = int(seconds // 3600)
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    if seconds < 7 * 86_400:
        count = int(seconds // 86_400)
        return ngettext("%(count)d day ago", "%(count)d days ago", count) % {"count": count}
    return moment(value, now=now)


def as_of(value: datetime | None, *, now: datetime | None = None) -> str:
    """`на 09:12`: the tail of a freshness stamp."""
    if value is None:
        return _("no data yet")
    return _("as of %(moment)s") % {"moment": moment(value, now=now)}


def _local_day(value: date | datetime) -> date:
    if not isinstance(value, datetime):
        return value
    return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()


def _name(names: StrPromise, index: int) -> str:
    return str(names).split()[index]
