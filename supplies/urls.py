"""Addresses of the supplies of a company, under its slug."""

from __future__ import annotations

from django.urls import path, re_path

from supplies.views import calendar, detail, labels, lists, packing, plan, ties

app_name = "supplies"
urlpatterns = [
    path("supplies/", lists.supply_list, name="supply-list"),
    re_path(r"^supplies/export\.(?P<form>csv|xlsx)$", lists.supply_export, name="supply-export"),
    path("supplies/inbound/", lists.inbound, name="inbound"),
    path("supplies/of-product/<int:pk>/", lists.product_supplies, name="product-supplies"),
    path("supplies/calendar/", calendar.supply_calendar, name="supply-calendar"),
    path("supplies/<int:pk>/", detail.supply_detail, name="supply-detail"),
    path("supplies/<int:pk>/refresh/", detail.supply_refresh, name="supply-refresh"),
    path("supplies/plan/", plan.supply_plan, name="supply-plan"),
    path("supplies/<int:pk>/plan/", plan.supply_edit, name="supply-edit"),
    path("supplies/<int:pk>/plan/target/", plan.plan_target, name="plan-target"),
    path("supplies/<int:pk>/plan/goods/", plan.plan_goods, name="plan-goods"),
    path("supplies/<int:pk>/plan/list/", plan.plan_list, name="plan-list"),
    path("supplies/<int:pk>/plan/step/", plan.plan_step, name="plan-step"),
    path("supplies/<int:pk>/papers/add/", plan.paper_add, name="paper-add"),
    path("supplies/papers/<int:pk>/remove/", plan.paper_remove, name="paper-remove"),
    path("supplies/lists/<int:pk>/", plan.plan_import, name="plan-import"),
    path("supplies/lists/<int:pk>/apply/", plan.plan_apply, name="plan-apply"),
    path("supplies/<int:pk>/boxes/", packing.supply_boxes, name="supply-boxes"),
    path("supplies/<int:pk>/boxes/add/", packing.box_add, name="box-add"),
    path("supplies/<int:pk>/boxes/number/", packing.boxes_number, name="boxes-number"),
    path("supplies/boxes/<int:pk>/", packing.box_edit, name="box-edit"),
    path("supplies/boxes/<int:pk>/remove/", packing.box_remove, name="box-remove"),
    path("supplies/box-numbers/", packing.sscc, name="sscc"),
    path("supplies/<int:pk>/labels/", labels.labels, name="labels"),
    path("supplies/<int:pk>/labels/print/", labels.labels_print, name="labels-print"),
    re_path(
        r"^supplies/(?P<pk>\d{1,18})/packing-list\.(?P<form>pdf|xlsx)$",
        labels.packing_list,
        name="packing-list",
    ),
    path("supplies/<int:pk>/tie/", ties.tie_choose, name="tie-choose"),
    path("supplies/<int:pk>/separate/", ties.supply_separate, name="supply-separate"),
]
