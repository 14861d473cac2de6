"""The preview of every letter at /styleguide/letters/, as text and HTML, with invented people."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from csp.constants import NONE, SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from companies.letters.account import account_letters, sample_account_letter
from core import letters
from core.components import Tab
from core.letters import Letter

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

_LANGUAGES: Final = dict(settings.LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A kind of letter and how its sample is written in a language."""

    kind: str
    title: StrOrPromise
    write: Callable[[str], Letter]


def previews() -> dict[str, Preview]:
    """Every letter that the cabinet sends: its own kinds first, then those of allauth."""
    own = [Preview(kind=kind.kind, title=kind.title, write=kind.sample) for kind in letters.kinds().values()]
    brought = [
        Preview(kind=kind, title=title, write=partial(sample_account_letter, kind))
        for kind, title in account_letters()
    ]
    return {preview.kind: preview for preview in (*own, *brought)}


@require_safe
@csp_update({"frame-src": [SELF]})
def letter_preview(request: HttpRequest) -> HttpResponse:
    """One letter as text and HTML side by side, and the list of all others."""
    preview, language = _asked(request)
    subject, text, _html = letters.render(preview.write(language))
    return render(
        request,
        "styleguide/letters.html",
        {
            "previews": [
                (_address(row.kind, language), row, row.kind == preview.kind) for row in previews().values()
            ],
            "languages": [
                Tab(label=label, url=_address(preview.kind, code), is_current=code == language)
                for code, label in _LANGUAGES.items()
            ],
            "preview": preview,
            "subject": subject,
            "text": text,
            "body_url": f"{reverse('letter-body')}?{urlencode({'letter': preview.kind, 'language': language})}",
        },
    )


@require_safe
@xframe_options_sameorigin
def letter_body(request: HttpRequest) -> HttpResponse:
    """The HTML of a letter as a mail program gets it, in a policy that lets in its own style and nothing else."""
    preview, language = _asked(request)
    _subject, _text, html = letters.render(preview.write(language))
    response = HttpResponse(html)
    response._csp_config = _policy()  # type: ignore[attr-defined]  # noqa: SLF001 - what csp's decorators set
    return response


def _policy() -> dict[str, Any]:
    style = render_to_string("letters/letter.css").encode()
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return {
        "default-src": [NONE],
        "style-src": [f"'sha256-{digest}'"],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": True,
    }


def _asked(request: HttpRequest) -> tuple[Preview, str]:
    """The letter and the language of the query. Raises Http404 for an unknown one, and where there is no preview."""
    if not settings.STYLEGUIDE:
        raise Http404
    found = previews()
    kind = request.GET.get("letter", next(iter(found)))
    language = request.GET.get("language", get_language() or settings.LANGUAGE_CODE)
    if kind not in found or language not in _LANGUAGES:
        raise Http404
    return found[kind], language


def _address(kind: str, language: str) -> str:
    return f"{reverse('letter-preview')}?{urlencode({'letter': kind, 'language': language})}"


urlpatterns = [
    path("", letter_preview, name="letter-preview"),
    path("body/", letter_body, name="letter-body"),
]
