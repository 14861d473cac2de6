"""Gives every return the reason that the rules mean now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from companies.models import Company
from returns.services.reasons import remap_reasons

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """`remap_reasons [--company SLUG] [--dry-run]`"""

    help = (
        "Give returns the reasons that the rules of the admin mean now, past ones too. The same rules give the same "
        "reasons, however often it is run; the marketplace's own words stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", help="slug of one company; without it, all of them")
        parser.add_argument("--dry-run", action="store_true", help="say what would move, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        company = None
        if options["company"]:
            company = Company.objects.filter(slug=options["company"]).first()
            if company is None:
                raise CommandError(f"No company has the slug {options['company']!r}.")
        result = remap_reasons(company=company, is_dry=options["dry_run"])
        for (old, new), count in sorted(result.moves.items(), key=lambda move: (-move[1], move[0])):
            self.stdout.write(f"  {old or '-'} → {new or '-'}: {count}")
        verb = "would get" if options["dry_run"] else "got"
        self.stdout.write(f"{result.returns} returns {verb} another reason.")
