"""Steps, histories and checklists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString

from core.ui.rendering import component

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.components import (
        CheckItem,
        HistoryItem,
        Step,
    )

register = template.Library()


@register.simple_tag
def steps(items: Sequence[Step], *, label: Any) -> SafeString:
    """The road of an order or a supply: done, now, next, bad."""
    return component("steps", items=items, label=label)


@register.simple_tag
def history(items: Iterable[HistoryItem]) -> SafeString:
    """Events, newest first, each with both times."""
    return component("history", items=items)


@register.simple_tag
def checklist(items: Iterable[CheckItem]) -> SafeString:
    """What is done and what is not, each with the button that does it."""
    return component("checklist", items=items)
