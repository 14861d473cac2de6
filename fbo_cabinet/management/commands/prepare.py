"""Bring the database up to date, and make sure that the keys open what it holds."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from core.sealing import WrongKeys, verify_keys
from marketplaces.services import make_missing_streams


class Command(BaseCommand):
    help = (
        "Before web and workers start: migrate, give accounts the streams that are new, then open one secret of every key that the database mentions. "
        "Fails with one line when a key of FIELD_ENCRYPTION_KEYS is missing or wrong."
    )
    # The checks of migrate are run by migrate.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        make_missing_streams()
        try:
            verify_keys()
        except WrongKeys as exc:
            raise CommandError(str(exc)) from None
