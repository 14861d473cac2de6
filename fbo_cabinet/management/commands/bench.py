"""Measure the cabinet against the least that could be done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.core.management.base import BaseCommand, CommandError

from fbo_cabinet.bench import exporting, labels, matching, merging, pages, syncing
from fbo_cabinet.bench.database import scratch_database
from fbo_cabinet.bench.report import Finding, Stopwatch, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.management.base import CommandParser

# `pages` fills the tables, so it comes last; the export is taken on the way, at its size.
BENCHES: Final[dict[str, Callable[..., list[Finding]]]] = {
    "merge": merging.measure,
    "sync": syncing.measure,
    "match": matching.measure,
    "labels": labels.measure,
    "export": exporting.measure,
    "pages": pages.measure,
}


class Command(BaseCommand):
    help = (
        "Measure merge, sync, matching, labels, export and pages in a scratch database on the server of DATABASE_URL, and print "
        "one table of ratios. Takes a quarter of an hour on two cores; --quick takes a few minutes and says less. "
        "A goal that is missed is named in the table and is no error: exit code 0 unless a benchmark breaks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="small sizes: to see that all of it runs")
        parser.add_argument(
            "--only", metavar="NAMES", default="", help=f"some of {', '.join(BENCHES)}, by commas"
        )

    def handle(self, **options: Any) -> None:
        names = [name.strip() for name in options["only"].split(",") if name.strip()] or list(BENCHES)
        unknown = sorted(set(names) - set(BENCHES))
        if unknown:
            raise CommandError(
                f"No benchmark is called {', '.join(unknown)}: there are {', '.join(BENCHES)}."
            )
        logging.disable(logging.WARNING)
        findings: list[Finding] = []
        try:
            with Stopwatch() as whole:
                for name in (name for name in BENCHES if name in names):
                    findings += self._measure(name, quick=options["quick"])
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"\n{table(findings)}\n\n{whole.seconds:.0f} s in all.")

    def _measure(self, name: str, *, quick: bool) -> list[Finding]:
        """One benchmark in a database of its own."""
        self.stdout.write(f"{name} …", ending="")
        self.stdout.flush()
        with Stopwatch() as watch, scratch_database():
            findings = BENCHES[name](quick=quick)
        self.stdout.write(f" {watch.seconds:.0f} s")
        return findings
