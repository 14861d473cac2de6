"""The pages of orders: the list, one order, the last orders of a product."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.models import Product
from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Chip, Counter, Crumb
from core.exports import About, export_menu, export_response
from core.listing import Listing, account_ids, link, listing, ready_views, select
from marketplaces.contracts.orders import OrderStatus
from marketplaces.tasks import refresh
from orders.filters import TALLIED, OrderFilter
from orders.models import Order
from orders.selectors import detail, lists
from orders.tables import OrderTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

VIEWS: list[tuple[StrOrPromise, dict[str, str]]] = [
    (gettext_lazy("Last changes"), {}),
    (gettext_lazy("New orders"), {"status": "accepted", "sort": "-placed_at"}),
    (gettext_lazy("Late"), {"late": "true"}),
    (gettext_lazy("Cancelled this week"), {"status": "cancelled", "period": "7d"}),
    (gettext_lazy("From 10 000 ₽"), {"amount_from": "10000"}),
]


@require_GET
@requires(Permission.VIEW)
def order_list(request: CompanyRequest) -> HttpResponse:
    """The orders; for the live block 204 as long as nothing has changed."""
    changed_at = lists.last_change(request.company)
    fresh = freshness(request.company, stream="orders", accounts=account_ids(request.GET))
    seen = live.marker(changed_at, fresh.at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    found = listing(request, lists.order_list(request.company), table=OrderTable, filterset=OrderFilter)
    context = {
        "found": found,
        "fresh": fresh,
        "seen": seen,
        "changed": live.changed_since(request, {row.pk: row.changed_at for row in found.rows}),
        "has_orders": changed_at is not None,
        "counters": _counters(request, found),
        "span": _span(found),
        "page_sum": _page_sum(found),
    }
    if not live.is_live(request):
        context |= _around_list(request, found)
    return live.page_or_block(request, "orders/list.html", context)


@require_GET
@requires(Permission.EXPORT)
def order_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(
        request, Order.objects.for_company(request.company), table=OrderTable, filterset=OrderFilter
    )
    about = About(
        title=_("Orders"),
        name="orders",
        company=request.company.name,
        zone=request.company.zone,
        as_of=freshness(request.company, stream="orders", accounts=account_ids(request.GET)).at,
        definition=_("One order of the marketplace; the amount is at the seller's price, before fees."),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def order_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One order; for a live block only what moves."""
    try:
        page = detail.order_page(request.company, pk)
    except Order.DoesNotExist as exc:
        raise Http404 from exc
    seen = live.marker(page.order.changed_at, page.order.observed_at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    context = {
        "page": page,
        "order": page.order,
        "seen": seen,
        "crumbs": [Crumb(label=_("Orders"), url=reverse("orders:order-list", args=[request.company.slug]))],
        "can_refresh": request.membership.can(Permission.SYNC),
    }
    return live.page_or_block(request, "orders/detail.html", context)


@require_POST
@requires(Permission.SYNC)
def order_refresh(request: CompanyRequest, pk: int) -> HttpResponse:
    """Ask the marketplace for this order now."""
    order = get_object_or_404(Order.objects.for_company(request.company).select_related("account"), pk=pk)
    answer = refresh(account=order.account, by=request.user, stream="orders", external_id=order.external_id)
    if answer.is_accepted:
        messages.success(request, _("We are asking the marketplace: the page will change by itself."))
    elif answer.next_allowed_at is None:
        messages.warning(request, _("The account is stopped, so nothing is asked. Resume it first."))
    else:
        when = f"{timezone.localtime(answer.next_allowed_at):%H:%M:%S}"
        messages.warning(request, _("Just asked. One may ask again at %(when)s.") % {"when": when})
    return redirect("orders:order-detail", request.company.slug, pk)


@require_GET
@requires(Permission.VIEW)
def product_orders(request: CompanyRequest, pk: int) -> HttpResponse:
    """The last orders of a product, as a block of its page; without htmx the list of its orders."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    if not request.htmx:
        return redirect(f"{reverse('orders:order-list', args=[request.company.slug])}?product={product.pk}")
    lines = lists.orders_of_product(request.company, product.pk)
    return render(request, "orders/of_product.html", {"lines": lines, "product": product})


def _around_list(request: CompanyRequest, found: Listing) -> dict[str, Any]:
    """What stands around the rows and does not live: ready views, filters, exports."""
    slug = request.company.slug
    may_export = request.membership.can(Permission.EXPORT) and (found.rows or found.is_filtered)
    return {
        "views": ready_views(request.GET, VIEWS),
        "chips": _chips(request, found),
        "keep": ("sort", "account", "product"),
        "can_refresh": request.membership.can(Permission.SYNC),
        "exports": export_menu(lambda form: reverse("orders:order-export", args=[slug, form]), found.query)
        if may_export
        else [],
    }


def _page_sum(found: Listing) -> str:
    """The sum of the page, when it is of one currency."""
    currencies = {row.currency for row in found.rows}
    if len(currencies) != 1:
        return ""
    return formats.money(sum(row.amount for row in found.rows), currency=currencies.pop())


def _span(found: Listing) -> str:
    """From when to when the rows of the page are, when they are ordered by a moment."""
    name = found.selection.order.sort.field
    ends = [getattr(found.rows[index], name) for index in (0, -1)] if len(found.rows) > 1 else []
    if not ends or not isinstance(ends[0], datetime):
        return ""
    return _("from %(start)s to %(end)s") % {"start": formats.moment(ends[0]), "end": formats.moment(ends[1])}


def _counters(request: CompanyRequest, found: Listing) -> list[Counter]:
    if found.errors:
        return []
    counts = _counts(request, found)
    chosen = request.GET.getlist("status")
    whole = lists.total(counts)
    strip = [
        Counter(
            label=_("All orders"),
            value=_count_text(whole),
            note=formats.short_money(whole.amount) if whole.amount is not None else "",
            url=link(request.GET, status=None),
            is_current=not chosen,
        )
    ]
    for status in OrderStatus:
        count = counts.get(status.value, lists.StatusCount())
        if not (status.is_always_shown or count.orders or chosen == [status.value]):
            continue
        strip.append(
            Counter(
                label=status.label,
                value=_count_text(count),
                note=_count_note(status, count, whole),
                tone=status.tone,
                url=link(request.GET, status=status.value),
                is_current=chosen == [status.value],
            )
        )
    return strip


def _counts(request: CompanyRequest, found: Listing) -> Mapping[str, lists.StatusCount]:
    filters = found.selection.filterset
    if filters.is_filtered(besides=TALLIED):
        return lists.bounded_counts(filters.rows_besides("status"))
    cleaned = filters.form.cleaned_data
    return lists.tally(
        request.company,
        today=timezone.localdate(),
        period=cleaned["period"],
        account_id=int(cleaned["account"]) if cleaned["account"] else None,
        marketplace=cleaned["marketplace"],
    )


def _count_text(count: lists.StatusCount) -> str:
    return f"{formats.number(count.orders)}+" if count.is_more else formats.number(count.orders)


def _count_note(status: OrderStatus, count: lists.StatusCount, whole: lists.StatusCount) -> str:
    if count.amount is None or not whole.orders:
        return ""
    if status == OrderStatus.ACCEPTED:
        return _("placed today: %(count)s") % {"count": formats.number(count.today or 0)}
    if status == OrderStatus.CANCELLED:
        return _("%(share)s of all") % {"share": formats.percent(count.orders / whole.orders)}
    return formats.short_money(count.amount)


def _chips(request: CompanyRequest, found: Listing) -> list[Chip]:
    """Filters that have no field in the menu."""
    field = found.form.fields["product"]
    asked = request.GET.get("product", "")
    chosen = asked and dict(getattr(field, "choices", ())).get(asked)
    return [Chip(label=_("Product"), value=chosen, url=link(request.GET, product=None))] if chosen else []
