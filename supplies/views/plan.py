"""Planning a supply: where to and when, which goods, and the steps that a person marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.choices import ImportState
from catalog.views.costs import shown_name
from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.components import Crumb
from core.listing import given_id
from core.uploads import BadUpload
from marketplaces.contracts.supplies import SupplyStatus
from supplies.forms.goods import ListForm, UnitsForm
from supplies.forms.papers import PaperForm
from supplies.forms.targets import TargetForm
from supplies.models import PlanImport, Supply, SupplyDocument, SupplyLine
from supplies.selectors import plans
from supplies.selectors.checks import checks
from supplies.selectors.slots import slot_text
from supplies.services import imports, papers, plan_lines
from supplies.services import plans as services
from supplies.services.boxes import can_pack
from supplies.services.plan_lists import column_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from catalog.models import Listing
    from companies.http import CompanyRequest

_STEPS = {
    "ready": SupplyStatus.READY,
    "shipped": SupplyStatus.SHIPPED,
    "cancel": SupplyStatus.CANCELLED,
}
_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goods:
    """A page of the goods of a plan and what was found to be added, each with the form of its units."""

    page: plans.Goods
    after: int
    text: str
    found: Sequence[tuple[Listing, int | None]]
    lines: UnitsForm
    listings: UnitsForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def supply_plan(request: CompanyRequest) -> HttpResponse:
    """A new plan: for which account, where to, when."""
    form = TargetForm(request.POST if request.method == "POST" else None, company=request.company)
    if form.is_valid():
        supply = services.plan_supply(
            company=request.company,
            account=form.cleaned_data["account"],
            target=form.target(),
            actor=request.user,
        )
        edit = reverse("supplies:supply-edit", args=[request.company.slug, supply.pk])
        # Whoever comes from a product finds it on the next page, ready to be put in.
        article = plans.article_of(supply, request.GET.get("product", ""))
        return redirect(f"{edit}?{urlencode({'q': article})}" if article else edit)
    if account := request.GET.get("account", "")[:18]:
        form.initial["account"] = account
    return render(request, "supplies/plan_new.html", {"form": form, "crumbs": crumbs(request)})


@require_GET
@requires(Permission.EDIT_SUPPLIES)
def supply_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """A plan: its goods, what is left to do, and what comes next."""
    supply = plan(request, pk)
    return _plan_page(request, supply, _goods_of(request, supply))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def plan_target(request: CompanyRequest, pk: int) -> HttpResponse:
    """Another warehouse, day or slot."""
    supply = plan(request, pk)
    form = TargetForm(
        request.POST if request.method == "POST" else None, company=request.company, supply=supply
    )
    if form.is_valid():
        try:
            services.change_target(supply=supply, target=form.target(), actor=request.user, seen=supply)
        except services.CannotChange as exc:
            form.add_error(None, str(exc))
        else:
            return redirect("supplies:supply-edit", request.company.slug, supply.pk)
    context = {"form": form, "supply": supply, "crumbs": crumbs(request, supply)}
    return render(request, "supplies/plan_target.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def plan_goods(request: CompanyRequest, pk: int) -> HttpResponse:
    """Write the units of the lines on the page, or of the products that were found; when they cannot be written, the
    page comes back with what was filled in."""
    supply = plan(request, pk)
    goods = _goods_of(request, supply)
    if not (goods.lines.is_valid() and goods.listings.is_valid()):
        limit = formats.number(plan_lines.MOST_UNITS)
        messages.error(request, _("Nothing is written: units are whole numbers from 0 to %s.") % limit)
        return _plan_page(request, supply, goods, status=422)
    try:
        _write_units(request, supply, goods)
    except services.CannotChange as exc:
        messages.error(request, str(exc))
        return _plan_page(request, supply, goods, status=422)
    if goods.lines.lost() or goods.listings.lost():
        messages.warning(request, lost_units())
    return redirect("supplies:supply-edit", request.company.slug, supply.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def plan_list(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a pasted list or a file and show what it says."""
    supply = plan(request, pk)
    is_sent = request.method == "POST"
    form = ListForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = imports.read_list(
                supply=supply,
                text=form.cleaned_data["text"],
                content=file.read() if file else None,
                file_name=shown_name(file.name) if file else "",
                user=request.user,
            )
        except BadUpload as exc:
            form.add_error("file" if file else "text", exc)
        else:
            return redirect("supplies:plan-import", request.company.slug, kept.pk)
    context = {"form": form, "supply": supply, "crumbs": crumbs(request, supply)}
    return render(request, "supplies/plan_list.html", context)


