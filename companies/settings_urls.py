"""Addresses of a company's settings, under its slug."""

from django.urls import path, re_path

from companies.views import audit, invitations, legal, payouts, people, settings, taxes, warehouses

app_name = "settings"
urlpatterns = [
    path("settings/", settings.home, name="home"),
    path("settings/company/", legal.company_card, name="company"),
    path("settings/company/fill/", legal.company_fill, name="company-fill"),
    path("settings/company/taxes/new/", taxes.tax_create, name="tax-create"),
    path("settings/company/taxes/<int:pk>/", taxes.tax_edit, name="tax-edit"),
    path("settings/company/taxes/<int:pk>/delete/", taxes.tax_delete, name="tax-delete"),
    path("settings/payouts/", payouts.payout_list, name="payout-list"),
    path("settings/payouts/new/", payouts.payout_create, name="payout-create"),
    path("settings/payouts/<int:pk>/", payouts.payout_edit, name="payout-edit"),
    path("settings/payouts/<int:pk>/delete/", payouts.payout_delete, name="payout-delete"),
    path("settings/payouts/<int:pk>/number/", payouts.payout_number, name="payout-number"),
    path("settings/warehouses/", warehouses.warehouse_list, name="warehouse-list"),
    path("settings/warehouses/new/", warehouses.warehouse_create, name="warehouse-create"),
    path("settings/warehouses/<int:pk>/", warehouses.warehouse_edit, name="warehouse-edit"),
    path("settings/warehouses/<int:pk>/archive/", warehouses.warehouse_archive, name="warehouse-archive"),
    path("settings/warehouses/<int:pk>/restore/", warehouses.warehouse_restore, name="warehouse-restore"),
    path("settings/people/", people.member_list, name="member-list"),
    path("settings/people/leave/", people.member_leave, name="member-leave"),
    path("settings/people/second-factor/", people.second_factor_require, name="second-factor"),
    path("settings/people/<int:pk>/role/", people.member_role, name="member-role"),
    path("settings/people/<int:pk>/remove/", people.member_remove, name="member-remove"),
    path("settings/people/invite/", invitations.invitation_create, name="invitation-create"),
    path(
        "settings/people/invitations/<int:pk>/resend/",
        invitations.invitation_resend,
        name="invitation-resend",
    ),
    path(
        "settings/people/invitations/<int:pk>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("settings/audit/", audit.audit, name="audit"),
    re_path(r"^settings/audit/export\.(?P<form>csv|xlsx)$", audit.audit_export, name="audit-export"),
]
