"""The boxes of a plan, and the numbers that they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from companies.choices import Permission
from companies.permissions import requires
from core import formats
from supplies.forms.boxes import PackForm, Packing, SeriesForm
from supplies.forms.goods import UnitsForm
from supplies.models import SupplyBox
from supplies.selectors import plans
from supplies.services import boxes as services
from supplies.services.plan_lines import Outdated
from supplies.services.plans import CannotChange
from supplies.services.sscc import SeriesExhausted, choose_series, series_of
from supplies.views.plan import crumbs, plan

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest
    from supplies.models import Supply
    from supplies.selectors.plans import Goods

_REFUSALS = (CannotChange, SeriesExhausted)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def supply_boxes(request: CompanyRequest, pk: int) -> HttpResponse:
    """The boxes of a plan; POST packs it anew by a rule."""
    supply = plan(request, pk)
    data = request.POST if request.method == "POST" else None
    goods = plans.goods(supply)
    form, each = PackForm(data), UnitsForm(data, rows=_per_box(goods), name="per_box")
    if form.is_valid() and each.is_valid():
        try:
            count = services.pack(supply=supply, boxes=_packed(supply, form, each), actor=request.user)
        except _REFUSALS as exc:
            form.add_error(None, str(exc))
        else:
            text = ngettext("Packed into %(count)s box.", "Packed into %(count)s boxes.", count)
            messages.success(request, text % {"count": formats.number(count)})
            return redirect("supplies:supply-boxes", request.company.slug, supply.pk)
    in_boxes = plans.packed_by_line(supply, [line.pk for line in goods.lines])
    context = {
        "supply": supply,
        "form": form,
        "rows": [(line, in_boxes.get(line.pk, 0), each.field_of(line.pk)) for line in goods.lines],
        "boxes": plans.boxes(supply),
        "packed": plans.packed(supply),
        "can_pack": services.can_pack(supply),
        "series": series_of(request.company),
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/plan_boxes.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def box_add(request: CompanyRequest, pk: int) -> HttpResponse:
    """An empty box, to be packed by hand."""
    supply = plan(request, pk)
    try:
        box = services.add_box(supply=supply, actor=request.user)
    except _REFUSALS as exc:
        messages.warning(request, str(exc))
        return redirect("supplies:supply-boxes", request.company.slug, supply.pk)
    return redirect("supplies:box-edit", request.company.slug, box.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def box_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """What is in one box, by hand."""
    box = _box(request, pk)
    supply = plan(request, box.supply_id)
    goods, held = plans.goods(supply), plans.contents_of(box)
    rows = [(line.pk, held.get(line.pk), line.name or line.seller_sku) for line in goods.lines]
    data = request.POST if request.method == "POST" else None
    form = UnitsForm(data, rows=rows, name="line", keeps_shown=True)
    if form.is_valid():
        try:
            services.set_contents(
                supply=supply, box_id=box.pk, units=form.changed(), shown=form.shown(), actor=request.user
            )
        except Outdated as exc:
            form.refuse(exc.now)
            form.add_error(None, str(exc))
        except CannotChange as exc:
            form.add_error(None, str(exc))
        else:
            return redirect("supplies:supply-boxes", request.company.slug, supply.pk)
    left = services.unpacked(supply, besides=box.pk)
    context = {
        "supply": supply,
        "box": box,
        "form": form,
        "rows": [(line, max(0, left.get(line.pk, 0)), form.field_of(line.pk)) for line in goods.lines],
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/plan_box.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def box_remove(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a box out of a plan."""
    box = _box(request, pk)
    supply = plan(request, box.supply_id)
    try:
        services.remove_box(supply=supply, box_id=box.pk, actor=request.user)
    except CannotChange as exc:
        messages.warning(request, str(exc))
    return redirect("supplies:supply-boxes", request.company.slug, supply.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def sscc(request: CompanyRequest) -> HttpResponse:
    """From which numbers boxes get theirs."""
    series = series_of(request.company)
    initial = (
        {"company_prefix": series.prefix, "extension": series.extension, "next_serial": series.next_serial}
        if series
        else None
    )
    form = SeriesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        choose_series(
            company=request.company,
            prefix=data["company_prefix"],
            extension=data["extension"],
            next_serial=data["next_serial"],
        )
        messages.success(request, _("New boxes are numbered from this series."))
        return redirect("supplies:sscc", request.company.slug)
    return render(request, "supplies/sscc.html", {"form": form, "series": series, "crumbs": crumbs(request)})


def _box(request: CompanyRequest, pk: int) -> SupplyBox:
    try:
        box: SupplyBox = SupplyBox.objects.for_company(request.company).get(pk=pk, is_told=False)
    except SupplyBox.DoesNotExist as exc:
        raise Http404 from exc
    return box


def _per_box(goods: Goods) -> list[tuple[int, int | None, str]]:
    label = _("Units a box: %(name)s")
    return [(line.pk, None, label % {"name": line.name or line.seller_sku}) for line in goods.lines]


def _packed(supply: Supply, form: PackForm, each: UnitsForm) -> list[services.Contents]:
    """The boxes that the rule makes of the plan. Raises CannotChange."""
    usual, own = form.cleaned_data["per_box"], each.units()
    portions = [
        services.Portion(line=line, units=units, per_box=own.get(line) or usual)
        for line, units in plans.units_by_line(supply).items()
    ]
    is_mixed = form.cleaned_data["rule"] == Packing.MIXED
    return services.spread(portions, mixed_per_box=usual if is_mixed else None)
