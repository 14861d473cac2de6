"""The options of the verbs, and mistakes in them."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from fbo_cabinet.local import __main__ as command_line
from fbo_cabinet.local.bootstrap import USAGE
from fbo_cabinet.local.datadir import DataDir
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.run import Options


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Options]]:
    calls: list[tuple[Path, Options]] = []
    monkeypatch.setattr(command_line, "run", lambda data, options: calls.append((data.path, options)))
    return calls


def test_run_has_defaults(ran: list[tuple[Path, Options]]) -> None:
    assert command_line.main(["run"]) == 0

    assert ran == [(command_line.env.ROOT / ".data", Options(port=8000, demo=True, workers=2))]
    assert ran[0][1].address == "http://127.0.0.1:8000"


def test_run_takes_its_options(ran: list[tuple[Path, Options]], tmp_path: Path) -> None:
    command = ["run", "--port", "8080", "--data", str(tmp_path), "--no-demo", "--workers", "4"]

    assert command_line.main(command) == 0

    assert ran == [(tmp_path, Options(port=8080, demo=False, workers=4))]


@pytest.mark.parametrize(
    "wrong", [["--port", "0"], ["--port", "web"], ["--workers", "0"], ["--prot", "8080"], ["--port", "70000"]]
)
def test_a_wrong_option_is_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command_line.main(["run", *wrong])

    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert said.startswith("cabinet: ")
    assert said.endswith("; see ./cabinet help\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LaunchError("Port 8000 is taken."), "cabinet: Port 8000 is taken.\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/data/x"),
            "cabinet: No space left on device: /data/x\n",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/data"), "cabinet: Permission denied: /data\n"),
    ],
)
def test_what_is_wrong_with_the_machine_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    def fail(_data: DataDir, _options: Options) -> None:
        raise error

    monkeypatch.setattr(command_line, "run", fail)

    assert command_line.main(["run"]) == 1
    assert capsys.readouterr().err == said


def test_manage_takes_only_a_leading_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[Path, list[str]]] = []

    def manage(data: DataDir, arguments: list[str]) -> int:
        calls.append((data.path, list(arguments)))
        return 3

    monkeypatch.setattr(command_line, "manage", manage)
    monkeypatch.setenv("CABINET_DATA", str(tmp_path / "named"))

    assert command_line.main(["manage", "--data", str(tmp_path), "sync", "--data", "theirs"]) == 3
    assert command_line.main(["manage", f"--data={tmp_path}", "sync"]) == 3
    assert command_line.main(["manage", "sync", "--help"]) == 3

    assert calls == [
        (tmp_path, ["sync", "--data", "theirs"]),
        (tmp_path, ["sync"]),
        (tmp_path / "named", ["sync", "--help"]),
    ]


def test_no_verb_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main([]) == 0
    assert capsys.readouterr().out == USAGE
