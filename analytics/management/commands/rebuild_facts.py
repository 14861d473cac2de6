"""Builds facts and order tallies anew from the orders, or checks them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from analytics.services import RebuiltDays, check_range, rebuild_range
from companies.models import Company
from core.periods import Days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """`rebuild_facts --company SLUG [--from DAY] [--to DAY] [--dry-run | --check]`"""

    help = (
        "Build daily facts, closing stock and order tallies anew from orders and stock history. "
        "Days are business days of the company, both ends included; without them, all that is known. "
        "Exit code 1 when --check finds a difference."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="slug of the company, as in its address")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, 2026-11-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day, 2026-11-24")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--dry-run", action="store_true", help="say what differs, write nothing")
        mode.add_argument(
            "--check", action="store_true", help="the same, and exit with 1 when anything differs"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"No company has the slug {options['company']!r}.")
        reads_only = options["dry_run"] or options["check"]
        period = self._period(options["first"], options["last"])
        steps = check_range(company, period) if reads_only else rebuild_range(company, period)
        days, wrong = self._follow(steps, verbosity=options["verbosity"])
        verb = "Checked" if reads_only else "Built"
        self.stdout.write(f"{verb} {days} days, {wrong} differences{'' if reads_only else ' repaired'}.")
        if options["check"] and wrong:
            raise CommandError("The facts or the tallies differ from the orders: run without --check.")

    def _follow(self, steps: Iterator[RebuiltDays], *, verbosity: int) -> tuple[int, int]:
        """Print every step as it comes; returns the days gone through and the differences found."""
        days = wrong = 0
        for step in steps:
            days += len(step.days)
            wrong += len(step.wrong_days) + len(step.wrong_tallies)
            if verbosity:
                self.stdout.write(
                    f"{step.days[0]} … {step.days[-1]}: {step.fact_rows} facts, {step.stock_rows} closing stocks"
                )
            for day in step.wrong_days:
                self.stdout.write(f"  {day}: the facts differ from the orders")
            for day, account_id, status, tallied, counted in step.wrong_tallies:
                self.stdout.write(
                    f"  {day}, account {account_id}, {status}: tally {tallied}, orders {counted}"
                )
        return days, wrong

    @staticmethod
    def _period(first: date | None, last: date | None) -> Days | None:
        if first is None and last is None:
            return None
        first, last = first or date.min, last or date.max - timedelta(days=1)
        if last < first:
            raise CommandError(f"The period ends before it begins: {first} … {last}.")
        return Days(first=first, after=last + timedelta(days=1))
