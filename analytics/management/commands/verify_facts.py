"""Compares every fact with what it is made of; finds what is wrong and, on demand, mends it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import BaseCommand, CommandError

from analytics.services import VerifiedDays, verify_range
from companies.models import Company
from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser

    from analytics.facts import Difference

# More lines than this help nobody; they are counted all the same.
_MOST_LINES: Final = 200


class Command(BaseCommand):
    """`verify_facts --company SLUG [--from DAY] [--to DAY] [--repair]`"""

    help = (
        "Sum up daily facts, processing times, returns, closing stock and order tallies anew and compare them, row by "
        "row, with what is held. Days are business days of the company, both ends included; without them, all that "
        "is known. Exit code 1 when anything differs and is not repaired."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="slug of the company, as in its address")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, 2026-11-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day, 2026-11-24")
        parser.add_argument("--repair", action="store_true", help="build again what differs")

    def handle(self, *_args: Any, **options: Any) -> None:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"No company has the slug {options['company']!r}.")
        period = _period(options["first"], options["last"])
        repairs = options["repair"]
        days, wrong = self._follow(verify_range(company, period, repairs=repairs))
        self.stdout.write(f"Compared {days} days, {wrong} differences{' repaired' if repairs else ''}.")
        if wrong and not repairs:
            raise CommandError("The facts differ from what they are made of: run with --repair.")

    def _follow(self, steps: Iterator[VerifiedDays]) -> tuple[int, int]:
        """Print the differences as they are found; returns the days gone through and the differences."""
        days = wrong = 0
        for step in steps:
            days += len(step.days)
            for difference in step.differences[: max(0, _MOST_LINES - wrong)]:
                self.stdout.write(_line(difference))
            wrong += len(step.differences)
        if wrong > _MOST_LINES:
            self.stdout.write(f"… and {wrong - _MOST_LINES} more")
        return days, wrong


def _line(one: Difference) -> str:
    """`2026-11-20 analytics_dailyfact account_id=1 …: ordered_units 3, right 2`"""
    key = " ".join(f"{name}={value}" for name, value in one.key)
    if one.held is None or one.right is None:
        what = "is missing" if one.held is None else "should not be"
        values = ", ".join(f"{name} {value}" for name, value in one.held or one.right or ())
        return f"{one.day} {one.table} {key}: {what} ({values})"
    pairs = zip(one.held, one.right, strict=True)
    words = (f"{name} {held}, right {right}" for (name, held), (_name, right) in pairs if held != right)
    return f"{one.day} {one.table} {key}: {'; '.join(words)}"


def _period(first: date | None, last: date | None) -> Days | None:
    """The days asked for. Raises CommandError when they end before they begin."""
    if first is None and last is None:
        return None
    first, last = first or date.min, last or date.max - timedelta(days=1)
    if last < first:
        raise CommandError(f"The period ends before it begins: {first} … {last}.")
    return Days(first=first, after=last + timedelta(days=1))