@require_GET
@requires(Permission.EDIT_SUPPLIES)
def plan_import(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a list says: what will be planned, and what is wrong."""
    kept = _import(request, pk)
    preview = plans.preview(kept)
    context = {
        "kept": kept,
        "supply": kept.supply,
        "preview": preview,
        "errors": [(error, column_name(error["column"])) for error in preview.errors],
        "is_open": kept.state == ImportState.PREVIEW,
        "crumbs": crumbs(request, kept.supply),
    }
    return render(request, "supplies/plan_import.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def plan_apply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Write the good rows of a list, or discard it."""
    kept = _import(request, pk)
    try:
        if request.POST.get("discard"):
            imports.discard_list(kept=kept)
            messages.success(request, _("The list is discarded; nothing of it was written."))
        else:
            count = imports.apply_list(kept=kept, user=request.user)
            text = ngettext("%(count)s product is planned.", "%(count)s products are planned.", count)
            messages.success(request, text % {"count": formats.number(count)})
    except plan_lines.Outdated:
        return _show_again(request, kept)
    except imports.AlreadySettled:
        messages.warning(request, _("This list was decided on before."))
    except services.CannotChange as exc:
        messages.error(request, str(exc))
        return redirect("supplies:plan-import", request.company.slug, kept.pk)
    return redirect("supplies:supply-edit", request.company.slug, kept.supply_id)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def plan_step(request: CompanyRequest, pk: int) -> HttpResponse:
    """Say that the plan is ready, shipped, cancelled, or open again."""
    supply = plan(request, pk)
    step = request.POST.get("step", "")
    try:
        if step == "reopen":
            services.reopen(supply=supply, actor=request.user)
        elif step in _STEPS:
            services.mark(supply=supply, status=_STEPS[step], actor=request.user)
    except services.CannotChange as exc:
        messages.warning(request, str(exc))
    return redirect("supplies:supply-edit", request.company.slug, supply.pk)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def paper_add(request: CompanyRequest, pk: int) -> HttpResponse:
    """Note a paper of the plan."""
    supply = plan(request, pk)
    form = PaperForm(request.POST)
    if form.is_valid():
        try:
            papers.add_paper(supply=supply, actor=request.user, **form.cleaned_data)
        except services.CannotChange as exc:
            messages.error(request, str(exc))
    else:
        messages.error(request, _("A paper has a name of at most 64 signs and a number of at most 100."))
    return redirect("supplies:supply-edit", request.company.slug, supply.pk)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def paper_remove(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a paper out of a plan."""
    rows = SupplyDocument.objects.for_company(request.company).filter(supply__is_planned_here=True)
    paper = get_object_or_404(rows.select_related("supply"), pk=pk)
    try:
        papers.remove_paper(paper=paper, actor=request.user)
    except services.CannotChange as exc:
        messages.warning(request, str(exc))
    return redirect("supplies:supply-edit", request.company.slug, paper.supply_id)


def plan(request: CompanyRequest, pk: int) -> Supply:
    """A supply that was planned here, of this company; 404 otherwise."""
    try:
        return plans.plan_of(request.company, pk)
    except Supply.DoesNotExist as exc:
        raise Http404 from exc


def lost_units() -> str:
    """What is said when units were changed of products that are gone meanwhile."""
    return _("Some products whose units you changed are not there any more; those units are not written.")


def crumbs(request: CompanyRequest, supply: Supply | None = None) -> list[Crumb]:
    """The path to the pages of a plan."""
    slug = request.company.slug
    path = [Crumb(label=_("Supplies"), url=reverse("supplies:supply-list", args=[slug]))]
    if supply is not None:
        name = "supplies:supply-edit" if supply.is_planned_here else "supplies:supply-detail"
        path.append(Crumb(label=plans.name_of(supply), url=reverse(name, args=[slug, supply.pk])))
    return path


def _around(request: CompanyRequest, supply: Supply) -> dict[str, Any]:
    """What stands beside the goods of a plan."""
    lines = list(
        SupplyLine.objects.for_company(request.company).filter(supply=supply).select_related("listing")
    )
    packed, documents = plans.packed(supply), plans.documents(supply)
    return {
        "documents": documents,
        "paper_form": PaperForm(),
        "packed": packed,
        "slot": slot_text(supply),
        "name": plans.name_of(supply),
        "checks": checks(supply, lines=lines, documents=documents, boxes=packed.boxes, now=timezone.now()),
        "can_pack": can_pack(supply),
        "status": supply.status,
        "crumbs": crumbs(request),
    }


def _goods_of(request: CompanyRequest, supply: Supply) -> _Goods:
    """What the address or the form that was sent asks of the goods of a plan, with what was filled in."""
    data = request.POST if request.method == "POST" else None
    asked = request.GET if data is None else data
    after, text = given_id(asked.get("after", "")) or 0, _search(asked.get("q", ""))
    page, found = plans.goods(supply, after=after), plans.addable(supply, text)
    planned = plans.units_by_listing(supply, [one.pk for one in found])
    return _Goods(
        page=page,
        after=after,
        text=text,
        found=[(one, planned.get(one.pk)) for one in found],
        lines=UnitsForm(data, rows=page.labels(), name="line", keeps_shown=True),
        listings=UnitsForm(
            data, rows=[(one.pk, planned.get(one.pk), one.name) for one in found], keeps_shown=True
        ),
    )


def _plan_page(request: CompanyRequest, supply: Supply, goods: _Goods, *, status: int = 200) -> HttpResponse:
    context = {
        "supply": supply,
        "goods": goods.page,
        "after": goods.after or "",
        "rows": [(line, goods.lines.field_of(line.pk)) for line in goods.page.lines],
        "text": goods.text,
        "found": [(one, goods.listings.field_of(one.pk), planned) for one, planned in goods.found],
        "can_edit": services.is_editable(supply),
        **_around(request, supply),
    }
    return render(request, "supplies/plan.html", context, status=status)


def _write_units(request: CompanyRequest, supply: Supply, goods: _Goods) -> None:
    """Write what was changed and say of how much. Raises CannotChange; the fields then say what stands there by now."""
    lines, listings, form, count = goods.lines.changed(), goods.listings.changed(), goods.lines, 0
    try:
        if lines:
            count = plan_lines.set_lines(supply=supply, units=lines, shown=form.shown(), actor=request.user)
        form = goods.listings
        if listings:
            count += plan_lines.set_quantities(
                supply=supply, wishes=listings, shown=form.shown(), actor=request.user
            )
    except plan_lines.Outdated as exc:
        form.refuse(exc.now)
        raise
    if count:
        text = ngettext("%(count)s product is changed.", "%(count)s products are changed.", count)
        messages.success(request, text % {"count": formats.number(count)})


def _show_again(request: CompanyRequest, kept: PlanImport) -> HttpResponse:
    """A list beside the units that somebody else has planned meanwhile."""
    text = _(
        "Nothing is written: somebody else has changed units of these products meanwhile. See what is planned now, and"
        " put the list into the plan again to write yours."
    )
    try:
        kept = imports.renew_list(kept=kept, user=request.user)
    except imports.AlreadySettled:
        text = _("This list was decided on before.")
    messages.warning(request, text)
    return redirect("supplies:plan-import", request.company.slug, kept.pk)


def _import(request: CompanyRequest, pk: int) -> PlanImport:
    rows = PlanImport.objects.for_company(request.company).select_related(
        "supply__account", "supply__company"
    )
    kept: PlanImport = get_object_or_404(rows, pk=pk)
    return kept


def _search(text: str) -> str:
    """What is looked for, as a database may be asked."""
    return text.strip().replace("\x00", "")[:_LONGEST_SEARCH]
