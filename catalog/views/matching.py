"""Working through pairs in doubt, and linking, splitting and merging by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.forms.goods import DecisionForm, LookForm, PlaceForm, TargetForm
from catalog.models import DoubtfulPair, Listing, Product
from catalog.selectors import matching as selectors
from catalog.services import moves
from companies.choices import Permission
from companies.permissions import requires
from core.components import Crumb

if TYPE_CHECKING:
    from companies.http import CompanyRequest


@require_safe
@requires(Permission.VIEW)
def pair_list(request: CompanyRequest) -> HttpResponse:
    """The pairs that wait for a decision, the surest first."""
    place = PlaceForm(request.GET)
    after = place.cleaned_data["after"] if place.is_valid() else None
    cards = selectors.pair_cards(request.company, after=after)
    context = {
        "cards": cards,
        "after": after,
        "next_after": cards[-1].pair.pk if len(cards) == selectors.PAIRS_ON_PAGE else None,
        "counts": selectors.pair_counts(request.company),
        "can_edit": request.membership.can(Permission.EDIT_CATALOG),
        "has_listings": Listing.objects.for_company(request.company).exists(),
    }
    return render(request, "catalog/matching.html", context)


@require_POST
@requires(Permission.EDIT_CATALOG)
def pair_decide(request: CompanyRequest, pk: int) -> HttpResponse:
    """The same goods, or different ones."""
    pair = _pair(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        moves.decide_pair(pair=pair, is_same=form.is_same, actor=request.user)
    return _after_pair(request, pk)


@require_POST
@requires(Permission.EDIT_CATALOG)
def pair_reopen(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a decision back."""
    moves.reopen_pair(pair=_pair(request, pk), actor=request.user)
    return _after_pair(request, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CATALOG)
def listing_link(request: CompanyRequest, pk: int) -> HttpResponse:
    """Choose the product that a listing is."""
    listing = _listing(request, pk)
    chosen = _chosen(request)
    if chosen is not None:
        try:
            moves.link_listing(listing=listing, product=chosen, actor=request.user)
        except moves.CannotMove:
            messages.info(request, _("The listing is of this product already."))
        return redirect("catalog:product-detail", request.company.slug, chosen.pk)
    return _choose(request, product=listing.product, listing=listing, title=_("Which product is this?"))


@require_POST
@requires(Permission.EDIT_CATALOG)
def listing_split(request: CompanyRequest, pk: int) -> HttpResponse:
    """Give a listing a product of its own."""
    listing = _listing(request, pk)
    try:
        moves.split_listing(listing=listing, actor=request.user)
    except moves.CannotMove:
        messages.info(request, _("The product has no other listing: there is nothing to split off."))
    listing.refresh_from_db(fields=["product"])
    return redirect("catalog:product-detail", request.company.slug, listing.product_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_CATALOG)
def product_merge(request: CompanyRequest, pk: int) -> HttpResponse:
    """Choose the product into which another one goes with all its listings."""
    product: Product = get_object_or_404(Product.objects.for_company(request.company), pk=pk)
    chosen = _chosen(request)
    if chosen is not None:
        try:
            moves.merge_products(product=product, into=chosen, actor=request.user)
        except moves.CannotMove:
            messages.info(request, _("There is nothing to merge."))
        return redirect("catalog:product-detail", request.company.slug, chosen.pk)
    return _choose(request, product=product, listing=None, title=_("Into which product?"))


@require_POST
@requires(Permission.EDIT_CATALOG)
def moves_undo(request: CompanyRequest, token: UUID) -> HttpResponse:
    """Put back what was moved together."""
    count = moves.undo_moves(company=request.company, token=token, actor=request.user)
    if count:
        told = ngettext("%(count)s listing went back.", "%(count)s listings went back.", count)
        messages.success(request, told % {"count": count})
    else:
        messages.info(request, _("There is nothing to put back: it was undone or moved on since."))
    page = request.POST.get("product", "")
    if page.isdecimal() and len(page) < 19:
        return redirect("catalog:product-detail", request.company.slug, int(page))
    return redirect("catalog:listing-list", request.company.slug)


def _pair(request: CompanyRequest, pk: int) -> DoubtfulPair:
    rows = DoubtfulPair.objects.for_company(request.company).select_related("company")
    pair: DoubtfulPair = get_object_or_404(rows, pk=pk)
    return pair


def _after_pair(request: CompanyRequest, pk: int) -> HttpResponse:
    """The card alone for htmx, otherwise the page again."""
    if not request.htmx:
        return redirect("catalog:pair-list", request.company.slug)
    context = {
        "card": selectors.pair_card(request.company, pk),
        "counts": selectors.pair_counts(request.company),
        "company": request.company,
        "can_edit": True,
        "is_live": True,
    }
    return render(request, "catalog/matching.html#answer", context)


def _listing(request: CompanyRequest, pk: int) -> Listing:
    rows = Listing.objects.for_company(request.company).select_related("product", "account", "company")
    listing: Listing = get_object_or_404(rows, pk=pk)
    return listing


def _chosen(request: CompanyRequest) -> Product | None:
    """The product that the form names, if it is the company's; None while nothing is chosen."""
    if request.method != "POST":
        return None
    form = TargetForm(request.POST)
    if not form.is_valid():
        return None
    rows = Product.objects.for_company(request.company)
    try:
        found: Product = rows.get(pk=form.cleaned_data["product"])
    except Product.DoesNotExist as exc:
        raise Http404 from exc
    return found


def _choose(
    request: CompanyRequest, *, product: Product, listing: Listing | None, title: str
) -> HttpResponse:
    form = LookForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "product": product,
        "listing": listing,
        "text": text,
        "found": selectors.products_to_link(request.company, text, besides=product.pk),
        "crumbs": [
            Crumb(label=_("Catalog"), url=reverse("catalog:listing-list", args=[request.company.slug])),
            Crumb(
                label=product.sku,
                url=reverse("catalog:product-detail", args=[request.company.slug, product.pk]),
            ),
        ],
    }
    return render(request, "catalog/choose.html", context)
