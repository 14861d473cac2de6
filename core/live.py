"""Blocks that refresh themselves: what they have seen, and nothing sent while nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from core.listing import SEEN

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

_MICROSECONDS = 1_000_000


def marker(*moments: datetime | None) -> str:
    """The state of a block in a word: when what it shows last changed."""
    return "_".join(str(_ticks(moment)) if moment else "0" for moment in moments)


def is_live(request: HttpRequest) -> bool:
    """Whether a block asks for itself again."""
    return bool(request.htmx) and SEEN in request.GET  # type: ignore[attr-defined]  # set by HtmxMiddleware


def nothing_new(request: HttpRequest, seen: str) -> HttpResponse | None:
    """204 for a block that has seen this state already."""
    return HttpResponse(status=204) if is_live(request) and request.GET[SEEN] == seen else None


def changed_since(request: HttpRequest, moments: dict[int, datetime]) -> frozenset[int]:
    """The keys whose moment is later than the first one of the block's marker."""
    seen = request.GET.get(SEEN, "").partition("_")[0]
    if not is_live(request) or not seen.isdecimal():
        return frozenset()
    return frozenset(key for key, moment in moments.items() if _ticks(moment) > int(seen))


def page_or_block(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or its partial `live` for a block that asks for itself; `is_live` tells the template which."""
    live = is_live(request)
    response = render(request, f"{template}#live" if live else template, {**context, "is_live": live})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _ticks(moment: datetime) -> int:
    return round(moment.timestamp() * _MICROSECONDS)
