"""The components of the cabinet: one tag, one template in templates/components and one stylesheet each.

Tags that repeat in every row (icon, badge, mark) are rendered once and remembered. Numbers and dates are in
fmt, charts in charts. An argument a component does not know is an error.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms, template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from core import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.components import (
        CheckItem,
        Chip,
        Counter,
        Crumb,
        Decision,
        Fact,
        HistoryItem,
        MenuItem,
        Part,
        Step,
        Tab,
    )

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


def _component(name: str, /, **variables: Any) -> SafeString:
    return _inner(get_template(f"components/{name}.html").render(variables))


def _inner(markup: str) -> SafeString:
    """Rendered markup without the white space around it, so that a component fits into a line of text."""
    return mark_safe(markup.strip())  # noqa: S308 - rendered template output


# ---- marks in a row: remembered -----------------------------------------------------------------------------


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
    return _component("badge", label=label, tone=tone, icon=icon, css=css)


@register.simple_tag
def marketplace_mark(code: str, *, name: Any = False) -> SafeString:
    """The 18 px letter mark of a marketplace; with `name=True` its name beside, with a text that text."""
    return _mark(str(code), name if isinstance(name, bool) else str(name), get_language() or "")


@lru_cache(maxsize=512)
def _mark(code: str, name: bool | str, language: str) -> SafeString:  # noqa: FBT001 - part of the cache key
    css, letter, title = _MARKETPLACES.get(code, ("other", code[:1].upper(), code))
    text = str(title) if name is True else name
    return _component("marketplace_mark", css=css, letter=letter, title=title, text=text)


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
    return _component(
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
    return _component("deadline", text=text, tone=tone)


@register.simple_tag
def delta(change: formats.Change | None) -> SafeString:
    """A change against the period before: arrow, figure, good or bad."""
    return _component("delta", change=change)


@register.simple_tag
def thumb(url: str = "", *, icon: str = "package", size: str = "") -> SafeString:
    """The product photo, or a quiet place for it."""
    return _component("thumb", url=url, icon=icon, size=size)


@register.simple_tag
def goods(
    name: Any, *, url: str = "", sub: Any = "", photo: str = "", marketplace: str = "", icon: str = "package"
) -> SafeString:
    """A product in a row: photo, name, a grey line below (article, or the warehouse with its mark)."""
    return _component("goods", name=name, url=url, sub=sub, photo=photo, marketplace=marketplace, icon=icon)


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


# ---- actions --------------------------------------------------------------------------------------------------


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
    return _component(
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
    return _component(
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
    return _component(
        "confirm",
        csrf_token=context.get("csrf_token"), id=id, title=title, body=content, url=url, action=action, keep=keep,
        kind=kind, method=method,
    )  # fmt: skip


@register.simple_block_tag
def dialog(content: str, *, id: str, title: Any) -> SafeString:  # noqa: A002 - the attribute's own name
    """A dialog with a body of one's own, opened by `{% button … popover=id %}`."""
    return _component("dialog", id=id, title=title, body=content)


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
    return _component(
        "menu",
        items=items, label=label, icon=icon, text=text, title=title, align=align, kind=kind,
        csrf_token=context.get("csrf_token"),
    )  # fmt: skip


# ---- the page ---------------------------------------------------------------------------------------------------


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
    return _component(
        "page_head",
        title=title, crumbs=crumbs, lede=lede, status=status, photo=photo, meta=meta, actions=_inner(content),
    )  # fmt: skip


@register.simple_block_tag
def meta(content: str) -> SafeString:
    """Facts under a page title, to be given to `page_head` (`{% meta as facts %}…{% endmeta %}`)."""
    return _inner(content)


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
    return _component(
        "panel",
        title=title, note=note, definition=definition, definition_title=definition_title, end=end, footer=footer,
        stamp=freshness(fresh_at, slo=slo, label=fresh_label) if fresh_at or slo else "",
        flush=flush, stale=stale, id=id, label=label, level=level, css=css, body=content,
    )  # fmt: skip


@register.simple_block_tag
def panel_body(content: str) -> SafeString:
    """The padded part of a flush panel."""
    return format_html('<div class="panel__body">{}</div>', _inner(content))


@register.simple_block_tag
def panel_foot(content: str) -> SafeString:
    """The line at the bottom of a panel."""
    return format_html('<footer class="panel__foot">{}</footer>', _inner(content))


@register.simple_tag
def define(text: Any, *, title: Any, align: str = "") -> SafeString:
    """The `?` that opens a definition."""
    return _component("define", text=text, title=title, align=align)


