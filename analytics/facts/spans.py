"""Facts of days with their sums by week and month in the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analytics.choices import Span
from analytics.facts.tables import FactTable, bounds
from analytics.spans import span_around

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from companies.models import Company

_DAYS_ASKED: Final = "company_id = %(company)s AND span = 'day' AND day = ANY(%(days)s)"
# The weeks and months of the days; and what of the days has no right to be there, as a week that begins on a Tuesday.
_LONGER_ASKED: Final = """
    company_id = %(company)s AND span IN ('week', 'month')
    AND day = ANY(%(days)s::date[] || %(span_days)s::date[])
    AND (
        (span, day) IN (SELECT * FROM unnest(%(spans)s::text[], %(span_days)s::date[]))
        OR span = 'week' AND extract(isodow FROM day) <> 1
        OR span = 'month' AND extract(day FROM day) <> 1
    )
"""
# The weeks and months asked (s), each with the rows of its days (t).
DAYS_OF_SPANS: Final = """
    unnest(%(spans)s::text[], %(span_days)s::date[], %(span_afters)s::date[]) AS s (span, day, after)
    JOIN {table} t ON t.company_id = %(company)s AND t.span = 'day' AND t.day >= s.day AND t.day < s.after
"""
_LONGER: Final = f"""
    SELECT s.span, s.day, {{key}}, {{sums}}
    FROM {DAYS_OF_SPANS}
    GROUP BY s.span, s.day, {{key}}
"""  # noqa: S608 - constants of this module
_OF_SPAN: Final = "SELECT {columns} FROM (SELECT 'day' AS span, single.* FROM ({select}) single) named"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTable(FactTable):
    """A FactTable whose rows of days are summed by the weeks and months they are in. `key` leaves the span out.

    A row of a longer span is wrong only where it is not the sum of the rows held, so no queue excuses it.
    """

    queued: str = "different.span = 'day' AND t.day = different.day"

    @property
    def names(self) -> tuple[str, ...]:
        """What a row is known by, besides the company and the day."""
        return ("span", *self.key)

    @property
    def asked(self) -> str:
        """Which rows are those of the days, of their weeks and of their months."""
        return f"({_DAYS_ASKED} OR {_LONGER_ASKED})"

    @property
    def right(self) -> str:
        """Days from their source, longer spans from the days held."""
        of_days = _OF_SPAN.format(columns=self.columns, select=self.select)
        longer = f"SELECT {self.columns} FROM ({self.longer}) longer"  # noqa: S608 - our own words
        return f"{of_days} UNION ALL {longer}"

    @property
    def longer(self) -> str:
        """The SELECT of the weeks and months, out of the days held."""
        return _LONGER.format(
            key=", ".join(f"t.{name}" for name in self.key),
            sums=", ".join(f"sum(t.{name}) AS {name}" for name in self.sums),
            table=self.name,
        )

    def parameters(self, company: Company, days: Sequence[date]) -> dict[str, Any]:
        """What the statements are given: the days, and the weeks and months they are in."""
        longer = sorted({(span, *_ends(span, day)) for day in days for span in (Span.WEEK, Span.MONTH)})
        return bounds(company, days) | {
            "spans": [span.value for span, _first, _after in longer],
            "span_days": [first for _span, first, _after in longer],
            "span_afters": [after for _span, _first, after in longer],
        }

    def build(self, company: Company, days: Sequence[date]) -> int:
        """Replace the facts of the days and of the weeks and months they are in; returns how many rows of days."""
        parameters = self.parameters(company, days)
        self.delete(_DAYS_ASKED, parameters)
        count = self.insert(_OF_SPAN.format(columns=self.columns, select=self.select), parameters)
        self._lengthen(parameters)
        return count

    def lengthen(self, company: Company, days: Sequence[date]) -> None:
        """Replace the weeks and months that the days are in, out of the days held."""
        self._lengthen(self.parameters(company, days))

    def _lengthen(self, parameters: Mapping[str, Any]) -> None:
        self.delete(_LONGER_ASKED, parameters)
        self.insert(self.longer, parameters)


def _ends(span: Span, day: date) -> tuple[date, date]:
    around = span_around(span, day)
    return around.first, around.after
