"""The lists of returns: all of them, those without their order, of an order, of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Product
from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Chip, Counter
from core.exports import About, export_menu, export_response
from core.listing import Listing, account_ids, link, listing, ready_views, select
from marketplaces.contracts.returns import ReturnStatus
from orders.models import Order
from returns.filters import ANY_CAUSE, ReturnFilter
from returns.models import Return
from returns.selectors import lists
from returns.tables import ReturnTable
from returns.views.tabs import tabs_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest
    from returns.models import ReturnQuerySet

VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("Last returns"), {}),
    (gettext_lazy("By buyers, 30 days"), {"kind": "client_return", "period": "30d"}),
    (gettext_lazy("Refused at hand-over"), {"kind": "refusal"}),
    (gettext_lazy("Open for too long"), {"waits": "long", "sort": "registered_at"}),
    (gettext_lazy("Disposed of soon"), {"waits": "disposal"}),
]
UNMATCHED_VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("All causes"), {}),
    (gettext_lazy("Order not known"), {"unmatched": "order_unknown"}),
    (gettext_lazy("No such product"), {"unmatched": "line_unknown"}),
    (gettext_lazy("More than was ordered"), {"unmatched": "too_many"}),
]
# Filters that only links set.
_WITHOUT_FIELD = ("product", "order", "sent_from", "at", "address")


@require_GET
@requires(Permission.VIEW)
def return_list(request: CompanyRequest) -> HttpResponse:
    """The returns; for the live block 204 as long as nothing has changed."""
    return _list(request, lists.return_list(request.company), is_unmatched=False)


@require_GET
@requires(Permission.VIEW)
def return_unmatched(request: CompanyRequest) -> HttpResponse:
    """The returns that could not be tied to an order line, with the cause."""
    return _list(request, lists.unmatched_list(request.company), is_unmatched=True)


@require_GET
@requires(Permission.EXPORT)
def return_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(
        request, Return.objects.for_company(request.company), table=ReturnTable, filterset=ReturnFilter
    )
    about = About(
        title=_("Returns"),
        name="returns",
        company=request.company.name,
        zone=request.company.zone,
        as_of=freshness(request.company, stream="returns", accounts=account_ids(request.GET)).at,
        definition=_(
            "One product of a return or refusal; the amount is its units at the seller's price. Cancellations before"
            " hand-over, refusals, returns of buyers and technical ones are kinds of their own."
        ),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def product_returns(request: CompanyRequest, pk: int) -> HttpResponse:
    """The last returns of a product, as a block of its page; without htmx the list of its returns."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    url = f"{reverse('returns:return-list', args=[request.company.slug])}?product={product.pk}"
    if not request.htmx:
        return redirect(url)
    found = lists.returns_of_product(request.company, product.pk)
    return render(request, "returns/block.html", {"returns": found, "all_url": url})


@require_GET
@requires(Permission.VIEW)
def order_returns(request: CompanyRequest, pk: int) -> HttpResponse:
    """The returns of an order, as a block of its page; without htmx the list narrowed to them."""
    order = get_object_or_404(Order.objects.for_company(request.company), pk=pk)
    url = reverse("returns:return-list", args=[request.company.slug], query={"order": str(order.pk)})
    if not request.htmx:
        return redirect(url)
    found = lists.returns_of_order(request.company, order.pk)
    return render(request, "returns/block.html", {"returns": found, "all_url": url})


def _list(request: CompanyRequest, rows: ReturnQuerySet, *, is_unmatched: bool) -> HttpResponse:
    changed_at = lists.last_change(request.company)
    fresh = freshness(request.company, stream="returns", accounts=account_ids(request.GET))
    seen = live.marker(changed_at, fresh.at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    found = listing(request, rows, table=ReturnTable, filterset=ReturnFilter)
    context = {
        "found": found,
        "fresh": fresh,
        "seen": seen,
        "changed": live.changed_since(request, {row.pk: row.changed_at for row in found.rows}),
        "has_returns": changed_at is not None,
        "is_unmatched": is_unmatched,
        "counters": _counters(request, found),
    }
    if not live.is_live(request):
        context |= _around_list(request, found, is_unmatched=is_unmatched)
    return live.page_or_block(request, "returns/list.html", context)


def _around_list(request: CompanyRequest, found: Listing, *, is_unmatched: bool) -> dict[str, Any]:
    """What stands around the rows and does not live: tabs, ready views, filters, exports."""
    slug = request.company.slug
    may_export = request.membership.can(Permission.EXPORT) and (found.rows or found.is_filtered)
    query = found.query
    if is_unmatched and not request.GET.get("unmatched"):
        query = f"{query}&unmatched={ANY_CAUSE}".lstrip("&")
    return {
        "tabs": tabs_of(
            request, current="returns:return-unmatched" if is_unmatched else "returns:return-list"
        ),
        "views": ready_views(request.GET, UNMATCHED_VIEWS if is_unmatched else VIEWS),
        "chips": _chips(request, found),
        "keep": ("sort", "account", *_WITHOUT_FIELD),
        "can_refresh": request.membership.can(Permission.SYNC),
        "exports": export_menu(lambda form: reverse("returns:return-export", args=[slug, form]), query)
        if may_export
        else [],
    }


def _counters(request: CompanyRequest, found: Listing) -> list[Counter]:
    if found.errors:
        return []
    counts = lists.status_counts(found.selection.filterset.rows_besides("status"))
    chosen = request.GET.getlist("status")
    strip = [
        Counter(
            label=_("All returns"),
            value=_count_text(lists.total(counts)),
            url=link(request.GET, status=None),
            is_current=not chosen,
        )
    ]
    for status in ReturnStatus:
        count = counts.get(status.value, lists.StatusCount())
        if count.returns or chosen == [status.value]:
            strip.append(
                Counter(
                    label=status.label,
                    value=_count_text(count),
                    tone=status.tone,
                    url=link(request.GET, status=status.value),
                    is_current=chosen == [status.value],
                )
            )
    return strip


def _count_text(count: lists.StatusCount) -> str:
    return f"{formats.number(count.returns)}+" if count.is_more else formats.number(count.returns)


def _chips(request: CompanyRequest, found: Listing) -> list[Chip]:
    """Filters that have no field in the menu."""
    chips = []
    for name in _WITHOUT_FIELD:
        field, asked = found.form.fields[name], request.GET.get(name, "")
        chosen = asked and dict(getattr(field, "choices", ((asked, asked),))).get(asked)
        if chosen:
            chips.append(
                Chip(label=str(field.label), value=str(chosen), url=link(request.GET, **{name: None}))
            )
    return chips
