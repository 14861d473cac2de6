"""Charts as components: each draws one dataclass of core.svg and keeps the numbers in a table behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from core import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

register = template.Library()


def _draw(name: str, **variables: object) -> SafeString:
    markup = get_template(f"components/chart_{name}.html").render(variables)
    return mark_safe(markup.strip())  # noqa: S308 - rendered template output


@register.simple_tag
def line_chart(chart: svg.LineChart) -> SafeString:
    """How something moves, against the period before."""
    return _draw("line", chart=chart, plot=svg.line_plot(chart))


@register.simple_tag
def stacked_bars(chart: svg.StackedBars) -> SafeString:
    """What something is made of, category by category."""
    return _draw("bars", chart=chart, plot=svg.bar_plot(chart))


@register.simple_tag
def heat_map(chart: svg.HeatMap) -> SafeString:
    """When, or which with which."""
    return _draw("heat", chart=chart, plot=svg.heat_plot(chart))


@register.simple_tag
def pareto(chart: svg.Pareto) -> SafeString:
    """What to fix first."""
    return _draw("pareto", chart=chart, plot=svg.pareto_plot(chart))


@register.simple_tag
def sparkline(
    now: Sequence[svg.Value | None], before: Sequence[svg.Value | None] = (), *, inline: bool = False
) -> SafeString:
    """The shape of a series in a tile, or `inline` in a row; the figure beside it says the number."""
    return _draw("spark", spark=svg.sparkline(now, before, height=20 if inline else 32), inline=inline)
