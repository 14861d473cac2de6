"""Seal every secret with the first key of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from companies.actors import Actor, acting
from core.sealing import SealedColumn, WrongKeys, reseal, sealed_columns, verify_keys


class Command(BaseCommand):
    help = (
        "Seal every secret in the database with the first key of FIELD_ENCRYPTION_KEYS. Web and workers go on "
        "meanwhile; it may be stopped and started again. See docs/how-to/rotate-keys.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail when another key than the first is in use",
        )

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        try:
            verify_keys()
        except WrongKeys as exc:
            raise CommandError(str(exc)) from None
        if check:
            self._check()
            return
        unreadable = 0
        # The triggers of the audit trail know this source: the secret is the same.
        with acting(Actor(source="command rotate_keys")):
            for column in sealed_columns():
                unreadable += self._rotate(column)
        if unreadable:
            raise CommandError(f"{unreadable} secrets could not be opened and were left as they are.")

    def _rotate(self, column: SealedColumn) -> int:
        done, last, unreadable = 0, 0, 0
        while True:
            portion = reseal(column, after=last)
            if portion.last_pk is None:
                break
            last = portion.last_pk
            done += portion.done
            unreadable += len(portion.unreadable)
            for pk in portion.unreadable:
                self.stderr.write(f"{column}: the secret of row {pk} cannot be opened with its key.")
        self.stdout.write(f"{column}: {done} sealed anew.")
        return unreadable

    def _check(self) -> None:
        current = next(iter(settings.FIELD_ENCRYPTION_KEYS))
        old = 0
        for column in sealed_columns():
            for key_id, rows in column.keys_in_use().items():
                self.stdout.write(f"{column}: {rows} by the key {key_id!r}.")
                old += rows if key_id != current else 0
        if old:
            raise CommandError(
                f"{old} secrets are still sealed with another key than {current!r}: run rotate_keys."
            )
        self.stdout.write(f"Everything is sealed with {current!r}; the other keys may be removed.")
