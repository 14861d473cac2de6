"""Ask what every key may do and until when, and warn of those that expire soon."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from companies.actors import Actor, acting
from marketplaces import catalogue, registry, services
from marketplaces.connections import open_adapter
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import MarketplaceError
from marketplaces.models import MarketplaceAccount


class Command(BaseCommand):
    help = (
        "Check the key of every active account, note its rights and expiry, and tell the owners by e-mail 14, "
        "3 and 1 days before. Exit code 0: all keys are good, 1: some are not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="ask, but write nothing and tell nobody")

    def handle(self, **options: Any) -> None:
        accounts = MarketplaceAccount.all_companies.active().select_related("company").order_by("pk")
        with acting(Actor(source="command check_accounts")):
            results = [self._check(account, is_dry=options["dry_run"]) for account in accounts]
        if not all(results):
            raise CommandError("Some keys are not good.", returncode=1)

    def _check(self, account: MarketplaceAccount, *, is_dry: bool) -> bool:
        name = f"{account.company.slug} · {account.title}"
        try:
            check = _ask(account) if is_dry else services.check_account(account=account)
        except MarketplaceError as exc:
            title = registry.adapters().title(account.marketplace)
            told = catalogue.message(exc.code, marketplace=title, zone=account.company.zone)
            self.stderr.write(f"{name}: {told}")
            return False
        left = "" if check.expires_at is None else f", {(check.expires_at - timezone.now()).days} days left"
        self.stdout.write(f"{name}: the key is good{left}")
        if not is_dry:
            account.refresh_from_db(from_queryset=MarketplaceAccount.all_companies.select_related("company"))
            threshold = services.warn_of_expiry(account=account)
            if threshold is not None:
                self.stdout.write(f"{name}: the owners were told ({threshold} days)")
        return True


def _ask(account: MarketplaceAccount) -> AccountCheck:
    with open_adapter(account) as adapter:
        return adapter.check()
