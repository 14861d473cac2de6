"""Connect a marketplace account of a company."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from pydantic import SecretStr

from companies.actors import Actor, acting
from companies.models import Company
from marketplaces import catalogue, registry, services
from marketplaces.contracts.accounts import AccountCheck
from marketplaces.errors import MarketplaceError
from marketplaces.http import ForbiddenHost

_REFUSALS = (services.BadCredentials, ForbiddenHost, services.TitleTaken, services.AlreadyConnected)


class Command(BaseCommand):
    help = (
        "Check a key and connect its account to a company. The key is read from standard input, so that it "
        "stays out of the shell's history and the process list. Exit code 0: connected, 1: the marketplace "
        "refuses the key or does not answer, 2: wrong arguments."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, metavar="SLUG", help="the company's address")
        parser.add_argument("--marketplace", required=True, metavar="NAME", help="ozon, …")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            dest="fields",
            metavar="NAME=VALUE",
            help="a part of the key that is no secret, as the form calls it: client_id=…, campaign_id=…",
        )
        parser.add_argument(
            "--api-key-stdin", action="store_true", help="read the secret part from standard input"
        )
        parser.add_argument("--title", default="", help="what the account is called in the cabinet")
        parser.add_argument("--base-url", metavar="URL", help="another address of the API (a sandbox)")
        parser.add_argument("--dry-run", action="store_true", help="check the key, connect nothing")

    def handle(self, **options: Any) -> None:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"No company has the address {options['company']!r}.", returncode=2)
        if options["marketplace"] not in registry.adapters():
            known = ", ".join(registry.adapters())
            raise CommandError(f"No marketplace {options['marketplace']!r}; there are {known}.", returncode=2)
        if not options["api_key_stdin"]:
            raise CommandError("Give the key on standard input, with --api-key-stdin.", returncode=2)
        credentials = _credentials(options)
        try:
            with acting(Actor(source="command connect")):
                self._connect(company, options, credentials)
        except (*_REFUSALS, MarketplaceError) as exc:
            raise _refusal(exc, marketplace=options["marketplace"], company=company) from None

    def _connect(self, company: Company, options: dict[str, Any], credentials: dict[str, str]) -> None:
        address = options["base_url"] or registry.base_url(options["marketplace"])
        if options["dry_run"]:
            check = services.try_credentials(
                marketplace=options["marketplace"], credentials=credentials, base_url=address
            )
            self.stdout.write(f"The key is good. {_described(check)} Nothing was connected.")
            return
        account = services.connect_account(
            company=company,
            marketplace=options["marketplace"],
            credentials=credentials,
            title=options["title"],
            base_url=address,
        )
        word = "Connected again" if account.is_revived else "Connected"
        self.stdout.write(f"{word} “{account.title}” as the account {account.pk}.")
        if account.missing:
            self.stdout.write(f"The key has no right to: {', '.join(account.missing)}.")


def _credentials(options: dict[str, Any]) -> dict[str, str]:
    """The parts of the key: those that are no secret from the arguments, the secret one from standard input."""
    model = registry.adapters()[options["marketplace"]].credentials_class
    secrets = [name for name, field in model.model_fields.items() if field.annotation is SecretStr]
    plain = [name for name in model.model_fields if name not in secrets]
    given: dict[str, str] = {}
    for pair in options["fields"]:
        name, mark, value = pair.partition("=")
        if not mark or name not in plain:
            raise CommandError(
                f"--set {pair}: {options['marketplace']} has {', '.join(plain) or 'no such parts'}.",
                returncode=2,
            )
        given[name] = value
    return {**given, **dict.fromkeys(secrets, sys.stdin.readline().strip())}


def _refusal(exc: Exception, *, marketplace: str, company: Company) -> CommandError:
    """What the operator is told, and with which code the command ends."""
    match exc:
        case services.BadCredentials():
            return CommandError("; ".join(f"{name}: {why}" for name, why in exc.fields.items()), returncode=2)
        case ForbiddenHost():
            return CommandError(f"--base-url: {exc}. See MARKETPLACE_EXTRA_HOSTS.", returncode=2)
        case services.TitleTaken():
            return CommandError("--title: another account is called so already.", returncode=2)
        case services.BeingErased():
            told = f"The account {exc.account.pk} of this seller is still being erased."
            return CommandError(told, returncode=1)
        case services.AlreadyConnected():
            return CommandError(f"Connected already, as the account {exc.account.pk}.", returncode=1)
        case MarketplaceError():
            title = registry.adapters().title(marketplace)
            told = catalogue.message(exc.code, marketplace=title, zone=company.zone)
            return CommandError(told, returncode=1)
    raise exc


def _described(check: AccountCheck) -> str:
    parts = [f"Seller {check.seller_external_id}"]
    if check.seller_name:
        parts.append(f"“{check.seller_name}”")
    if check.expires_at is not None:
        parts.append(f"expires {timezone.localtime(check.expires_at):%Y-%m-%d}")
    if check.missing:
        parts.append(f"no right to {', '.join(check.missing)}")
    return ", ".join(parts) + "."
