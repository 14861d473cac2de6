"""docs/statuses.md is made from the maps and is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from fbo_cabinet.management.commands.statuses import document
from marketplaces.ozon.statuses import POSTING_SUBSTATUSES

if TYPE_CHECKING:
    from pathlib import Path


def test_committed_file_is_up_to_date() -> None:
    call_command("statuses", "--check")


def test_every_word_has_a_row() -> None:
    text = document()

    assert [word for word in POSTING_SUBSTATUSES if f"| `{word}` |" not in text] == []
    assert "| `delivered` | `delivered` | Delivered | yes |" in text


def test_stale_file_is_told_and_written_anew(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError) as caught:
        call_command("statuses", "--check")
    call_command("statuses")
    call_command("statuses", "--check")

    assert caught.value.returncode == 1
    assert (tmp_path / "docs" / "statuses.md").read_text() == document()
