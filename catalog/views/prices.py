"""Prices on all marketplaces, and changing one or many: choose, say how, look, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import tasks
from catalog.choices import BatchState, ChangeState
from catalog.filters.prices import BatchFilter, ChangeFilter, PriceFilter
from catalog.forms.prices import RecipeForm
from catalog.models import Listing, PriceBatch, Product
from catalog.selectors import prices
from catalog.services.prices import (
    MOST_AT_ONCE,
    CannotConfirm,
    NothingToChange,
    TooMany,
    discard_batch,
    draft_prices,
    problem_texts,
)
from catalog.tables.prices import BatchTable, ChangeTable, PriceTable
from catalog.views.lists import about_list, exports_of, fresh_of
from companies.choices import Permission
from companies.permissions import requires
from core import formats, live
from core.components import Counter, Crumb
from core.exports import export_response
from core.listing import link, listing, select

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from catalog.selectors.prices import BatchPage
    from companies.http import CompanyRequest
    from core.listing import Listing as ListPage

# Parameters of the change page that say which listings are meant.
SELECTED, ALL, PRODUCT = "selected", "all", "product"
_MOST_SELECTED = 200
_LONGEST_ID = 18


@require_GET
@requires(Permission.VIEW)
def price_list(request: CompanyRequest) -> HttpResponse:
    """The prices of every listing, with boxes to choose those to be changed."""
    found = listing(request, prices.price_list(request.company), table=PriceTable, filterset=PriceFilter)
    context = {
        "found": found,
        "fresh": fresh_of(request, "prices"),
        "counters": _price_counters(request, found),
        "exports": exports_of(request, found, "catalog:price-export"),
        "can_edit": request.membership.can(Permission.EDIT_PRICES),
        "can_refresh": request.membership.can(Permission.SYNC),
        "crumbs": _crumbs(request),
    }
    return render(request, "catalog/prices.html", context)


@require_GET
@requires(Permission.EXPORT)
def price_export(request: CompanyRequest, form: str) -> Any:
    """The same list as a file."""
    selection = select(request, prices.price_list(request.company), table=PriceTable, filterset=PriceFilter)
    about = about_list(
        request,
        title=_("Prices"),
        name="prices",
        stream="prices",
        definition=_("The seller's prices on the marketplaces, without the marketplaces' own discounts."),
    )
    return export_response(selection, form=form, about=about)


@require_GET
@requires(Permission.VIEW)
def product_prices(request: CompanyRequest, pk: int) -> HttpResponse:
    """The last prices of a product, as a block of its page; without htmx the list of its prices."""
    product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    if not request.htmx:
        return redirect(
            f"{reverse('catalog:price-list', args=[request.company.slug])}?q={quote(product.sku)}"
        )
    context = {
        "product": product,
        "rows": prices.price_history(request.company, product.pk),
        "can_edit": request.membership.can(Permission.EDIT_PRICES),
    }
    return render(request, "catalog/product_prices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PRICES)
def price_change(request: CompanyRequest) -> HttpResponse:
    """Say how the prices of the chosen listings change; a draft is made of it."""
    chosen = _chosen(request)
    count = chosen[: MOST_AT_ONCE + 1].count()
    form = RecipeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            batch = draft_prices(
                company=request.company, listings=chosen, recipe=form.recipe, actor=request.user
            )
        except (NothingToChange, TooMany) as exc:
            form.add_error(None, _too_many() if isinstance(exc, TooMany) else _("No listing is chosen."))
        else:
            return redirect("catalog:price-batch", request.company.slug, batch.pk)
    context = {
        "form": form,
        "count": count,
        "sample": chosen.select_related("account").order_by("name", "pk")[:3],
        "crumbs": _crumbs(request, with_prices=True),
    }
    return render(request, "catalog/prices_change.html", context)


@require_GET
@requires(Permission.VIEW)
def batch_list(request: CompanyRequest) -> HttpResponse:
    """Every change of prices."""
    found = listing(request, prices.batch_list(request.company), table=BatchTable, filterset=BatchFilter)
    context = {"found": found, "crumbs": _crumbs(request, with_prices=True)}
    return render(request, "catalog/prices_changes.html", context)


@require_GET
@requires(Permission.VIEW)
def batch_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """A change: as a draft its preview, then the outcome of every price, live."""
    page = _page(request, pk)
    seen = live.marker(page.changed_at)
    if (silence := live.nothing_new(request, seen)) is not None:
        return silence
    rows = prices.change_list(request.company, page.batch)
    found = listing(request, rows, table=ChangeTable, filterset=ChangeFilter)
    for row in found.rows:
        row.notes = [row.reason] if row.reason else problem_texts(row.problems)
    context = {
        "page": page,
        "batch": page.batch,
        "found": found,
        "seen": seen,
        "counters": _change_counters(request, page),
        "can_edit": request.membership.can(Permission.EDIT_PRICES),
        "crumbs": _crumbs(request, with_prices=True, with_changes=True),
    }
    return live.page_or_block(request, "catalog/prices_batch.html", context)


@require_POST
@requires(Permission.EDIT_PRICES)
def batch_confirm(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send the draft."""
    try:
        batch = tasks.confirm(company=request.company, batch_id=pk)
    except PriceBatch.DoesNotExist as exc:
        raise Http404 from exc
    except CannotConfirm:
        messages.warning(request, _("This change is no draft any more."))
    else:
        if batch.state == BatchState.CONFIRMED:
            messages.success(request, _("The prices are on their way. What becomes of each is shown here."))
        else:
            messages.warning(request, _("Nothing was sent: something stands against every price."))
    return redirect("catalog:price-batch", request.company.slug, pk)


