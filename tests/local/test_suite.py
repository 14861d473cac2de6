"""How `cabinet test` divides the suite, and what it takes from pytest's output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fbo_cabinet.local import suite
from fbo_cabinet.local.suite import CLOSING_LINE, Part, is_debian, parts


@pytest.mark.parametrize("marks", [set(), {"browser"}, {"crash"}, {"browser", "crash"}, {"wire"}])
def test_every_test_belongs_to_exactly_one_part(marks: set[str]) -> None:
    def chosen(part: Part) -> bool:
        words = {
            word: word in marks for word in re.findall(r"[a-z]+", part.marks) if word not in {"not", "and"}
        }
        return bool(eval(part.marks, {}, words))

    assert len([part.name for part in parts() if chosen(part)]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "============== 812 passed, 3 skipped, 7 deselected in 95.21s (0:01:35) ==============",
        "===== 1 failed, 2 passed in 0.50s =====",
        "=== 12 deselected in 0.10s ===",
        "=== no tests ran in 0.02s ===",
    ],
)
def test_the_closing_line_is_recognised(line: str) -> None:
    assert CLOSING_LINE.match(line)


def test_other_rulers_are_not_closing_lines() -> None:
    assert not CLOSING_LINE.match("=========== short test summary info ===========")
    assert not CLOSING_LINE.match("FAILED tests/a.py::test_b - assert 1 passed in 2s")


def test_a_part_without_tests_passes_and_a_failure_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest_stand_in = tmp_path / "pytest"
    pytest_stand_in.write_text('#!/bin/sh\necho "=== 1 $2 in 0.10s ==="\nexit "$3"\n')
    pytest_stand_in.chmod(0o755)
    monkeypatch.setattr(suite, "PYTEST", (str(pytest_stand_in),))

    empty = suite._run(Part(name="crash", marks="skipped", options=("5",), environment={}))
    failed = suite._run(Part(name="units", marks="failed", options=("1",), environment={}))

    assert empty == (0, "=== 1 skipped in 0.10s ===")
    assert failed == (1, "=== 1 failed in 0.10s ===")
    assert capsys.readouterr().out == "=== 1 skipped in 0.10s ===\n=== 1 failed in 0.10s ===\n"


@pytest.mark.parametrize(
    ("release", "expected"),
    [('NAME="Debian"\nID=debian\n', True), ("ID=ubuntu\nID_LIKE=debian\n", False), (None, False)],
)
def test_only_debian_itself_has_the_package(tmp_path: Path, release: str | None, expected: bool) -> None:
    file = tmp_path / "os-release"
    if release is not None:
        file.write_text(release)

    assert is_debian(file) is expected
