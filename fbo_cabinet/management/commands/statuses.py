"""Write docs/statuses.md from the maps of the marketplaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from django.utils import translation

from core.statuses import StatusChoices
from fbo_cabinet.documents import DocumentCommand
from marketplaces import registry

TITLE = "# Statuses: the marketplaces' words and ours"
INTRODUCTION = (
    "Made by `./cabinet manage statuses` from `marketplaces/*/statuses.py`; do not edit. A word that stands in "
    "no table becomes “unknown”: it is kept and shown as it came."
)


class Command(DocumentCommand):
    help = (
        "Write docs/statuses.md: the words of each marketplace and ours. Exit code 0: written or up to date, "
        "1: with --check, the file is not up to date."
    )
    name = "statuses"

    def text(self) -> str:
        """The document as the code has it."""
        return document()


def document() -> str:
    """The whole file, in English whatever the language of the command."""
    with translation.override("en"):
        return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (TITLE, "", INTRODUCTION)
    for code, adapter in registry.adapters().items():
        tables = _tables(adapter)
        yield from ("", f"## {adapter.title}", "", f"`marketplaces/{code}/statuses.py`")
        for name, table in tables.items():
            yield from (
                "",
                f"### {name}",
                "",
                "| their word | ours | shown as | final |",
                "|---|---|---|---|",
            )
            yield from (_row(word, status) for word, status in table.items())


def _tables(adapter: type[Any]) -> Mapping[str, Mapping[str, StatusChoices]]:
    """The `TABLES` of the `statuses` module beside the adapter."""
    module = import_module(f"{adapter.__module__.rpartition('.')[0]}.statuses")
    tables: Mapping[str, Mapping[str, StatusChoices]] = module.TABLES
    return tables


def _row(word: str, status: StatusChoices) -> str:
    return f"| `{word}` | `{status.value}` | {status.label} | {'yes' if status.is_final else ''} |"