@require_POST
@requires(Permission.EDIT_PRICES)
def batch_discard(request: CompanyRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    try:
        discard_batch(company=request.company, batch_id=pk)
    except PriceBatch.DoesNotExist as exc:
        raise Http404 from exc
    except CannotConfirm:
        messages.warning(request, _("This change is no draft any more."))
        return redirect("catalog:price-batch", request.company.slug, pk)
    messages.success(request, _("The draft is discarded. Nothing was sent."))
    return redirect("catalog:price-list", request.company.slug)


def _page(request: CompanyRequest, pk: int) -> BatchPage:
    try:
        return prices.batch_page(request.company, pk)
    except PriceBatch.DoesNotExist as exc:
        raise Http404 from exc


def _chosen(request: CompanyRequest) -> QuerySet[Listing]:
    """The listings that the address means: those ticked, those of a product, or all that a filter leaves."""
    rows: QuerySet[Listing] = Listing.objects.for_company(request.company)
    if request.GET.get(ALL):
        selection = select(
            request,
            prices.price_list(request.company),
            table=PriceTable,
            filterset=PriceFilter,
            also_known=(SELECTED, ALL, PRODUCT),
        )
        return rows.filter(pk__in=selection.queryset.order_by().values("pk"))
    if product := _ids([request.GET.get(PRODUCT, "")]):
        return rows.filter(product__in=product, is_archived=False)
    return rows.filter(pk__in=_ids(request.GET.getlist(SELECTED)))


def _ids(texts: list[str]) -> list[int]:
    return [
        int(one)
        for one in texts[:_MOST_SELECTED]
        if one.isascii() and one.isdecimal() and len(one) <= _LONGEST_ID
    ]


def _too_many() -> str:
    return _("That is more than %(most)s listings: narrow the filter.") % {
        "most": formats.number(MOST_AT_ONCE)
    }


def _crumbs(request: CompanyRequest, *, with_prices: bool = False, with_changes: bool = False) -> list[Crumb]:
    slug = request.company.slug
    steps = [(_("Catalog"), "catalog:listing-list", True), (_("Prices"), "catalog:price-list", with_prices)]
    steps.append((_("Changes of prices"), "catalog:price-batches", with_changes))
    return [Crumb(label=label, url=reverse(name, args=[slug])) for label, name, is_there in steps if is_there]


def _price_counters(request: CompanyRequest, found: ListPage) -> list[Counter]:
    if found.errors:
        return []
    counts = prices.price_counts(found.selection.filterset.rows_besides("price"))
    chosen = request.GET.get("price", "")
    cells: list[tuple[str, str, str, Any]] = [
        (_("All listings"), "all", "", ""),
        (_("On their way"), "moving", "moving", "progress"),
        (_("Held back"), "held", "held", "warning"),
        (_("Without a price"), "priceless", "priceless", "danger"),
    ]
    return [
        Counter(
            label=label,
            value=formats.number(counts[key]),
            url=link(request.GET, price=state or None),
            tone=tone,
            is_current=chosen == state,
        )
        for label, key, state, tone in cells
    ]


def _change_counters(request: CompanyRequest, page: BatchPage) -> list[Counter]:
    chosen = request.GET.get("state", "")
    everything = Counter(
        label=_("All prices"),
        value=formats.number(page.batch.rows_count),
        url=link(request.GET, state=None),
        is_current=not chosen,
        note=ngettext("%(count)s with a warning", "%(count)s with a warning", page.warned)
        % {"count": formats.number(page.warned)}
        if page.warned
        else "",
    )
    return [everything] + [
        Counter(
            label=state.label,
            value=formats.number(page.states[state.value]),
            tone=state.tone,
            url=link(request.GET, state=state.value),
            is_current=chosen == state.value,
        )
        for state in ChangeState
        if page.states.get(state.value)
    ]
