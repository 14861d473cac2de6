"""The list of supplies, and the supplies of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.models import Product
from catalog.selectors.choices import freshness
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Chip, Counter, Tab
from core.exports import About, export_menu, export_response
from core.listing import Listing, Selection, account_id, account_ids, link, listing, ready_views, select
from supplies.filters import SupplyFilter
from supplies.models import Supply
from supplies.selectors import lists
from supplies.selectors.deadlines import next_deadline
from supplies.selectors.slots import slot_text
from supplies.tables import SupplyTable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest

_ON_THE_WAY = [status.value for status in lists.TRAVELLING]
VIEWS: list[tuple[StrOrPromise, dict[str, str | list[str]]]] = [
    (gettext_lazy("By slot"), {}),
    (gettext_lazy("Last changes"), {"sort": "-changed_at"}),
    (gettext_lazy("Needs attention"), {"attention": "true", "sort": "-missing_amount"}),
    (gettext_lazy("On the way"), {"status": _ON_THE_WAY, "sort": "slot_from"}),
    (gettext_lazy("Withdrawals"), {"kind": "withdrawal"}),
]


@require_GET
@requires(Permission.VIEW)
def supply_list(request: CompanyRequest) -> HttpResponse:
    """The supplies; for the live block 204 as long as nothing has changed."""
    changed_at = lists.last_change(request.company)
    fresh = freshness(request.company, stream="supplies", accounts=account_ids(request.GET))
    seen = live.marker(changed_at, fresh.at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    found = listing(request, lists.supply_list(request.company), table=SupplyTable, filterset=SupplyFilter)
    context = {
        "found": found,
        "rows": _rows(request, found),
        "fresh": fresh,
        "seen": seen,
        "changed": live.changed_since(request, {row.pk: row.changed_at for row in found.rows}),
        "has_supplies": changed_at is not None,
        "counters": counters_of(request, found.selection),
    }
    if not live.is_live(request):
        context |= _around_list(request, found)
    return live.page_or_block(request, "supplies/list.html", context)


@require_GET
@requires(Permission.EXPORT)
def supply_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(
        request, Supply.objects.for_company(request.company), table=SupplyTable, filterset=SupplyFilter
    )
    about = About(
        title=_("Supplies"),
        name="supplies",
        company=request.company.name,
        zone=request.company.zone,
        as_of=freshness(request.company, stream="supplies", accounts=account_ids(request.GET)).at,
        definition=_(
            "One supply of the marketplace or a plan of yours. Slots are in the zone of their warehouse. At stake:"
            " missing units at cost price, else at the seller's price."
        ),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def product_supplies(request: CompanyRequest, pk: int) -> HttpResponse:
    """The last supplies of a product, as a block of its page; without htmx the list of its supplies."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    if not request.htmx:
        return redirect(
            f"{reverse('supplies:supply-list', args=[request.company.slug])}?product={product.pk}"
        )
    lines = lists.supplies_of_product(request.company, product.pk)
    inbound = lists.inbound_of_product(request.company, product.pk)
    context = {
        "lines": [(line, slot_text(line.supply)) for line in lines],
        "inbound": inbound,
        "product": product,
    }
    return render(request, "supplies/of_product.html", context)


@require_GET
@requires(Permission.VIEW)
def inbound(request: CompanyRequest) -> HttpResponse:
    """What is on its way by supplies, as a line of the page of the stock; without htmx the list of those supplies."""
    listed = reverse("supplies:supply-list", args=[request.company.slug])
    account = account_id(request.GET)
    on_the_way: dict[str, Any] = {"status": _ON_THE_WAY}
    on_the_way |= {"account": account} if account is not None else {}
    url = f"{listed}?{urlencode(on_the_way, doseq=True)}"
    if not request.htmx:
        return redirect(url)
    context = {"told": lists.inbound_total(request.company, account_id=account), "url": url}
    return render(request, "supplies/inbound.html", context)


def switch_of(request: CompanyRequest, *, current: str) -> list[Tab]:
    """The list and the calendar, with the account that the reader has chosen."""
    pages = (("supplies:supply-list", _("List")), ("supplies:supply-calendar", _("Calendar")))
    kept = {
        name: request.GET[name] for name in ("account", "marketplace", "warehouse") if request.GET.get(name)
    }
    return [
        Tab(
            label=label,
            url=reverse(name, args=[request.company.slug], query=kept or None),
            is_current=name == current,
        )
        for name, label in pages
    ]


def _rows(request: CompanyRequest, found: Listing) -> list[dict[str, Any]]:
    """The rows with their slot and next deadline in words."""
    now, zone = timezone.now(), request.company.zone
    return [
        {
            "supply": supply,
            "slot": slot_text(supply),
            "deadline": next_deadline(supply, zone=zone, now=now),
        }
        for supply in found.rows
    ]


def _around_list(request: CompanyRequest, found: Listing) -> dict[str, Any]:
    """What stands around the rows and does not live: ready views, filters, exports."""
    slug = request.company.slug
    may_export = request.membership.can(Permission.EXPORT) and (found.rows or found.is_filtered)
    return {
        "views": ready_views(request.GET, VIEWS),
        "switch": switch_of(request, current="supplies:supply-list"),
        "chips": _chips(request, found),
        "keep": ("sort", "account", "product"),
        "can_refresh": request.membership.can(Permission.SYNC),
        "can_plan": request.membership.can(Permission.EDIT_SUPPLIES),
        "exports": export_menu(lambda form: reverse("supplies:supply-export", args=[slug, form]), found.query)
        if may_export
        else [],
    }


def counters_of(request: CompanyRequest, selection: Selection) -> list[Counter]:
    """The strip of groups, each a filter of the list, and at its end what waits for somebody."""
    if not selection.is_valid:
        return []
    listed = reverse("supplies:supply-list", args=[request.company.slug])

    def narrowed(**changes: str | list[str] | None) -> str:
        """The list of all days, whatever days of the calendar are asked for."""
        return listed + link(request.GET, day=None, view=None, **changes)

    rows = selection.filterset.rows_besides("status", "attention")
    counted = lists.counts(rows, request.company, now=timezone.now())
    chosen = sorted(request.GET.getlist("status"))
    is_waiting = bool(request.GET.get("attention"))
    strip = [
        Counter(
            label=_("All supplies"),
            value=formats.number(counted.whole.supplies),
            note=formats.units(counted.whole.units),
            url=narrowed(status=None, attention=None),
            is_current=not chosen and not is_waiting,
        )
    ]
    for (label, tone, statuses), count in zip(lists.GROUPS, counted.groups, strict=True):
        values = [status.value for status in statuses]
        strip.append(
            Counter(
                label=label,
                value=formats.number(count.supplies),
                note=formats.units(count.units) if count.supplies else "",
                tone=tone,
                url=narrowed(status=values, attention=None),
                is_current=chosen == sorted(values),
            )
        )
    strip.append(
        Counter(
            label=_("Need attention"),
            value=formats.number(counted.waiting),
            note=formats.short_money(counted.missing_amount) if counted.missing_amount else "",
            tone="danger",
            url=narrowed(status=None, attention="true"),
            is_current=is_waiting,
        )
    )
    return strip


def _chips(request: CompanyRequest, found: Listing) -> list[Chip]:
    """Filters that have no field in the menu."""
    field = found.form.fields["product"]
    asked = request.GET.get("product", "")
    chosen = asked and dict(getattr(field, "choices", ())).get(asked)
    return [Chip(label=_("Product"), value=chosen, url=link(request.GET, product=None))] if chosen else []
