"""House rules that a linter does not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.messages import APPS, ROOT

# Who may look past the tenant wall: staff, the clock, and what writes rows for an account it was given.
MAY_SEE_ALL = (
    r".*/admin\.py",
    r".*/tasks\.py",
    r".*/models(\.py|/.*\.py)",
    r".*/letters(\.py|/.*\.py)",
    r".*/management/commands/.*\.py",
    r".*/migrations/.*\.py",
    r".*/services(\.py|/.*\.py)",
    r"marketplaces/sync/.*\.py",
    r"companies/(scoping|middleware|selectors/companies)\.py",
    r"fbo_cabinet/(admin|demo|truth|proving)\.py",
    r"fbo_cabinet/bench/.*\.py",
)
MOST_STATEMENTS = 40
VAGUE = {"utils", "helpers", "common", "misc", "shared", "base", "tools"}


def modules() -> Iterator[Path]:
    for app in (*APPS, "sandbox"):
        yield from sorted((ROOT / app).rglob("*.py"))


def test_only_a_few_modules_look_past_the_wall() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in modules()
        if "all_companies" in path.read_text(encoding="utf-8")
        and not any(re.fullmatch(pattern, str(path.relative_to(ROOT))) for pattern in MAY_SEE_ALL)
    ]

    assert found == []


def test_selectors_never_look_past_the_wall() -> None:
    # A person's own memberships are the one thing that no company scopes.
    found = [
        str(path.relative_to(ROOT))
        for path in modules()
        if "selectors" in str(path) and "all_companies" in path.read_text(encoding="utf-8")
    ]

    assert found in ([], ["companies/selectors/companies.py"])


def test_no_module_has_a_vague_name() -> None:
    settings = ROOT / "fbo_cabinet" / "settings"

    assert [str(path) for path in modules() if path.stem in VAGUE and path.parent != settings] == []


def test_every_module_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.stat().st_size
        and "migrations" not in path.parts
        and path.name != "apps.py"
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]

    assert silent == []


def test_functions_are_short() -> None:
    # Statements, not lines: a long literal is data, and a long docstring is kind.
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) > MOST_STATEMENTS
    ]

    assert long == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_locked_with_hashes(name: str) -> None:
    wanted = _names((ROOT / name.replace(".txt", ".in")).read_text(encoding="utf-8"))
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    pinned = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]

    assert [block.splitlines()[0] for block in pinned if "==" not in block.splitlines()[0]] == []
    assert [block.splitlines()[0] for block in pinned if "--hash=sha256:" not in block] == []
    assert wanted - {_plain(re.match(r"[A-Za-z0-9._-]+", block)[0]) for block in pinned} == set()


def test_the_index_package_called_returns_is_not_installed() -> None:
    locks = "".join((ROOT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt"))

    assert re.search(r"^returns==", locks, re.MULTILINE) is None


def _names(text: str) -> set[str]:
    lines = (line.split("#")[0].split(";")[0].strip() for line in text.splitlines())
    return {
        _plain(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in lines if line and not line.startswith("-")
    }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
