"""The head of a page, panels, messages, facts, what loads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.ui.marks import freshness
from core.ui.rendering import component, inner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.components import (
        Crumb,
        Fact,
    )

register = template.Library()

_TONE_ICONS = {
    "neutral": "info",
    "info": "info",
    "progress": "clock",
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "circle-alert",
}
_MESSAGE_TONES = {
    "debug": "neutral",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}


@register.simple_block_tag
def page_head(
    content: str,
    *,
    title: Any,
    crumbs: Sequence[Crumb] = (),
    lede: Any = "",
    status: Any = None,
    photo: str | None = None,
    meta: Any = "",
) -> SafeString:
    """The head of a page: path, h1 with a status, a lede or a row of facts; the body holds the actions."""
    return component(
        "page_head",
        title=title, crumbs=crumbs, lede=lede, status=status, photo=photo, meta=meta, actions=inner(content),
    )  # fmt: skip


@register.simple_block_tag
def meta(content: str) -> SafeString:
    """Facts under a page title, to be given to `page_head` (`{% meta as facts %}…{% endmeta %}`)."""
    return inner(content)


@register.simple_block_tag
def panel(
    content: str,
    *,
    title: Any = "",
    note: Any = "",
    definition: Any = "",
    definition_title: Any = "",
    fresh_at: datetime | None = None,
    slo: timedelta | float | None = None,
    fresh_label: str = "",
    end: Any = "",
    footer: Any = "",
    flush: bool = False,
    stale: bool = False,
    id: str = "",  # noqa: A002 - the attribute's own name
    label: Any = "",
    level: int = 2,
    css: str = "",
) -> SafeString:
    """One block with one question: title, unit (`note`), definition, freshness, and a body.

    `flush` puts the body edge to edge (tables, lists); `panel_body` and `panel_foot` then go inside. `end` is
    what stands at the right of the head. `label` names a panel that shows no title.
    """
    return component(
        "panel",
        title=title, note=note, definition=definition, definition_title=definition_title, end=end, footer=footer,
        stamp=freshness(fresh_at, slo=slo, label=fresh_label) if fresh_at or slo else "",
        flush=flush, stale=stale, id=id, label=label, level=level, css=css, body=content,
    )  # fmt: skip


@register.simple_block_tag
def panel_body(content: str) -> SafeString:
    """The padded part of a flush panel."""
    return format_html('<div class="panel__body">{}</div>', inner(content))


@register.simple_block_tag
def panel_foot(content: str) -> SafeString:
    """The line at the bottom of a panel."""
    return format_html('<footer class="panel__foot">{}</footer>', inner(content))


@register.simple_tag
def define(text: Any, *, title: Any, align: str = "") -> SafeString:
    """The `?` that opens a definition."""
    return component("define", text=text, title=title, align=align)


@register.simple_block_tag
def notice(content: str, *, tone: str = "info", icon: str = "", role: str = "") -> SafeString:
    """A message in the page: what happened and what to do. `role="alert"` when it came after an action."""
    return component("notice", body=content, tone=tone, icon=icon or _TONE_ICONS[tone], role=role)


@register.simple_block_tag
def empty_state(
    content: str, *, title: Any, text: Any = "", icon: str = "inbox", level: int = 3
) -> SafeString:
    """What will be here and how to begin; the body holds the buttons."""
    return component("empty_state", title=title, text=text, icon=icon, level=level, actions=inner(content))


@register.simple_tag
def messages_list(messages: Iterable[Any]) -> SafeString:
    """Django's messages as toasts that stay until closed."""
    rows = [{"text": message, "tone": _MESSAGE_TONES.get(message.level_tag, "info")} for message in messages]
    for row in rows:
        row["icon"] = _TONE_ICONS[row["tone"]]
    return component("messages", messages=rows)


@register.simple_tag
def facts(rows: Iterable[Fact], *, layout: str = "rows") -> SafeString:
    """A list of labels and values: `rows` (label left, value right) or `grid`."""
    return component("facts", rows=rows, layout=layout)


@register.simple_tag
def skeleton(*, shape: str = "lines") -> SafeString:
    """The shape of what is loading: `lines`, `kpi`, `chart` or `table`."""
    return component("skeleton", shape=shape)


@register.simple_tag
def progress(
    done: float | None,
    total: float | None = None,
    *,
    label: Any,
    about: bool = False,
    note: Any = "",
    state: str = "",
    amount: Any = "",
) -> SafeString:
    """A job and how far it is: «N из ≈ M»; a moving bar when the total is unknown.

    `about` says that the total is an estimate; `state` is empty, `success` or `danger`.
    """
    return component(
        "progress", done=done, total=total, label=label, about=about, note=note, state=state, amount=amount
    )
