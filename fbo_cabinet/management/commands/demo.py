"""Make the demo company."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.periods import MOSCOW
from fbo_cabinet import demo, demo_goods
from marketplaces import catalogue
from marketplaces.http import ForbiddenHost


class Command(BaseCommand):
    help = (
        f"Make the demo: {demo.SELLER_EMAIL} and {demo.STAFF_EMAIL} (password {demo.PASSWORD}), the company "
        f"“{demo.NAME}” at /{demo.SLUG}/ and its accounts on a sandbox. Safe to repeat: what is there is "
        "mended. Exit code 0: done, 1: the sandbox does not answer or refuses the key, 2: not allowed here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox-url", required=True, metavar="URL", help="where the sandbox listens")
        parser.add_argument(
            "--reset", action="store_true", help="first delete the demo company with all its data"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be made, make nothing")

    def handle(self, **options: Any) -> None:
        try:
            if options["dry_run"]:
                self._promise(options["sandbox_url"], is_reset=options["reset"])
            else:
                self._make(options["sandbox_url"], is_reset=options["reset"])
        except demo.DemoRefused as exc:
            raise CommandError(str(exc), returncode=2) from None
        except ForbiddenHost as exc:
            raise CommandError(f"--sandbox-url: {exc}. See MARKETPLACE_EXTRA_HOSTS.", returncode=2) from None
        except demo.ShopFailed as exc:
            told = catalogue.message(exc.error.code, marketplace=exc.shop.title, zone=MOSCOW)
            raise CommandError(told, returncode=1) from None

    def _promise(self, sandbox_url: str, *, is_reset: bool) -> None:
        demo.refuse_outside_demo(sandbox_url)
        checks = demo.check_sandbox(sandbox_url, say=self.stdout.write)
        if is_reset:
            self.stdout.write("The demo company and all its data would be deleted.")
        for shop, check in zip(demo.shops(), checks, strict=True):
            self.stdout.write(
                f"{shop.title} answers as the seller {check.seller_external_id} “{check.seller_name}”."
            )
        self.stdout.write("The demo would be made with these accounts. Nothing was changed.")

    def _make(self, sandbox_url: str, *, is_reset: bool) -> None:
        made = demo.make_demo(sandbox_url, is_reset=is_reset, say=self.stdout.write)
        self.stdout.write(f"{'Made' if made.is_new_company else 'Kept'} the company “{made.company}”.")
        for account, is_new in made.accounts:
            self.stdout.write(
                f"{account.title} on {account.base_url} is {'connected' if is_new else 'kept'}, "
                "its streams are due."
            )
        self.stdout.write(f"Sign in as {demo.SELLER_EMAIL} with the password {demo.PASSWORD}.")
        self._furnish(made)

    def _furnish(self, made: demo.Demo) -> None:
        # The first marketplace's goods: those of the others come to the same products.
        for account, _is_new in made.accounts[:1]:
            if demo_goods.furnish_goods(account=account):
                self.stdout.write("Cost prices and own dimensions are in place.")
            else:
                self.stdout.write("No products are read yet: repeat the command for their cost prices.")
