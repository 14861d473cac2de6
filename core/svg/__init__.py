"""Geometry of the charts: plain data in, coordinates as text out. Templates draw them, CSS colours them.

One module a chart, named as its template: what pages give, what the template draws, the measuring between.
x is in percents or in a box of 1000 that stretches, y in pixels, so text keeps its size at any width.
Unknown values (None) are gaps, never zeros.
"""

from core.svg.axes import Tick
from core.svg.bars import BarPlot, Fill, Rect, Series, StackedBars, bar_plot
from core.svg.heat import HeatCell, HeatMap, HeatPlot, heat_plot
from core.svg.line import LineChart, LinePlot, Named, NamedMark, Point, line_plot
from core.svg.pareto import Pareto, ParetoPlot, ParetoRow, Share, pareto_plot
from core.svg.places import Anchor
from core.svg.scales import Scale, scale
from core.svg.spark import Sparkline, sparkline
from core.svg.values import Value, Write

__all__ = [
    "Anchor",
    "BarPlot",
    "Fill",
    "HeatCell",
    "HeatMap",
    "HeatPlot",
    "LineChart",
    "LinePlot",
    "Named",
    "NamedMark",
    "Pareto",
    "ParetoPlot",
    "ParetoRow",
    "Point",
    "Rect",
    "Scale",
    "Series",
    "Share",
    "Sparkline",
    "StackedBars",
    "Tick",
    "Value",
    "Write",
    "bar_plot",
    "heat_plot",
    "line_plot",
    "pareto_plot",
    "scale",
    "sparkline",
]
