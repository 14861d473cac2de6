"""Filter, order and page a list by the URL: keyset pages in both directions, no OFFSET and no COUNT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Func, Value
from django.utils.translation import gettext as _

from core.components import Tab

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django import forms
    from django.db.models import Field, QuerySet
    from django.http import HttpRequest, QueryDict
    from django_stubs_ext import StrOrPromise

    from core.filters import ListFilterSet
    from core.tables import BaseTable, Sort

PAGE_SIZE = 50
SORT, AFTER, BEFORE = "sort", "after", "before"
# Read by live blocks: what the page already showed. Never part of a link.
SEEN = "seen"
_CURSOR_SALT = "core.listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order of a list: the word in the URL, the field behind it, and the direction."""

    key: str
    sort: Sort
    is_descending: bool

    @property
    def word(self) -> str:
        """As the URL says it."""
        return f"-{self.key}" if self.is_descending else self.key

    def expressions(self, *, is_backward: bool = False) -> list[Any]:
        """What to order by; always ends in the unique id, in the same direction, as the indexes are made."""
        falls = self.is_descending is not is_backward
        if not self.sort.is_nullable:
            sign = "-" if falls else ""
            return [f"{sign}{self.sort.field}", f"{sign}pk"]
        nulls = {"nulls_first": True} if is_backward else {"nulls_last": True}
        field = F(self.sort.field)
        return [field.desc(**nulls) if falls else field.asc(**nulls), "-pk" if falls else "pk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a URL asks of a list: the rows, filtered and ordered, and what was wrong with the question.

    `queryset` is empty when a filter cannot be understood; `errors` say which. `query` is the URL's query
    without the page.
    """

    table: type[BaseTable]
    filterset: ListFilterSet
    queryset: QuerySet[Any]
    order: Order
    query: str
    warnings: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]

    @property
    def form(self) -> forms.BaseForm:
        """The form of the filters."""
        form: forms.BaseForm = self.filterset.form
        return form

    @property
    def is_valid(self) -> bool:
        """Whether every filter was understood."""
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list. A link is empty when there is nothing that way."""

    selection: Selection
    rows: Sequence[Any]
    newer_url: str
    older_url: str
    warnings: tuple[str, ...]

    @property
    def is_first(self) -> bool:
        """Whether nothing stands before this page."""
        return not self.newer_url

    @property
    def sort(self) -> str:
        """The order in force, as the URL says it."""
        return self.selection.order.word

    @property
    def form(self) -> forms.BaseForm:
        """The form of the filters."""
        return self.selection.form

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Filters that cannot be understood: label and what is wrong."""
        return self.selection.errors

    @property
    def is_filtered(self) -> bool:
        """Whether the list is narrowed by anything."""
        return bool(self.errors) or self.selection.filterset.is_filtered()

    @property
    def query(self) -> str:
        """The filters and the order as a query string, for the links to exports and live blocks."""
        return self.selection.query

    @property
    def columns(self) -> Sequence[Any]:
        """The columns of the page."""
        return self.selection.table.screen_columns()


def link(query: QueryDict, **changes: str | list[str] | None) -> str:
    """The same list from its first page with some parameters set, or taken away with None: `?…`."""
    changed = query.copy()
    for name in (AFTER, BEFORE, SEEN):
        changed.pop(name, None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed.setlist(name, value if isinstance(value, list) else [value])
    return f"?{query_without(changed)}"


def ready_views(
    query: QueryDict, views: Iterable[tuple[StrOrPromise, Mapping[str, str | list[str]]]]
) -> list[Tab]:
    """Ready questions above a list as tabs: label and parameters, of several values where a list is given; the account
    in the address is kept."""
    account = query.get("account", "")
    kept = {"account": account} if account else {}
    passing = {AFTER, BEFORE, SEEN, "account"}
    here = {
        name: given
        for name, values in query.lists()
        if name not in passing and (given := [value for value in values if value])
    }
    return [
        Tab(
            label=label,
            url=f"?{urlencode({**kept, **asked}, doseq=True)}",
            is_current=here
            == {name: value if isinstance(value, list) else [value] for name, value in asked.items()},
        )
        for label, asked in views
    ]


def account_id(query: QueryDict) -> int | None:
    """The account that the page is about; a malformed one is told by the filter."""
    return given_id(query.get("account", ""))


def account_ids(query: QueryDict) -> Sequence[int] | None:
    """The accounts that the page is about; None: all."""
    one = account_id(query)
    return None if one is None else (one,)


def given_id(text: str) -> int | None:
    """The id that an address gives; None for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


class CannotUseCursor(Exception):
    """The cursor in the URL was not made by this list in this order."""


def select(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    table: type[BaseTable],
    filterset: type[ListFilterSet],
    also_known: Iterable[str] = (),
) -> Selection:
    """Apply the filters and the order that the URL names.

    Parameters that nothing here reads (nor `also_known` names) and unknown orders are told as warnings.
    """
    filters = filterset(request.GET, queryset=queryset, request=request)
    is_valid = filters.is_valid()
    order, warnings = order_of(request.GET, table)
    warnings += unknown_parameters(request.GET, {*also_known, *filters.known_parameters()})
    rows = filters.qs if is_valid else queryset.none()
    return Selection(
        table=table,
        filterset=filters,
        queryset=rows.order_by(*order.expressions()),
        order=order,
        query=query_without(request.GET, AFTER, BEFORE, SEEN),
        warnings=tuple(warnings),
        errors=tuple(form_errors(filters.form)),
    )


def listing(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    table: type[BaseTable],
    filterset: type[ListFilterSet],
    page_size: int = PAGE_SIZE,
    also_known: Iterable[str] = (),
) -> Listing:
    """One page of the list that the URL asks for, in one query."""
    selection = select(request, queryset, table=table, filterset=filterset, also_known=also_known)
    return page(selection, request.GET, page_size=page_size)


def page(selection: Selection, query: QueryDict, *, page_size: int = PAGE_SIZE) -> Listing:
    """The page of a selection that the cursor in the query points at; the first one without a cursor."""
    is_backward = BEFORE in query
    text = query.get(BEFORE) if is_backward else query.get(AFTER)
    rows, warnings = selection.queryset, list(selection.warnings)
    has_cursor = text is not None
    if text is not None:
        try:
            rows = rows.filter(_beyond(selection, text, is_backward=is_backward))
        except CannotUseCursor:
            warnings.append(_("The link to this page of the list is broken, so here is the first one."))
            has_cursor = False
    is_backward = is_backward and has_cursor
    if is_backward:
        rows = rows.order_by(*selection.order.expressions(is_backward=True))
    found = list(rows[: page_size + 1]) if selection.is_valid else []
    has_more, found = len(found) > page_size, found[:page_size]
    if is_backward:
        found.reverse()
    has_newer = has_more if is_backward else has_cursor
    has_older = True if is_backward else has_more
    return Listing(
        selection=selection,
        rows=found,
        newer_url=_page_url(selection, BEFORE, found[0])
        if found and has_newer
        else _home(selection, has_newer),
        older_url=_page_url(selection, AFTER, found[-1]) if found and has_older else "",
        warnings=tuple(warnings),
    )


class RowComparison(Func):
    """`(a, b) < (x, y)` of PostgreSQL, which an index over (a, b) answers whatever the number of equal a."""

    output_field = models.BooleanField()

    def __init__(self, *expressions: Any, operator: str) -> None:
        super().__init__(*expressions)
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # narrower
        """The comparison; the first half of the expressions stands at the left."""
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        texts, half = [sql for sql, _params in compiled], len(compiled) // 2
        params = [param for _sql, group in compiled for param in group]
        return f"({', '.join(texts[:half])}) {self.operator} ({', '.join(texts[half:])})", params


def unknown_parameters(query: QueryDict, known: Iterable[str]) -> list[str]:
    """The warning about parameters that nothing reads; none when there are none."""
    read = {SORT, AFTER, BEFORE, SEEN, *known}
    unknown = [name for name in query if name not in read]
    if not unknown:
        return []
    names = ", ".join(name[:40] for name in unknown[:5])
    return [_("The address has parameters that this list does not know: %(names)s.") % {"names": names}]


def order_of(query: QueryDict, table: type[BaseTable]) -> tuple[Order, list[str]]:
    """The order that a URL names, and the warning when the list has no such order."""
    sorts, warnings = table.sorts(), []
    word = query.get(SORT) or table.default_sort
    if word.removeprefix("-") not in sorts:
        warnings.append(_("This list cannot be sorted by “%(word)s”.") % {"word": word[:40]})
        word = table.default_sort
    key = word.removeprefix("-")
    return Order(key=key, sort=sorts[key], is_descending=word.startswith("-")), warnings


def form_errors(form: forms.BaseForm) -> Iterable[tuple[str, str]]:
    """The filters that cannot be understood: label and what is wrong."""
    for name, errors in form.errors.items():
        label = str(form[name].label) if name in form.fields else ""
        yield from ((label, str(error)) for error in errors)


def _beyond(selection: Selection, text: str, *, is_backward: bool) -> Any:
    value, pk = _read_cursor(selection, text)
    order = selection.order
    falls = order.is_descending is not is_backward
    if not order.sort.is_nullable:
        field = _output_field(selection.queryset, order.sort.field)
        return RowComparison(
            F(order.sort.field),
            F("pk"),
            Value(value, output_field=field),
            Value(pk),
            operator="<" if falls else ">",
        )
    return _beyond_nullable(order.sort.field, value, pk, falls=falls, is_backward=is_backward)


def _beyond_nullable(field: str, value: Any, pk: int, *, falls: bool, is_backward: bool) -> Q:
    step = "lt" if falls else "gt"
    unknown, beyond_id = Q(**{f"{field}__isnull": True}), Q(**{f"pk__{step}": pk})
    if value is None:
        return (
            Q(**{f"{field}__isnull": False}) | (unknown & beyond_id) if is_backward else unknown & beyond_id
        )
    beyond = Q(**{f"{field}__{step}": value}) | (Q(**{field: value}) & beyond_id)
    return beyond if is_backward else beyond | unknown


def _page_url(selection: Selection, direction: str, row: Any) -> str:
    value = _value(row, selection.order.sort.field)
    text = (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    )
    cursor = signing.dumps([selection.order.word, text, row.pk], salt=_salt(selection))
    return f"?{selection.query}{'&' if selection.query else ''}{direction}={cursor}"


def _home(selection: Selection, has_newer: bool) -> str:  # noqa: FBT001 - one caller
    """From an empty page beyond the end there is only the way to the beginning."""
    return f"?{selection.query}" if has_newer else ""


def _read_cursor(selection: Selection, text: str) -> tuple[Any, int]:
    try:
        word, value, pk = signing.loads(text, salt=_salt(selection))
    except (signing.BadSignature, ValueError) as exc:
        raise CannotUseCursor from exc
    if word != selection.order.word:
        raise CannotUseCursor
    try:
        return _output_field(selection.queryset, selection.order.sort.field).to_python(value), pk
    except ValidationError as exc:
        raise CannotUseCursor from exc


def _salt(selection: Selection) -> str:
    return f"{_CURSOR_SALT}.{selection.table.__module__}.{selection.table.__qualname__}"


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row


def _output_field(queryset: QuerySet[Any], path: str) -> Field[Any, Any]:
    field: Field[Any, Any] = F(path).resolve_expression(queryset.query.clone()).output_field
    return field


def query_without(query: QueryDict, *names: str) -> str:
    """The query string without some parameters, and without empty ones."""
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    for name in [name for name, values in kept.lists() if not any(values)]:
        kept.pop(name)
    return kept.urlencode()
