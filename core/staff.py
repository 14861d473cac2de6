"""What the admin pages of all apps share: read only by default, quick on big tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.paginator import InfinitePaginator

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

# Longer payloads are cut: a page of the admin must open whatever a marketplace sent.
_LONGEST_JSON = 20_000


class StaffAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Base of the admin pages of tenant tables: staff look, and change only what a subclass names.

    The list has no full count and sorts by nothing but the columns named, so that it opens at a million rows.
    """

    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    sortable_by: tuple[str, ...] = ()
    changeable: tuple[str, ...] = ()
    date_hierarchy = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the cabinet and from syncs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where a subclass names fields."""
        return bool(self.changeable) and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All but the fields named as changeable."""
        shown = self.fields or [field.name for field in self.model._meta.fields if field.editable]  # noqa: SLF001 - documented API
        return [
            name for name in dict.fromkeys((*shown, *self.readonly_fields)) if name not in self.changeable
        ]


class StaffInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    """Rows of a parent, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are not made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are not changed here."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """All of them: fields that are not editable can be looked at too."""
        return tuple(self.fields or ())


COMPANY_FILTER = ("company", AutocompleteSelectFilter)


def pretty_json(value: Any) -> SafeString:
    """A stored document, indented; the tail of a huge one is cut and said so."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    if len(text) > _LONGEST_JSON:
        text = f"{text[:_LONGEST_JSON]}\n… {len(text) - _LONGEST_JSON} more characters"
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)
