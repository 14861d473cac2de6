"""Facts kept by day and summed by week and month, so that a long period is few rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models

from analytics.choices import Span
from companies.scoping import CompanyOwned, CompanyQuerySet
from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# What a range may be cut into, the longest first; single days always.
_SHORTER: Final = {Span.MONTH: (Span.MONTH, Span.WEEK), Span.WEEK: (Span.WEEK,), Span.DAY: ()}


class _IsOneOf(models.Func):
    """Whether the span and the day of a row are one of some pairs.

    The pairs are rows to join with, not conditions joined by OR: so the index that holds the sums is asked for each,
    answers alone, and PostgreSQL knows how much that will be.
    """

    arity = 2
    output_field = models.BooleanField()
    template = "(%(expressions)s) IN (SELECT * FROM unnest(%%s::text[], %%s::date[]))"

    def __init__(self, pairs: tuple[tuple[str, date], ...]) -> None:
        super().__init__("span", "day")
        self.pairs = pairs

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # narrower
        """The comparison, for the pairs as they are."""
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, [*params, [span for span, _day in self.pairs], [day for _span, day in self.pairs]]


class SpanQuerySet(CompanyQuerySet):
    """Rows of facts that tell the same days more than once: ask for some of them by one of these words."""

    def daily(self) -> Self:
        """The rows of single days."""
        return self.filter(span=Span.DAY)

    def within(self, days: Days, *, longest: Span = Span.MONTH) -> Self:
        """As few rows as tell these days, every day once: whole months, weeks, and single days at the ends."""
        pairs = (
            (span.value, first)
            for span, part in spans_of(days, longest=longest)
            for first in firsts_of(span, part)
        )
        return self.filter(_IsOneOf(tuple(pairs)))


class Spanned(CompanyOwned):
    """Base of facts kept by day and summed by week and month: `day` is the first of the span."""

    span = models.CharField(max_length=8, choices=Span, default=Span.DAY)
    day = models.DateField()

    class Meta:
        abstract = True


def spans_of(days: Days, *, longest: Span = Span.MONTH) -> Iterator[tuple[Span, Days]]:
    """Cut days into ranges of whole months, of whole weeks at their ends, and of single days; together they are the
    days, none twice."""
    for span in _SHORTER[longest]:
        whole = _whole(span, days)
        if whole:
            yield from spans_of(Days(first=days.first, after=whole.first), longest=Span.WEEK)
            yield span, whole
            yield from spans_of(Days(first=whole.after, after=days.after), longest=Span.WEEK)
            return
    if days:
        yield Span.DAY, days


def firsts_of(span: Span, days: Days) -> Iterator[date]:
    """The first days of the whole spans that make up a range."""
    day = days.first
    while day < days.after:
        yield day
        day = span_around(span, day).after


def span_around(span: Span, day: date) -> Days:
    """The day, week or month that a day is in."""
    if span is Span.DAY:
        return Days(first=day, after=day + _ONE_DAY)
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return Days(first=first, after=first + _WEEK)
    first = day.replace(day=1)
    return Days(first=first, after=(first + timedelta(days=32)).replace(day=1))


def _whole(span: Span, days: Days) -> Days:
    """The spans that lie wholly inside, as one range; empty where none does."""
    first, last = span_around(span, days.first), span_around(span, days.after)
    start = days.first if first.first == days.first else first.after
    return Days(first=start, after=max(start, last.first))
