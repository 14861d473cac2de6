"""The boxes of a plan, and the numbers that they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from companies.choices import Permission
from companies.permissions import requires
from core import formats
from core.listing import given_id
from supplies.forms.boxes import PackForm, Packing, SeriesForm
from supplies.forms.goods import UnitsForm, rows_sent
from supplies.models import SupplyBox
from supplies.selectors import plans
from supplies.services import boxes as services
from supplies.services.plan_lines import Outdated
from supplies.services.plans import CannotChange
from supplies.services.sscc import SeriesExhausted, choose_series, series_of
from supplies.views.plan import crumbs, lost_units, plan

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest
    from companies.models import User
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
    if form.is_valid() and each.is_valid() and _is_packed(request, supply, form, each):
        return redirect("supplies:supply-boxes", request.company.slug, supply.pk)
    in_boxes = plans.packed_by_line(supply, [line.pk for line in goods.lines])
    context = {
        "supply": supply,
        "form": form,
        "rows": [
            (line, supply.units_of(line), in_boxes.get(line.pk, 0), each.field_of(line.pk))
            for line in goods.lines
        ],
        "version": services.version_of(supply),
        "has_more": goods.next_after is not None,
        "boxes": plans.boxes(supply, after=given_id(request.GET.get("after", "")) or 0),
        "packed": plans.packed(supply),
        "can_pack": services.can_pack(supply),
        "of_plan": f"?plan={supply.pk}",
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


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def boxes_number(request: CompanyRequest, pk: int) -> HttpResponse:
    """Give the boxes that have none their SSCC."""
    supply = plan(request, pk)
    try:
        count = services.number_boxes(supply=supply, actor=request.user)
    except _REFUSALS as exc:
        messages.warning(request, str(exc))
    else:
        text = ngettext(
            "%(count)s box got an SSCC: print its label anew.",
            "%(count)s boxes got an SSCC: print their labels anew.",
            count,
        )
        if count:
            messages.success(request, text % {"count": formats.number(count)})
    return redirect("supplies:supply-boxes", request.company.slug, supply.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def box_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """What is in one box, by hand."""
    box = _box(request, pk)
    if box is None:
        return _gone(request, given_id(request.GET.get("plan", "")) or 0)
    supply = plan(request, box.supply_id)
    goods, form = _goods_of(request, supply, box)
    if form.is_valid():
        try:
            if _is_put(supply, box, form, actor=request.user):
                if form.lost():
                    messages.warning(request, lost_units())
                return _to_boxes(request, supply.pk, at=box.position)
        except SupplyBox.DoesNotExist:
            return _gone(request, supply.pk)
    left = services.unpacked(supply, besides=box.pk)
    context = {
        "supply": supply,
        "box": box,
        "goods": goods,
        "form": form,
        "rows": [(line, max(0, left.get(line.pk, 0)), form.field_of(line.pk)) for line in goods.lines],
        "back": _boxes_url(request, supply.pk, at=box.position),
        "crumbs": crumbs(request, supply),
    }
    return render(request, "supplies/plan_box.html", context)


@require_POST
@requires(Permission.EDIT_SUPPLIES)
def box_remove(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take a box out of a plan."""
    box = _box(request, pk)
    if box is None:
        return _gone(request, given_id(request.GET.get("plan", "")) or 0)
    supply = plan(request, box.supply_id)
    try:
        services.remove_box(supply=supply, box_id=box.pk, actor=request.user)
    except SupplyBox.DoesNotExist:
        return _gone(request, supply.pk)
    except CannotChange as exc:
        messages.warning(request, str(exc))
    return _to_boxes(request, supply.pk, at=box.position)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SUPPLIES)
def sscc(request: CompanyRequest) -> HttpResponse:
    """From which numbers boxes get theirs."""
    series = series_of(request.company)
    form = SeriesForm(request.POST if request.method == "POST" else None, initial=SeriesForm.of(series))
    if form.is_valid():
        try:
            choose_series(company=request.company, **form.series())
        except SeriesExhausted as exc:
            form.add_error("company_prefix", str(exc))
        else:
            messages.success(request, _("New boxes are numbered from this series."))
            return redirect("supplies:sscc", request.company.slug)
    return render(request, "supplies/sscc.html", {"form": form, "series": series, "crumbs": crumbs(request)})


def _box(request: CompanyRequest, pk: int) -> SupplyBox | None:
    """A box of a plan of this company; None when there is none, or none any more."""
    rows = SupplyBox.objects.for_company(request.company).filter(is_told=False)
    return rows.filter(pk=pk).first()


def _gone(request: CompanyRequest, plan_id: int) -> HttpResponse:
    """To the boxes of the plan, saying that this one is not there any more; 404 when that is no plan."""
    supply = plan(request, plan_id)
    messages.warning(request, _("This box is not there any more: somebody has taken it out."))
    return _to_boxes(request, supply.pk)


def _to_boxes(request: CompanyRequest, plan_id: int, *, at: int = 0) -> HttpResponse:
    return redirect(_boxes_url(request, plan_id, at=at))


def _boxes_url(request: CompanyRequest, plan_id: int, *, at: int = 0) -> str:
    """The page of boxes where the box of this number is, or was."""
    url = reverse("supplies:supply-boxes", args=[request.company.slug, plan_id])
    after = plans.page_of_box(at)
    return f"{url}?after={after}" if after else url


def _goods_of(request: CompanyRequest, supply: Supply, box: SupplyBox) -> tuple[Goods, UnitsForm]:
    """A page of goods for a box with the form of its units: those that were sent, or those that the address asks for."""
    held = plans.contents_of(box)
    data = request.POST if request.method == "POST" else None
    if data is None:
        goods = plans.goods_of_box(supply, held, after=given_id(request.GET.get("after", "")) or 0)
    else:
        goods = plans.goods_named(supply, rows_sent(data, name="line"))
    rows = [(line.pk, held.get(line.pk), line.name or line.seller_sku) for line in goods.lines]
    return goods, UnitsForm(data, rows=rows, name="line", keeps_shown=True)


def _is_put(supply: Supply, box: SupplyBox, form: UnitsForm, *, actor: User) -> bool:
    """Put into the box what was changed; False when it does not go, and the form says why. Raises
    SupplyBox.DoesNotExist."""
    try:
        services.set_contents(
            supply=supply, box_id=box.pk, units=form.changed(), shown=form.shown(), actor=actor
        )
    except Outdated as exc:
        form.refuse(exc.now)
        form.add_error(None, str(exc))
        return False
    except CannotChange as exc:
        form.add_error(None, str(exc))
        return False
    return True


def _is_packed(request: CompanyRequest, supply: Supply, form: PackForm, each: UnitsForm) -> bool:
    """Pack the plan by the rule and say into how many boxes; False when it does not go, and the form says why."""
    rule = services.PackRule(
        per_box=form.cleaned_data["per_box"],
        own={line: units for line, units in each.units().items() if units},
        is_mixed=form.cleaned_data["rule"] == Packing.MIXED,
    )
    try:
        count = services.pack_by_rule(
            supply=supply, rule=rule, actor=request.user, seen=request.POST.get("version", "")
        )
    except _REFUSALS as exc:
        form.add_error(None, str(exc))
        return False
    text = ngettext("Packed into %(count)s box.", "Packed into %(count)s boxes.", count)
    messages.success(request, text % {"count": formats.number(count)})
    return True


def _per_box(goods: Goods) -> list[tuple[int, int | None, str]]:
    label = _("Units a box: %(name)s")
    return [(line.pk, None, label % {"name": line.name or line.seller_sku}) for line in goods.lines]
