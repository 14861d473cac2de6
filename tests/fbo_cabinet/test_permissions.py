"""docs/permissions.md says what the code asks for and is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from companies.choices import PERMISSION_LABELS, Permission
from fbo_cabinet.management.commands import permissions
from fbo_cabinet.management.commands.permissions import Address, addresses, document
from tests.architecture.test_isolation import TABLE

if TYPE_CHECKING:
    from pathlib import Path


def test_committed_file_is_up_to_date() -> None:
    call_command("permissions", "--check")


def test_the_addresses_are_those_of_the_isolation_table() -> None:
    asked = {
        (name, method.upper()): table.needs if method == "get" else table.to_change or table.needs
        for name, table in TABLE.items()
        for method in table.methods
    }

    assert {(row.name, row.method): row.permission for row in addresses()} == asked


def test_every_right_has_words_and_a_row() -> None:
    text = document()

    with translation.override("en"):
        unsaid = [right for right in Permission if f"| `{right}` | {PERMISSION_LABELS[right]} |" not in text]
    assert set(PERMISSION_LABELS) == set(Permission)
    assert unsaid == []
    assert "| `view_audit` | See who changed what | ✓ |  |  |  |  | ✓ |" in text


def test_an_address_is_read_by_people() -> None:
    row = "| `/<company>/settings/people/<pk>/role/` | {} | `manage_people` | ✓ |  |  |  |  | proof |"

    assert [method for method in ("GET", "POST") if row.format(method) in document()] == ["GET", "POST"]
    assert "### `/<company>/settings/people/`" in document()
    assert "| `/<company>/orders/` | GET | `view` | ✓ | ✓ | ✓ | ✓ | ✓ |  |" in document()


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/<company>/", "/<company>/"),
        ("/<company>/orders/<pk>/", "/<company>/orders/"),
        ("/<company>/orders/export.<form>", "/<company>/orders/"),
        ("/<company>/settings/", "/<company>/settings/"),
        ("/<company>/settings/people/<pk>/role/", "/<company>/settings/people/"),
    ],
)
def test_pages_that_belong_together_stand_together(path: str, family: str) -> None:
    address = Address(path=path, name="", method="GET", permission=Permission.VIEW, asks_identity=False)

    assert address.family == family


def test_a_view_that_does_not_say_what_it_asks_for_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        permissions, "_walk", lambda *args, **kwargs: [("/<company>/x/", "x", lambda request: None)]
    )

    with pytest.raises(CommandError, match=r"/<company>/x/: the view has no @requires"):
        addresses()


def test_stale_file_is_told_and_written_anew(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError) as caught:
        call_command("permissions", "--check")
    call_command("permissions")
    call_command("permissions", "--check")

    assert caught.value.returncode == 1
    assert (tmp_path / "docs" / "permissions.md").read_text(encoding="utf-8") == document()
