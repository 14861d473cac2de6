"""Documents that are made from the code: written by a command, compared by the tests."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class DocumentCommand(BaseCommand):
    """Base of the commands that write `docs/<name>.md`, or with `--check` fail when it differs."""

    name: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, compare")

    @abstractmethod
    def text(self) -> str:
        """The whole file."""

    def handle(self, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / f"{self.name}.md"
        text = self.text()
        is_same = path.exists() and path.read_text(encoding="utf-8") == text
        if is_same:
            self.stdout.write(f"{path.name} is up to date.")
        elif options["check"]:
            raise CommandError(f"{path.name} is not up to date: run ./cabinet manage {self.name}.")
        else:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {path.name}.")
