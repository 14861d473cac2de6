"""Give every listing its product, over the whole assortment of a company."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.services.matching import match_assortment
from companies.actors import Actor, acting
from companies.models import Company


class Command(BaseCommand):
    help = (
        "Match the listings of a company by article and barcode, as every sync of products does at its end. What "
        "people linked stays. Exit code 0: done, 2: no such company."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, metavar="SLUG", help="the company's address")

    def handle(self, **options: Any) -> None:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"No company has the address {options['company']!r}.", returncode=2)
        began = time.perf_counter()
        with acting(Actor(source="command match")):
            found = match_assortment(company_id=company.pk)
        self.stdout.write(
            f"{found.listings} listings of {found.products} products, {found.moved} moved, "
            f"{found.doubtful} pairs in doubt, {time.perf_counter() - began:.1f} s"
        )
