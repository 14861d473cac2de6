"""Addresses of marketplace accounts and their sync, under a company's slug."""

from __future__ import annotations

from django.urls import path, re_path

from marketplaces.views import accounts, agreements, history, payouts, sync

app_name = "marketplaces"
urlpatterns = [
    path("marketplaces/", sync.sync, name="sync"),
    path("marketplaces/refresh/", sync.refresh, name="refresh"),
    path("marketplaces/connect/", accounts.account_create, name="account-create"),
    path("marketplaces/accounts/<int:pk>/", accounts.account_detail, name="account-detail"),
    path("marketplaces/accounts/<int:pk>/rename/", accounts.account_rename, name="account-rename"),
    path("marketplaces/accounts/<int:pk>/key/", accounts.account_key, name="account-key"),
    path("marketplaces/accounts/<int:pk>/pause/", accounts.account_pause, name="account-pause"),
    path("marketplaces/accounts/<int:pk>/resume/", accounts.account_resume, name="account-resume"),
    path("marketplaces/accounts/<int:pk>/check/", accounts.account_check, name="account-check"),
    path("marketplaces/accounts/<int:pk>/payout/", payouts.account_payout, name="account-payout"),
    path(
        "marketplaces/accounts/<int:pk>/disconnect/", accounts.account_disconnect, name="account-disconnect"
    ),
    path("marketplaces/abilities/", accounts.ability_list, name="abilities"),
    path("settings/agreements/", agreements.agreement_list, name="agreement-list"),
    path("settings/agreements/new/", agreements.agreement_create, name="agreement-create"),
    path("settings/agreements/<int:pk>/", agreements.agreement_edit, name="agreement-edit"),
    path("settings/agreements/<int:pk>/delete/", agreements.agreement_delete, name="agreement-delete"),
    path("settings/agreements/<int:pk>/file/", agreements.agreement_file, name="agreement-file"),
    path(
        "settings/agreements/<int:pk>/file/delete/",
        agreements.agreement_file_delete,
        name="agreement-file-delete",
    ),
    path("marketplaces/runs/", history.run_list_page, name="run-list"),
    re_path(r"^marketplaces/runs/export\.(?P<form>csv|xlsx)$", history.run_export, name="run-export"),
    path("marketplaces/quarantine/", history.quarantine_list_page, name="quarantine-list"),
    re_path(
        r"^marketplaces/quarantine/export\.(?P<form>csv|xlsx)$",
        history.quarantine_export,
        name="quarantine-export",
    ),
    path("marketplaces/quarantine/<int:pk>/", history.quarantine_detail, name="quarantine-detail"),
    path("marketplaces/quarantine/<int:pk>/retry/", history.quarantine_retry, name="quarantine-retry"),
    path("marketplaces/quarantine/<int:pk>/ignore/", history.quarantine_ignore, name="quarantine-ignore"),
]
