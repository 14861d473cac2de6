"""Charts as components: what they draw, and what they say to readers."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template

from core import formats, svg
from tests.core.charts import bars, line


def drawn(tag: str, **context: object) -> str:
    return Template("{% load charts %}" + tag).render(Context(context))


@pytest.mark.parametrize(
    ("tag", "chart"),
    [
        ("{% line_chart chart %}", line(1, None, 3, 4, before_label="раньше", unripe_from=3)),
        ("{% stacked_bars chart %}", bars([10, None], [30, 0])),
        ("{% heat_map chart %}", svg.HeatMap(message="Заказы", rows=["а"], columns=["б"], values=[[3]])),
        ("{% pareto chart %}", svg.Pareto(message="Заказы", shares=[svg.Share(label="а", value=3)])),
    ],
)
def test_chart_says_its_message_and_keeps_a_table_behind(tag, chart):
    markup = drawn(tag, chart=chart)

    assert f'role="img" aria-label="{chart.message}"' in markup
    assert f"<title>{chart.message}</title>" in markup
    assert '<details class="chart__table">' in markup
    assert "style=" not in markup


def test_coordinates_keep_the_point_in_russian():
    markup = drawn("{% line_chart chart %}", chart=line(1, 2, 4))

    assert not re.search(r'(?:x|y|x1|x2|cx|cy|width|height)="[^"]*,', markup)


def test_chart_table_holds_every_number():
    markup = drawn("{% line_chart chart %}", chart=line(1200, None, text=formats.number))

    cells = re.findall(r'<td class="n">([^<]*)</td>', markup)
    assert cells == ["1\u00a0200", "–"]
