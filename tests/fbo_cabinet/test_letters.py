"""The preview shows every letter in both languages, walled off from the page around it."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core import letters
from fbo_cabinet.letters import previews

KINDS = sorted(previews())


@pytest.fixture(autouse=True)
def _clock_stands_still(monkeypatch) -> None:
    """A sample is dated from now: the page and the test must not write it in two different minutes."""
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def _page(client, **query):
    return client.get(reverse("letter-preview"), query)


def _body(client, **query):
    return client.get(reverse("letter-body"), query)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_letter_is_shown(client, kind, language) -> None:
    page, body = _page(client, letter=kind, language=language), _body(client, letter=kind, language=language)

    subject, text, _html = letters.render(previews()[kind].write(language))
    shown = body.content.decode()
    assert (page.status_code, body.status_code) == (200, 200)
    assert page.context["subject"] == subject
    assert page.context["text"] == text
    assert f'<html lang="{language}">' in shown


def test_all_letters_are_there(client) -> None:
    assert len(KINDS) == len(letters.kinds()) + 15
    assert [row.kind for _address, row, _is_current in _page(client).context["previews"]] == list(previews())


def test_the_letter_is_walled_off(client) -> None:
    page, body = _page(client), _body(client)

    policy = body.headers["Content-Security-Policy"]
    style = re.search(r"<style>(.*?)</style>", body.content.decode(), re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert " sandbox " in page.content.decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("query", [{"letter": "nonsense"}, {"language": "xx"}, {"letter": "\x00" * 10_000}])
def test_an_unknown_letter_is_404(client, query) -> None:
    assert _page(client, **query).status_code == 404
    assert _body(client, **query).status_code == 404


def test_in_production_there_is_none(client, settings) -> None:
    settings.STYLEGUIDE = False

    assert _page(client).status_code == 404
    assert _body(client).status_code == 404
