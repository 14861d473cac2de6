"""The data folder: one at a time, secrets kept to oneself."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from fbo_cabinet.local.datadir import DataDir
from fbo_cabinet.local.errors import LaunchError

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    data = DataDir(tmp_path / "data")
    data.make()
    return data


def test_secrets_are_made_once_and_only_their_owner_reads_them(data: DataDir) -> None:
    first = data.secrets()
    os.chmod(data.path / "secrets.env", 0o644)  # noqa: PTH101 - what a careless copy does
    again = DataDir(data.path).secrets()

    key_id, _, key = first["FIELD_ENCRYPTION_KEYS"].partition(":")
    assert again == first
    assert stat.S_IMODE((data.path / "secrets.env").stat().st_mode) == 0o600
    assert key_id == "local"
    assert len(base64.b64decode(key)) == 32
    assert len(first["SECRET_KEY"]) >= 50
    assert DataDir(data.path.parent / "other").path != data.path


def test_two_folders_have_different_secrets(data: DataDir, tmp_path: Path) -> None:
    other = DataDir(tmp_path / "other")
    other.make()

    assert other.secrets()["SECRET_KEY"] != data.secrets()["SECRET_KEY"]


def test_a_second_run_is_refused_with_the_address_of_the_first(data: DataDir) -> None:
    with data.hold("run", address="http://127.0.0.1:8000"):
        assert data.in_use_by_run()
        with pytest.raises(LaunchError) as caught, DataDir(data.path).hold("run"):
            pass

    assert str(caught.value) == (
        f"The cabinet is already running at http://127.0.0.1:8000 (process {os.getpid()}, data folder {data.path}):"
        " stop it first, or name another folder with --data and another --port."
    )
    assert not data.in_use_by_run()


def test_a_command_on_the_folder_is_named_as_such(data: DataDir) -> None:
    with data.hold("manage"):
        assert not data.in_use_by_run()
        with pytest.raises(LaunchError, match=r"^\./cabinet manage is using it \(process "), data.hold("run"):
            pass


def test_a_dead_holder_is_waited_for_until_his_watchdog_is_done(data: DataDir) -> None:
    code = (
        "import os, subprocess, sys; from pathlib import Path; from fbo_cabinet.local.datadir import DataDir\n"
        "with DataDir(Path(sys.argv[1])).hold('run') as lock:\n"
        "    subprocess.Popen(['sleep', '1'], pass_fds=[lock]); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(data.path)], check=False)

    assert not data.in_use_by_run()
    with data.hold("run"):
        assert data.holder().pid == os.getpid()


def test_what_is_remembered_adds_up(data: DataDir) -> None:
    data.remember(sandbox_port=8010)
    data.remember(live_since="2026-11-24T10:00:00+00:00")

    assert DataDir(data.path).remembered() == {
        "sandbox_port": 8010,
        "live_since": "2026-11-24T10:00:00+00:00",
    }


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12 - 7_000_000, 7_000_000))

    with pytest.raises(LaunchError) as caught:
        DataDir(tmp_path / "data").make()

    assert str(caught.value) == (
        f"The disk of {tmp_path / 'data'} is full: 7 MB are free, 500 MB are needed."
    )
