"""Figures: tiles, decisions, bars in a cell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import formats
from core.ui.rendering import component

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.components import (
        Decision,
        Part,
    )

register = template.Library()


@register.simple_tag
def kpi(
    label: Any,
    value: Any,
    *,
    unit: Any = "",
    change: formats.Change | None = None,
    was: Any = "",
    note: Any = "",
    spark: Any = "",
    definition: Any = "",
    url: str = "",
    align: str = "",
) -> SafeString:
    """A figure with its unit, the change against the period before and its shape; goes into `kpis`.

    `value` is ready text; None is «нет данных» with `note` saying why.
    """
    return component(
        "kpi",
        label=label, value=value, unit=unit, change=change, was=was, note=note, spark=spark,
        definition=definition, url=url, align=align,
    )  # fmt: skip


@register.simple_block_tag
def kpis(content: str, *, label: Any) -> SafeString:
    """The strip of figures: one instrument with several dials."""
    return component("kpis", body=content, label=label)


@register.simple_tag
def decision(item: Decision) -> SafeString:
    """A row of «needs a decision»; goes into an `<ol class="decisions">`."""
    return component("decision", item=item)


@register.simple_tag
def cover_bar(
    days: float | None,
    *,
    scale: float = 60,
    supply_in: float | None = None,
    red: float = 7,
    amber: float = 14,
) -> SafeString:
    """Days of cover: red under 7, amber under 14, grey beyond the scale; the tick is the next supply."""
    if days is None:
        return format_html('<span class="zero">{}</span>', formats.UNKNOWN)
    days = float(days)
    tone = "danger" if days < red else "warning" if days < amber else "muted" if days > scale else "accent"
    tick = _percents(float(supply_in) / scale) if supply_in is not None else ""
    return _cover(tone, _percents(days / scale), tick, formats.days(days))


@lru_cache(maxsize=2048)
def _cover(tone: str, width: str, tick: str, text: str) -> SafeString:
    return component("cover_bar", tone=tone, width=width, tick=tick, text=text)


def _percents(share: float) -> str:
    """A share as SVG takes it, kept inside the bar."""
    return f"{min(max(float(share), 0), 1) * 100:.2f}"


@register.simple_tag
def bar(
    share: float | None, *, tone: str = "accent", thin: bool = False, mark: float | None = None
) -> SafeString:
    """A share of 0–1 as a bar in a cell; `mark` is a tick (an average, a norm)."""
    return _bar(_percents(share or 0), _percents(mark) if mark is not None else "", tone, thin)


@lru_cache(maxsize=2048)
def _bar(width: str, tick: str, tone: str, thin: bool) -> SafeString:  # noqa: FBT001 - part of the cache key
    return component("bar", width=width, tick=tick, tone=tone, thin=thin)


@register.simple_tag
def stock_bar(parts: Sequence[Part], *, legend: bool = True, label: Any = "") -> SafeString:
    """A whole and its parts in one flat bar, with the figures beside (stock, statuses, acceptance)."""
    total = sum(float(part.value) for part in parts)
    rows, start = [], 0.0
    for part in parts:
        width = float(part.value) / total * 100 if total else 0.0
        rows.append({"part": part, "x": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return component("stock_bar", rows=rows, legend=legend, label=label)
