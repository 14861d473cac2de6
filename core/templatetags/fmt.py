"""Filters for numbers, money and times. Zero comes out grey, unknown as a dash; `text` keeps it plain.

Options are words in one argument: `{{ sum|money:"kopecks bare" }}`, `{{ share|percent:"2 signed" }}`.
Inside an attribute or a translated sentence add `text`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import mark_safe

from core import formats

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from core.periods import Days

register = template.Library()


@lru_cache(maxsize=256)
def _options(words: str, allowed: frozenset[str]) -> tuple[frozenset[str], int | None, str | None]:
    """Split the argument of a filter into flags, a number of digits and a currency code."""
    flags, digits, currency = set(), None, None
    for word in words.split():
        if word in allowed:
            flags.add(word)
        elif word.isdigit():
            digits = int(word)
        elif len(word) == 3 and word.isupper():
            currency = word
        else:
            raise template.TemplateSyntaxError(
                f"unknown option {word!r}; known: {', '.join(sorted(allowed))}"
            )
    return frozenset(flags), digits, currency


_PLAIN = frozenset({"signed", "text"})
_MONEY = _PLAIN | {"kopecks", "bare"}
_DAY = frozenset({"weekday", "long"})


def _shown(value: Any, text: str, flags: frozenset[str]) -> str:
    """Grey for zero and unknown, unless plain text was asked for."""
    if value or "text" in flags:
        return text
    return mark_safe(f'<span class="zero">{text}</span>')  # noqa: S308 - our own digits


def _known(value: Any) -> Any:
    return None if value == "" else value


@register.filter
def number(value: Any, options: str = "") -> str:
    """`12 480`; options: digits, `signed`, `text`."""
    value = _known(value)
    flags, digits, _currency = _options(options, _PLAIN)
    return _shown(value, formats.number(value, digits=digits or 0, signed="signed" in flags), flags)


@register.filter
def money(value: Any, options: str = "") -> str:
    """`2 380 ₽`; options: `kopecks`, `bare` (no sign), `signed`, `text`, a currency code."""
    value = _known(value)
    flags, _digits, currency = _options(options, _MONEY)
    text = formats.money(
        value,
        currency=currency or "RUB",
        kopecks="kopecks" in flags,
        symbol="bare" not in flags,
        signed="signed" in flags,
    )
    return _shown(value, text, flags)


@register.filter
def short_money(value: Any, options: str = "") -> str:
    """`15,11 млн ₽`; options: `bare`, `text`, a currency code."""
    value = _known(value)
    flags, _digits, currency = _options(options, _MONEY)
    return _shown(
        value, formats.short_money(value, currency=currency or "RUB", symbol="bare" not in flags), flags
    )


@register.filter
def percent(value: Any, options: str = "") -> str:
    """`4,8 %` from 0.048; options: digits (1 unless told), `signed`, `text`."""
    value = _known(value)
    flags, digits, _currency = _options(options, _PLAIN)
    text = formats.percent(value, digits=1 if digits is None else digits, signed="signed" in flags)
    return _shown(value, text, flags)


@register.filter
def points(value: Any, options: str = "") -> str:
    """`0,6 п.п.` from 0.006; options: digits, `signed`, `text`."""
    value = _known(value)
    flags, digits, _currency = _options(options, _PLAIN)
    text = formats.points(value, digits=1 if digits is None else digits, signed="signed" in flags)
    return _shown(value, text, flags)


@register.filter
def units(value: Any, options: str = "") -> str:
    """`12 шт.`; options: `signed`, `text`."""
    value = _known(value)
    flags, _digits, _currency = _options(options, _PLAIN)
    return _shown(value, formats.units(value, signed="signed" in flags), flags)


@register.filter
def days(value: Any, options: str = "") -> str:
    """`38 дн.`; options: digits, `text`."""
    value = _known(value)
    flags, digits, _currency = _options(options, _PLAIN)
    return _shown(value, formats.days(value, digits=digits or 0), flags)


@register.filter
def day(value: date | datetime | None, options: str = "") -> str:
    """`22 ноя`; options: `weekday` (`вс, 22 ноя`), `long` (`22 ноября`)."""
    flags, _digits, _currency = _options(options, _DAY)
    value = _known(value)
    return formats.long_day(value) if "long" in flags else formats.day(value, weekday="weekday" in flags)


@register.filter
def day_range(value: Days | None) -> str:
    """`18–24 ноя` from core.periods.Days."""
    return formats.day_range(value) if value else formats.UNKNOWN


@register.filter
def moment(value: datetime | None) -> str:
    """`09:12` today, `22 ноя, 03:07` otherwise, in the company's zone."""
    return formats.moment(_known(value))


@register.filter
def clock(value: datetime | None) -> str:
    """`09:12`."""
    return formats.clock(_known(value))


@register.filter
def ago(value: datetime | None) -> str:
    """`5 минут назад`."""
    return formats.ago(_known(value))


@register.filter
def duration(value: timedelta | None) -> str:
    """`15 ч 23 мин`."""
    return formats.duration(_known(value))
