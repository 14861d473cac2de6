"""Components that repeat in every row: icons, badges, marks, stamps. Rendered once and remembered."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from core import formats
from core.ui.rendering import component

register = template.Library()

# Icons are known to people by the names they had before lucide renamed them.
_RENAMED_ICONS = {"circle-help": "circle-question-mark"}
_ICON_PIXELS = {"": 18, "sm": 14, "lg": 24}
_MARKETPLACES = {
    "ozon": ("ozon", "O", "Ozon"),
    "wildberries": ("wb", "WB", "Wildberries"),
    "wb": ("wb", "WB", "Wildberries"),
    "yandex_market": ("yandex", "Я", gettext_lazy("Yandex Market")),
    "yandex": ("yandex", "Я", gettext_lazy("Yandex Market")),
}


@register.simple_tag
def icon(name: str, *, size: str = "") -> SafeString:
    """A lucide icon of 18 px (`sm` 14, `lg` 24), hidden from readers."""
    return _icon(str(name), str(size))


@lru_cache(maxsize=512)
def _icon(name: str, size: str) -> SafeString:
    pixels = _ICON_PIXELS[size]
    css = f"icon icon--{size}" if size else "icon"
    name = _RENAMED_ICONS.get(name, name)
    markup = lucide(name, size=pixels, stroke_width="1.75", **{"class": css, "aria-hidden": "true"})
    return mark_safe("".join(line.strip() for line in markup.splitlines()))  # noqa: S308 - from the icon package


@register.simple_tag
def status_badge(status: Any, *, label: str = "") -> SafeString:
    """The badge of a StatusChoices member; a word we do not know yet is shown as it came."""
    if not status:
        return format_html('<span class="zero">{}</span>', formats.UNKNOWN)
    text = label or str(getattr(status, "label", status))
    return _badge(text, getattr(status, "tone", "neutral"), getattr(status, "icon", "circle-help"), "")


@register.simple_tag
def badge(label: Any, *, tone: str = "neutral", icon: str = "", css: str = "") -> SafeString:
    """A badge with a tone, a word and perhaps an icon."""
    return _badge(str(label), str(tone), str(icon), str(css))


@lru_cache(maxsize=1024)
def _badge(label: str, tone: str, icon: str, css: str) -> SafeString:
    return component("badge", label=label, tone=tone, icon=icon, css=css)


def marketplace_title(code: str) -> str:
    """What people call a marketplace; an unknown code itself."""
    known = _MARKETPLACES.get(code)
    return str(known[2]) if known else code


@register.simple_tag
def marketplace_mark(code: str, *, name: Any = False) -> SafeString:
    """The 18 px letter mark of a marketplace; with `name=True` its name beside, with a text that text."""
    return _mark(str(code), name if isinstance(name, bool) else str(name), get_language() or "")


@lru_cache(maxsize=512)
def _mark(code: str, name: bool | str, language: str) -> SafeString:  # noqa: FBT001 - part of the cache key
    css, letter, title = _MARKETPLACES.get(code, ("other", code[:1].upper(), code))
    text = str(title) if name is True else name
    return component("marketplace_mark", css=css, letter=letter, title=title, text=text)


def _slo(slo: timedelta | float | None) -> timedelta | None:
    return slo if slo is None or isinstance(slo, timedelta) else timedelta(minutes=slo)


@register.simple_tag
def freshness(
    at: datetime | None,
    *,
    slo: timedelta | float | None = None,
    label: str = "",
    live: bool = False,
    now: datetime | None = None,
) -> SafeString:
    """When the data is from: fresh within the norm, late after it, stale after twice the norm, in words.

    `slo` is a timedelta or minutes; without it nothing is ever late. `live` says a sync is running now.
    """
    norm = _slo(slo)
    age = (now or timezone.now()) - at if at else None
    state, tail = "fresh", ""
    if live:
        state = "live"
    elif at is None:
        state = "none"
    elif norm and age and age > norm:
        state = "stale" if age > 2 * norm else "late"
        tail = _("%(norm)s is the norm") % {"norm": formats.duration(norm)}
    return component(
        "freshness", at=at, state=state, tail=tail, label=label, text=formats.moment(at, now=now)
    )


@register.simple_tag
def layer(kind: str) -> SafeString:
    """The tag of a layer of numbers: `operational` or `final`."""
    words = {"operational": _("operational data"), "final": _("by the report"), "estimate": _("estimate")}
    return format_html(
        '<span class="layer{}">{}</span>', " layer--final" if kind == "final" else "", words[str(kind)]
    )


@register.simple_tag
def deadline(text: Any, *, tone: str = "neutral") -> SafeString:
    """Time left, in words, with a tightening tone."""
    return format_html('<span class="deadline tone-{}">{}{}</span>', tone, icon("clock"), text)


@register.simple_tag
def delta(change: formats.Change | None) -> SafeString:
    """A change against the period before: arrow, figure, good or bad."""
    return component("delta", change=change)


@register.simple_tag
def thumb(url: str = "", *, icon: str = "package", size: str = "") -> SafeString:
    """The product photo, or a quiet place for it."""
    return component("thumb", url=url, icon=icon, size=size) if url else _empty_thumb(icon, size)


@lru_cache(maxsize=64)
def _empty_thumb(icon: str, size: str) -> SafeString:
    return component("thumb", url="", icon=icon, size=size)


@register.simple_tag
def goods(
    name: Any, *, url: str = "", sub: Any = "", photo: str = "", marketplace: str = "", icon: str = "package"
) -> SafeString:
    """A product in a row: photo, name, a grey line below (article, or the warehouse with its mark)."""
    return component("goods", name=name, url=url, sub=sub, photo=photo, marketplace=marketplace, icon=icon)


@register.simple_tag
def avatar(name: Any) -> SafeString:
    """The initials of a person."""
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', _initials(str(name)))


@register.filter
def initials(name: Any) -> str:
    """`ЛЛ` of «Льняная лавка»: the first letters of the first two words that begin with one."""
    return _initials(str(name))


def _initials(name: str) -> str:
    words = [word for word in name.replace("«", " ").replace('"', " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()
