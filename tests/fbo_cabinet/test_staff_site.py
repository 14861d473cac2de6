"""The admin's own door and its own content policy; the cabinet's policy stays strict."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.sites import site

from fbo_cabinet.staff import StaffSite


def test_the_admin_is_ours(db) -> None:
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else site, StaffSite)


def test_what_packages_bring_along_is_not_shown() -> None:
    shown = {model._meta.app_label for model in admin.site._registry}

    assert shown == {
        "companies",
        "marketplaces",
        "catalog",
        "orders",
        "supplies",
        "returns",
        "analytics",
        "axes",
    }


def test_guests_are_sent_to_the_cabinets_sign_in(client, db) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_guests_end_at_the_sign_in_from_any_page(client, db) -> None:
    response = client.get("/admin/companies/company/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


def test_people_who_are_not_staff_are_refused(client_of, owner) -> None:
    response = client_of(owner).get("/admin/", follow=True)

    assert response.status_code == 403


def test_the_admin_runs_under_its_own_policy(client_of, staff) -> None:
    policy = _policy(client_of(staff).get("/admin/"))

    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["default-src"] == "'none'"


def test_the_cabinet_stays_strict(client_of, owner) -> None:
    policy = _policy(client_of(owner).get("/lavka/marketplaces/"))

    assert "unsafe" not in " ".join(policy.values())
    assert policy["frame-ancestors"] == "'none'"


def _policy(response) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)
