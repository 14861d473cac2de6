"""What nobody types by accident, sent to every address of a company: never an error of ours, never taken as markup."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.architecture.test_isolation import TABLE, _path

SCRIPT = "<script>alert('хвост')</script>"
HOSTILE = {
    "long": "я" * 10_000,
    "direction": "\u202eООО «Лён»\u2066\u200f",
    "nul": "Лён\x00Лён",
    "script": SCRIPT,
    "control": "Лён\x1b[31m\x07",
    "surrogate": "Лён\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "number": "9" * 400,
    "minus": "-1",
    "date": "0000-99-99",
}
NAME = re.compile(r"""<(?:input|select|textarea)[^>]*\sname=["']?([\w-]+)""")
# Fields of forms that no page shows, because they stand on another page.
ALONE = (
    "title",
    "name",
    "role",
    "email",
    "field",
    "account",
    "stream",
    "payout_account",
    "confirmation",
    "keep",
)

_QUERY = {"q", "sort", "after", "before", "page", "period", "account", "from", "to"}

forms = pytest.mark.parametrize(
    "name", [name for name, address in TABLE.items() if "post" in address.methods]
)
pages = pytest.mark.parametrize("name", [name for name, address in TABLE.items() if "get" in address.methods])


@pytest.fixture
def browser(client_of, owner) -> Client:
    """The owner, who has just confirmed that it is he."""
    return client_of(owner, confirmed=True)


@forms
def test_a_form_answers_hostile_input_with_words(browser, company, name: str) -> None:
    url = _address(name, company)
    fields = _fields(browser, name, url)
    answers = {kind: browser.post(url, dict.fromkeys(fields, value)) for kind, value in HOSTILE.items()}

    assert {kind: answer.status_code for kind, answer in answers.items() if answer.status_code >= 500} == {}
    assert [kind for kind, answer in answers.items() if SCRIPT in _markup(answer)] == []


@forms
def test_a_form_answers_a_file_where_text_belongs(browser, company, name: str) -> None:
    url = _address(name, company)
    fields = _fields(browser, name, url)

    response = browser.post(
        url, {field: SimpleUploadedFile("x.pdf\x00.exe", b"\x00\xff" * 9) for field in fields}
    )

    assert response.status_code < 500


@pages
def test_a_page_answers_a_hostile_query(browser, company, name: str) -> None:
    url = _address(name, company)
    names = _QUERY | set(NAME.findall(_markup(browser.get(url))))
    answers = {kind: browser.get(url, dict.fromkeys(names, value)) for kind, value in HOSTILE.items()}

    assert {kind: answer.status_code for kind, answer in answers.items() if answer.status_code >= 500} == {}
    assert [kind for kind, answer in answers.items() if SCRIPT in _markup(answer)] == []


def _markup(answer: Any) -> str:
    """The body as a browser would read it; empty for files."""
    is_page = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
    return answer.content.decode(errors="ignore") if is_page else ""


def _address(name: str, company: Any) -> str:
    makes = TABLE[name].makes
    return _path(name, company, pk=makes(company).pk) if makes else _path(name, company)


def _fields(browser: Client, name: str, url: str) -> set[str]:
    """The names of the form's fields, as its page shows them."""
    known = {*TABLE[name].data, *ALONE}
    if "get" in TABLE[name].methods:
        known |= set(NAME.findall(_markup(browser.get(url))))
    return known - {"csrfmiddlewaretoken"}
