"""Templates name their variables, hold no inline style, script or handler, and never query."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.messages import ROOT, templates

FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    # A block of JSON is data: browsers do not run it.
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>"),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "script in htmx": re.compile(r"\shx-(on|vals\s*=\s*[\"']js:|headers\s*=\s*[\"']js:)"),
    "something from elsewhere": re.compile(r"<(script|link|img|iframe)[^>]*\s(src|href)=[\"']https?:"),
    "safe": re.compile(r"\|\s*safe\b"),
    "autoescape off": re.compile(r"{%\s*autoescape\s+off"),
}
# Text files are letters: nothing in them is markup.
PAGES = [path for path in templates() if path.suffix == ".html"]
LONGEST = 150

# A letter is a page of its own: it comes with its style, since it may fetch nothing.
LETTERS = {"letters/letter.html"}

every_page = pytest.mark.parametrize(
    "path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates"))
)


@every_page
def test_the_first_line_names_the_variables(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert re.match(r"{# \S.* #}", first)


@every_page
def test_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    allowed = {"a style element"} if str(path.relative_to(ROOT / "templates")) in LETTERS else set()

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text) and what not in allowed] == []


@every_page
def test_a_page_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@every_page
def test_post_forms_carry_the_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*method=[\"']post[\"'].*?</form>", text, re.DOTALL | re.IGNORECASE)

    assert [form[:80] for form in forms if "csrf_token" not in form] == []


def test_every_component_has_its_stylesheet_in_the_index() -> None:
    css = ROOT / "static" / "css"
    index = (css / "index.css").read_text(encoding="utf-8")

    assert [path.name for path in sorted((css / "components").glob("*.css")) if path.name not in index] == []


def test_colours_are_named_in_the_tokens_only() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in sorted((ROOT / "static" / "css").rglob("*.css"))
        if path.name != "tokens.css"
        for match in re.findall(r":[^;{}]*(#[0-9a-fA-F]{3,8})\b", path.read_text(encoding="utf-8"))
    ]

    assert found == []
