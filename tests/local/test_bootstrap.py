"""The script before there is anything: finding Python, the verbs, the stamps."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fbo_cabinet.local import bootstrap

ROOT = Path(__file__).resolve().parents[2]


def cabinet(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "cabinet", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def fake_python(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def path_with(folder: Path) -> str:
    """A PATH with these Pythons and none of the system's."""
    for name in ("sh", "dirname"):
        (folder / name).symlink_to(f"/bin/{name}" if Path(f"/bin/{name}").exists() else f"/usr/bin/{name}")
    return str(folder)


def test_help_lists_every_verb_from_anywhere(tmp_path: Path) -> None:
    done = cabinet("help", cwd=tmp_path, PATH=os.defpath, PYTHON=sys.executable)

    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"\n  {verb} " in done.stdout for verb in bootstrap.LOCKS)


@pytest.mark.parametrize(
    ("verb", "said"), [("frobnicate", "there is no verb 'frobnicate'"), (None, "name a verb")]
)
def test_an_unknown_verb_ends_with_2(tmp_path: Path, verb: str | None, said: str) -> None:
    done = cabinet(*filter(None, [verb]), cwd=tmp_path, PATH=os.defpath, PYTHON=sys.executable)

    assert done.returncode == 2
    assert done.stderr == f"cabinet: {said}: run, test, check, bench, pictures, manage or help\n"


def test_pythons_that_are_old_or_only_a_name_are_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    fake_python(tmp_path / "bin", "python3.11", f'exec "{sys.executable}" "$@"')
    fake_python(tmp_path / "bin", "python3", "exit 1")

    done = cabinet("help", cwd=tmp_path, PATH=path_with(tmp_path / "bin"))

    assert done.returncode == 0
    assert done.stdout == bootstrap.USAGE


def test_without_a_python_one_line_says_what_to_do(tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3", "exit 1")

    done = cabinet("run", cwd=tmp_path, PATH=path_with(tmp_path / "bin"))

    assert done.returncode == 1
    assert done.stderr == (
        "cabinet: Python 3.11 or later is needed and was not found:"
        " install it, or name it: PYTHON=/path/to/python ./cabinet\n"
    )


def test_modules_in_the_folder_it_is_called_from_are_not_taken_for_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fbo_cabinet").mkdir()
    (tmp_path / "fbo_cabinet" / "__init__.py").write_text("raise SystemExit('somebody else')")
    became: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(
        os, "execve", lambda _path, command, environment: became.append((command, environment))
    )
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))

    bootstrap._become("nothing", [])
    [(command, environment)] = became
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, bootstrap.USAGE)


class Installs:
    """Stands in for the installers and remembers what they were asked."""

    def __init__(self, *, uv_works: bool = True, pip_works: bool = True) -> None:
        self.asked: list[str] = []
        self._uv_works = uv_works
        self._pip_works = pip_works

    def uv(self, lock: str) -> bool:
        self.asked.append(f"uv {Path(lock).name}")
        return self._uv_works

    def pip(self, *arguments: str) -> bool:
        self.asked.append(f"pip {Path(arguments[-1]).name}")
        return self._pip_works

    def on(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> Installs:
        (root / "requirements.txt").write_text("django==5.2.19\n")
        (root / "requirements-dev.txt").write_text("django==5.2.19\npytest==9.2.0\n")
        for name, value in {
            "ROOT": root,
            "STAMPS": root / "stamps",
            "_try_uv": self.uv,
            "_pip": self.pip,
        }.items():
            monkeypatch.setattr(bootstrap, name, value)
        monkeypatch.setattr(bootstrap, "_have_uv", lambda: True)
        return self


def test_a_lock_is_installed_once_and_again_when_it_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installs = Installs().on(monkeypatch, tmp_path)

    bootstrap._install("requirements.txt")
    bootstrap._install("requirements.txt")
    (tmp_path / "requirements.txt").write_text("django==5.2.20\n")
    bootstrap._install("requirements.txt")

    checksum = hashlib.sha256(b"django==5.2.20\n").hexdigest()
    assert installs.asked == ["uv requirements.txt", "uv requirements.txt"]
    assert (tmp_path / "stamps").read_text() == f"requirements.txt {checksum}\n"


def test_the_development_lock_serves_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installs = Installs().on(monkeypatch, tmp_path)

    bootstrap._install("requirements-dev.txt")
    bootstrap._install("requirements.txt")

    assert installs.asked == ["uv requirements-dev.txt"]


def test_pip_takes_over_when_uv_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installs = Installs(uv_works=False).on(monkeypatch, tmp_path)

    bootstrap._install("requirements.txt")

    assert installs.asked == ["uv requirements.txt", "pip requirements.txt"]


def test_a_failed_install_leaves_no_stamp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Installs(uv_works=False, pip_works=False).on(monkeypatch, tmp_path)

    with pytest.raises(bootstrap.BootstrapError, match=r"requirements\.txt could not be installed"):
        bootstrap._install("requirements.txt")

    assert not (tmp_path / "stamps").exists()


def test_translations_are_compiled_when_they_are_newer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Orders"\nmsgstr "Заказы"\n'
    )
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))

    bootstrap._compile_translations()
    compiled = source.with_suffix(".mo")
    first = compiled.stat().st_mtime_ns
    bootstrap._compile_translations()
    untouched = compiled.stat().st_mtime_ns
    os.utime(source, (compiled.stat().st_mtime + 5,) * 2)
    bootstrap._compile_translations()

    assert "Заказы".encode() in compiled.read_bytes()
    assert untouched == first
    assert compiled.stat().st_mtime_ns > first
