"""How root is given up."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.privileges import NOBODY, Identity, choose_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
SHELL = Path("/bin/sh")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="fbo-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def two_folders(parent: Path) -> tuple[Path, Path]:
    folders = parent / "data", parent / "sockets"
    for folder in folders:
        folder.mkdir(mode=0o700)
    return folders


def test_an_ordinary_user_stays_himself(tmp_path: Path) -> None:
    assert choose_identity(SHELL, folders=two_folders(tmp_path), is_root=False) == Identity()


@needs_root
def test_root_becomes_nobody_who_owns_the_folders(open_folder: Path) -> None:
    data, sockets = two_folders(open_folder)
    (data / "file").touch()

    identity = choose_identity(SHELL, folders=(data, sockets))

    assert identity.owner == NOBODY
    assert f"--reuid={NOBODY}" in identity.drop
    assert "--ambient-caps=-all" in identity.drop
    assert {path.stat().st_uid for path in (data, data / "file", sockets)} == {NOBODY}


@needs_root
def test_below_a_closed_folder_one_capability_is_kept(open_folder: Path) -> None:
    open_folder.chmod(0o700)

    identity = choose_identity(SHELL, folders=two_folders(open_folder))

    assert "--ambient-caps=-all,+dac_override" in identity.drop
    assert "--securebits=+no_setuid_fixup" in identity.drop


@needs_root
def test_the_owner_of_an_existing_folder_stays_its_user(open_folder: Path) -> None:
    data, sockets = two_folders(open_folder)
    os.chown(data, 1234, 1234)

    identity = choose_identity(SHELL, folders=(data, sockets))

    assert identity.owner == 1234
    assert sockets.stat().st_uid == 1234


@needs_root
def test_without_setpriv_root_takes_another_name(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "setpriv" else which(name))
    data, sockets = two_folders(open_folder)

    identity = choose_identity(SHELL, folders=(data, sockets))

    assert identity.drop[0] == "unshare"
    assert data.stat().st_uid == 0


def test_root_without_a_way_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(LaunchError, match=r"start \./cabinet as an ordinary user, or set DATABASE_URL"):
        choose_identity(SHELL, folders=two_folders(tmp_path), is_root=True)
