"""Counters, views, filters, tables, pages and the selection of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.ui.rendering import component, inner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.components import (
        Chip,
        Counter,
        Tab,
    )

register = template.Library()


@register.simple_tag
def counters(items: Sequence[Counter], *, label: Any) -> SafeString:
    """The strip of status counters: the whole and its parts, each a filter."""
    return component("counters", items=items, label=label)


@register.simple_tag
def tabs(items: Sequence[Tab], *, label: Any) -> SafeString:
    """Tabs of a page, as links."""
    return component("tabs", items=items, label=label)


@register.simple_block_tag
def saved_views(content: str, *, items: Sequence[Tab], label: Any = "") -> SafeString:
    """Saved views above a list; the body stands at the right («Сохранить вид»)."""
    return component("saved_views", items=items, label=label or _("Saved views"), end=inner(content))


@register.simple_tag
def segment(items: Sequence[Tab], *, label: Any, small: bool = False) -> SafeString:
    """Two to four choices that exclude each other (a period, a grouping), as links."""
    return component("segment", items=items, label=label, small=small)


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: template.Context,
    content: str,
    *,
    form: forms.BaseForm | None = None,
    chips: Sequence[Chip] = (),
    search: str = "q",
    placeholder: Any = "",
    reset_url: str = "",
    action: str = "",
    end: Any = "",
    keep: Sequence[str] = ("sort", "account"),
) -> SafeString:
    """What the URL says, in words: search, a removable chip a filter in force, a menu with all the filters.

    `form` is the form of the FilterSet; its field named `search` becomes the search box, the others go into
    the menu, and a chip is made of each one with a value (more may be given in `chips`). Parameters named in
    `keep` survive the GET. The body is put after the chips.
    """
    request = context.get("request")
    query = request.GET if request else {}
    fields = [bound for bound in form.visible_fields() if bound.name != search] if form is not None else []
    shown = [*_chips(fields, query), *chips]
    return component(
        "filter_bar",
        searched=form[search] if form is not None and search in form.fields else None,
        search=search, term=query.get(search, ""), placeholder=placeholder or _("Search this list"),
        fields=fields, chips=shown, action=action, end=end, body=inner(content),
        reset_url=reset_url or (request.path if request else ""),
        is_filtered=bool(shown or query.get(search)),
        hidden=[(name, value) for name in keep for value in _values(query, name) if value],
    )  # fmt: skip


def _values(query: Any, name: str) -> list[str]:
    return list(query.getlist(name)) if hasattr(query, "getlist") else []


def _chips(fields: Iterable[forms.BoundField], query: Any) -> list[dict[str, Any]]:
    chips = []
    for bound in fields:
        names = [name for name in query if name == bound.html_name or name.startswith(f"{bound.html_name}_")]
        names = [name for name in names if any(_values(query, name))]
        if not names:
            continue
        rest = [
            (key, item)
            for key in query
            for item in _values(query, key)
            if key not in {*names, "after", "before"}
        ]
        words = ", ".join(
            _choice_words(bound, [item for name in names for item in _values(query, name) if item])
        )
        chips.append({"label": bound.label, "value": words, "url": f"?{urlencode(rest)}"})
    return chips


def _choice_words(bound: forms.BoundField, values: Sequence[str]) -> list[str]:
    words = getattr(bound.field, "words", None)
    if words is not None:
        return [words(values)]
    known: dict[str, str] = {}
    for value, label in getattr(bound.field, "choices", ()) or ():
        group = label if isinstance(label, list | tuple) else [(value, label)]
        known.update({str(key): str(text) for key, text in group})
    if isinstance(bound.field, forms.BooleanField | forms.NullBooleanField):
        known = {"on": _("yes"), "true": _("yes"), "True": _("yes"), "false": _("no"), "False": _("no")}
    return [known.get(value, value) for value in values]


@register.simple_block_tag
def bulk_bar(content: str, *, total: Any = "") -> SafeString:
    """What can be done with the selected rows; appears as soon as one is selected, inside the list's form."""
    return component("bulk_bar", body=content, total=total)


@register.simple_tag
def select_all() -> SafeString:
    """The checkbox in the head that selects every row of the page (a convenience of the script)."""
    return component("select_all")


@register.simple_tag
def select_row(value: Any, *, label: Any, name: str = "selected") -> SafeString:
    """The checkbox of a row."""
    return format_html(
        '<input class="check" type="checkbox" name="{}" value="{}" aria-label="{}" data-select-row>',
        name, value, label,
    )  # fmt: skip


@register.simple_block_tag
def table(
    content: str,
    *,
    caption: Any,
    cards: bool = True,
    inner: bool = False,
    tight: bool = False,
    scroll: bool = False,
    css: str = "",
) -> SafeString:
    """The shell of a table. `cards` turns rows into cards on a phone, `inner` leaves the head unpinned.

    Cells: `n` figures, `tight`, `fit` (takes the rest, cut), `k-hide` `k-full` `k-side` `k-end` on a phone,
    `k-mid` leaves first. `scroll` is for wide matrices with a pinned `.pin` column.
    """
    return component(
        "table", body=content, caption=caption, cards=cards, inner=inner, tight=tight, scroll=scroll, css=css
    )


@register.simple_tag(takes_context=True)
def sort_header(
    context: template.Context,
    key: str,
    label: Any,
    *,
    unit: Any = "",
    numeric: bool = False,
    css: str = "",
    param: str = "sort",
    default: str = "",
) -> SafeString:
    """A `<th>` whose link sorts by `key`; `default` is the order the page has when the URL names none."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    current = (query.get(param, "") if query is not None else "") or default
    state = "descending" if current == f"-{key}" else "ascending" if current == key else ""
    target = f"-{key}" if state == "ascending" or (not state and numeric) else key
    if query is not None:
        for name in ("after", "before", "cursor"):
            query.pop(name, None)
        query[param] = target
    url = f"?{query.urlencode() if query is not None else urlencode({param: target})}"
    return component("sort_header", label=label, unit=unit, numeric=numeric, css=css, state=state, url=url)


@register.simple_block_tag
def pager(content: str, *, newer_url: str = "", older_url: str = "") -> SafeString:
    """«Новее» and «Старше»; the body says what is on this page."""
    return component("pager", body=content, newer_url=newer_url, older_url=older_url)
