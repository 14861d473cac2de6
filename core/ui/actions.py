"""Buttons, menus and dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString

from core.ui.rendering import component

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.components import (
        MenuItem,
    )

register = template.Library()


@register.simple_tag
def button(
    label: Any,
    *,
    href: str = "",
    kind: str = "",
    icon: str = "",
    icon_after: str = "",
    size: str = "",
    type: str = "button",  # noqa: A002 - the attribute's own name
    name: str = "",
    value: str = "",
    form: str = "",
    popover: str = "",
    disabled: bool = False,
    busy: bool = False,
    icon_only: bool = False,
    external: bool = False,
    download: bool = False,
    css: str = "",
) -> SafeString:
    """A button, or a link that looks like one when `href` is given.

    `kind`: empty, `primary`, `quiet`, `danger`. `size`: empty, `small`, `lg`, `block`. `popover` is the id of
    the dialog it opens. With `icon_only` the label is for readers and the title.
    """
    return component(
        "button",
        label=label, href=href, kind=kind, icon=icon, icon_after=icon_after, size=size, type=type, name=name,
        value=value, form=form, popover=popover, disabled=disabled, busy=busy, icon_only=icon_only,
        external=external, download=download, css=css,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def action_button(
    context: template.Context,
    label: Any,
    *,
    url: str,
    kind: str = "",
    icon: str = "",
    size: str = "",
    disabled: bool = False,
    icon_only: bool = False,
    name: str = "",
    value: str = "",
    css: str = "",
) -> SafeString:
    """A form of one button that POSTs to `url`."""
    return component(
        "action_button",
        csrf_token=context.get("csrf_token"), label=label, url=url, kind=kind, icon=icon, size=size,
        disabled=disabled, icon_only=icon_only, name=name, value=value, css=css,
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def confirm(
    context: template.Context,
    content: str,
    *,
    id: str,  # noqa: A002 - the attribute's own name
    title: Any,
    url: str,
    action: Any,
    keep: Any = "",
    kind: str = "danger",
    method: str = "post",
) -> SafeString:
    """A dialog that names the thing and the loss (the body); opened by `{% button … popover=id %}`.

    Fields put into the body travel with the POST to `url`. The safe button comes first.
    """
    return component(
        "confirm",
        csrf_token=context.get("csrf_token"), id=id, title=title, body=content, url=url, action=action, keep=keep,
        kind=kind, method=method,
    )  # fmt: skip


@register.simple_block_tag
def dialog(content: str, *, id: str, title: Any) -> SafeString:  # noqa: A002 - the attribute's own name
    """A dialog with a body of one's own, opened by `{% button … popover=id %}`."""
    return component("dialog", id=id, title=title, body=content)


@register.simple_tag(takes_context=True)
def menu(
    context: template.Context,
    items: Iterable[MenuItem],
    *,
    label: Any,
    icon: str = "ellipsis",
    text: Any = "",
    title: Any = "",
    align: str = "end",
    kind: str = "",
) -> SafeString:
    """A button that opens a list of links and POST actions; works without JavaScript."""
    return component(
        "menu",
        items=items, label=label, icon=icon, text=text, title=title, align=align, kind=kind,
        csrf_token=context.get("csrf_token"),
    )  # fmt: skip