@register.simple_block_tag
def notice(content: str, *, tone: str = "info", icon: str = "", role: str = "") -> SafeString:
    """A message in the page: what happened and what to do. `role="alert"` when it came after an action."""
    return _component("notice", body=content, tone=tone, icon=icon or _TONE_ICONS[tone], role=role)


@register.simple_block_tag
def empty_state(
    content: str, *, title: Any, text: Any = "", icon: str = "inbox", level: int = 3
) -> SafeString:
    """What will be here and how to begin; the body holds the buttons."""
    return _component("empty_state", title=title, text=text, icon=icon, level=level, actions=_inner(content))


@register.simple_tag
def messages_list(messages: Iterable[Any]) -> SafeString:
    """Django's messages as toasts that stay until closed."""
    rows = [{"text": message, "tone": _MESSAGE_TONES.get(message.level_tag, "info")} for message in messages]
    for row in rows:
        row["icon"] = _TONE_ICONS[row["tone"]]
    return _component("messages", messages=rows)


@register.simple_tag
def facts(rows: Iterable[Fact], *, layout: str = "rows") -> SafeString:
    """A list of labels and values: `rows` (label left, value right) or `grid`."""
    return _component("facts", rows=rows, layout=layout)


@register.simple_tag
def skeleton(*, shape: str = "lines") -> SafeString:
    """The shape of what is loading: `lines`, `kpi`, `chart` or `table`."""
    return _component("skeleton", shape=shape)


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
    return _component(
        "progress", done=done, total=total, label=label, about=about, note=note, state=state, amount=amount
    )


# ---- numbers ----------------------------------------------------------------------------------------------------


@register.simple_tag
def kpi(
    label: Any,
    value: Any,
    *,
    unit: Any = "",
    change: formats.Change | None = None,
    was: Any = "",
    note: Any = "",
    spark: Any = "",
    definition: Any = "",
    url: str = "",
    align: str = "",
) -> SafeString:
    """A figure with its unit, the change against the period before and its shape; goes into `kpis`.

    `value` is ready text; None is «нет данных» with `note` saying why.
    """
    return _component(
        "kpi",
        label=label, value=value, unit=unit, change=change, was=was, note=note, spark=spark,
        definition=definition, url=url, align=align,
    )  # fmt: skip


@register.simple_block_tag
def kpis(content: str, *, label: Any) -> SafeString:
    """The strip of figures: one instrument with several dials."""
    return _component("kpis", body=content, label=label)


@register.simple_tag
def decision(item: Decision) -> SafeString:
    """A row of «needs a decision»; goes into an `<ol class="decisions">`."""
    return _component("decision", item=item)


@register.simple_tag
def cover_bar(
    days: float | None,
    *,
    scale: float = 60,
    supply_in: float | None = None,
    red: float = 7,
    amber: float = 14,
) -> SafeString:
    """Days of cover: red under 7, amber under 14, grey beyond the scale; the tick is the next supply."""
    if days is None:
        return format_html('<span class="zero">{}</span>', formats.UNKNOWN)
    tone = "danger" if days < red else "warning" if days < amber else "muted" if days > scale else "accent"
    width = f"{min(days / scale, 1) * 100:.2f}"
    tick = f"{min(supply_in / scale, 1) * 100:.2f}" if supply_in is not None else ""
    return _component("cover_bar", tone=tone, width=width, tick=tick, text=formats.days(days))


@register.simple_tag
def bar(
    share: float | None, *, tone: str = "accent", thin: bool = False, mark: float | None = None
) -> SafeString:
    """A share of 0–1 as a bar in a cell; `mark` is a tick (an average, a norm)."""
    return _component(
        "bar",
        width=f"{min(max(share or 0, 0), 1) * 100:.2f}",
        tick=f"{min(max(mark, 0), 1) * 100:.2f}" if mark is not None else "",
        tone=tone,
        thin=thin,
    )


@register.simple_tag
def stock_bar(parts: Sequence[Part], *, legend: bool = True, label: Any = "") -> SafeString:
    """A whole and its parts in one flat bar, with the figures beside (stock, statuses, acceptance)."""
    total = sum(part.value for part in parts)
    rows, start = [], 0.0
    for part in parts:
        width = part.value / total * 100 if total else 0.0
        rows.append({"part": part, "x": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return _component("stock_bar", rows=rows, legend=legend, label=label)


# ---- lists --------------------------------------------------------------------------------------------------------


@register.simple_tag
def counters(items: Sequence[Counter], *, label: Any) -> SafeString:
    """The strip of status counters: the whole and its parts, each a filter."""
    return _component("counters", items=items, label=label)


@register.simple_tag
def tabs(items: Sequence[Tab], *, label: Any) -> SafeString:
    """Tabs of a page, as links."""
    return _component("tabs", items=items, label=label)


@register.simple_block_tag
def saved_views(content: str, *, items: Sequence[Tab], label: Any = "") -> SafeString:
    """Saved views above a list; the body stands at the right («Сохранить вид»)."""
    return _component("saved_views", items=items, label=label or _("Saved views"), end=_inner(content))


@register.simple_tag
def segment(items: Sequence[Tab], *, label: Any, small: bool = False) -> SafeString:
    """Two to four choices that exclude each other (a period, a grouping), as links."""
    return _component("segment", items=items, label=label, small=small)


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
    return _component(
        "filter_bar",
        searched=form[search] if form is not None and search in form.fields else None,
        search=search, term=query.get(search, ""), placeholder=placeholder or _("Search this list"),
        fields=fields, chips=shown, action=action, end=end, body=_inner(content),
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
    return _component("bulk_bar", body=content, total=total)


@register.simple_tag
def select_all() -> SafeString:
    """The checkbox in the head that selects every row of the page (a convenience of the script)."""
    return _component("select_all")


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
    return _component(
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
    return _component("sort_header", label=label, unit=unit, numeric=numeric, css=css, state=state, url=url)


@register.simple_block_tag
def pager(content: str, *, newer_url: str = "", older_url: str = "") -> SafeString:
    """«Новее» and «Старше»; the body says what is on this page."""
    return _component("pager", body=content, newer_url=newer_url, older_url=older_url)


# ---- time ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def steps(items: Sequence[Step], *, label: Any) -> SafeString:
    """The road of an order or a supply: done, now, next, bad."""
    return _component("steps", items=items, label=label)


@register.simple_tag
def history(items: Iterable[HistoryItem]) -> SafeString:
    """Events, newest first, each with both times."""
    return _component("history", items=items)


@register.simple_tag
def checklist(items: Iterable[CheckItem]) -> SafeString:
    """What is done and what is not, each with the button that does it."""
    return _component("checklist", items=items)


# ---- forms --------------------------------------------------------------------------------------------------------


@register.simple_tag
def field(
    bound: forms.BoundField,
    *,
    span: int = 6,
    label: Any = "",
    ok: Any = "",
    optional: bool | None = None,
    css: str = "",
    placeholder: Any = "",
    autofocus: bool = False,
) -> SafeString:
    """A form field: label, help, error above the control, wired for readers. `span` is of six columns.

    `placeholder=False` drops the one that the widget brings.
    """
    if bound.is_hidden:
        return mark_safe(str(bound))  # noqa: S308 - Django's own markup
    kind = _kind(bound)
    if kind == "options":
        bound.field.widget.attrs["class"] = "check"
    return _component(
        "field",
        bound=bound, kind=kind, span=span, ok=ok, label=label or bound.label, control=_control(
            bound, kind=kind, css=css, placeholder=placeholder, autofocus=autofocus
        ),
        is_optional=not bound.field.required and kind != "check" if optional is None else optional,
    )  # fmt: skip


@register.simple_tag
def form_fields(form: forms.BaseForm) -> SafeString:
    """Every field of a form, one under another, hidden ones included."""
    return mark_safe("".join(field(bound) for bound in form))  # noqa: S308 - each part is a component


@register.simple_tag
def form_errors(form: forms.BaseForm, *, title: Any = "", focus: bool = True) -> SafeString:
    """The summary that comes first after a failed save, each line linked to its field."""
    rows = [
        (form[name], error) for name, errors in form.errors.items() if name != "__all__" for error in errors
    ]
    return _component(
        "form_errors",
        rows=rows,
        general=form.non_field_errors(),
        title=title or _("Not saved"),
        focus=focus,
    )


def _kind(bound: forms.BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "options"
    if isinstance(widget, forms.Select):
        return "select"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


def _control(
    bound: forms.BoundField, *, kind: str, css: str, placeholder: Any, autofocus: bool
) -> SafeString:
    described = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, ["check" if kind == "options" else kind, css]))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if placeholder is False:
        bound.field.widget.attrs.pop("placeholder", None)
    elif placeholder:
        attrs["placeholder"] = placeholder
    if autofocus:
        attrs["autofocus"] = True
    return bound.as_widget(attrs=attrs)
