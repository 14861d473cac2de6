"""The headers that keep a browser from harm, on every kind of answer there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from companies.choices import Role
from fbo_cabinet import urls
from fbo_cabinet.settings import base
from tests.fbo_cabinet.test_keys import production

ROOT = Path(__file__).parents[2]
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KINDS = (
    "landing", "sign-in form", "page", "live block", "form with errors", "redirect", "redirect of a guest", "csv",
    "xlsx", "not found", "stranger", "forbidden", "method not allowed", "csrf", "bad host", "broken", "health",
    "metrics", "notice", "static file", "admin", "admin list",
)  # fmt: skip

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planted")


urlpatterns = [path("broken/", broken), *urls.urlpatterns]


@pytest.fixture
def answers(client, client_of, owner, stranger, staff, member, company, settings):
    """How each kind of answer is got."""
    settings.MIDDLEWARE = base.MIDDLEWARE
    settings.STATIC_ROOT = ROOT / "static"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WHITENOISE_AUTOREFRESH = True
    settings.ROOT_URLCONF = __name__
    home = f"/{company.slug}/"
    owner_client = client_of(owner, confirmed=True)
    careless = Client(raise_request_exception=False)
    strict = Client(enforce_csrf_checks=True)
    return {
        "landing": lambda: client.get("/"),
        "sign-in form": lambda: client.get("/accounts/login/"),
        "page": lambda: owner_client.get(home),
        "live block": lambda: owner_client.get(f"{home}orders/", headers={"hx-request": "true"}),
        "form with errors": lambda: owner_client.post("/companies/new/", {"name": ""}),
        "redirect": lambda: owner_client.get("/"),
        "redirect of a guest": lambda: client.get(home),
        "csv": lambda: owner_client.get(f"{home}orders/export.csv"),
        "xlsx": lambda: owner_client.get(f"{home}orders/export.xlsx"),
        "not found": lambda: owner_client.get("/accounts/no-such-page/"),
        "stranger": lambda: client_of(stranger).get(home),
        "forbidden": lambda: client_of(member(Role.VIEWER)).get(f"{home}marketplaces/connect/"),
        "method not allowed": lambda: owner_client.put(home),
        "csrf": lambda: strict.post("/accounts/login/", {"login": "x", "password": "y"}),
        "bad host": lambda: careless.get("/", headers={"host": "evil.example"}),
        "broken": lambda: careless.get("/broken/"),
        "health": lambda: client.get("/healthz"),
        "metrics": lambda: client.get("/metrics"),
        "notice": lambda: client.post("/push/no-such-token/", "{}", content_type="application/json"),
        "static file": lambda: client.get("/static/css/index.css"),
        "admin": lambda: client_of(staff).get("/admin/"),
        "admin list": lambda: client_of(staff).get("/admin/companies/company/"),
    }


STATUSES = {
    "form with errors": 422, "redirect": 302, "redirect of a guest": 302, "not found": 404, "stranger": 404,
    "forbidden": 403, "method not allowed": 405, "csrf": 403, "bad host": 400, "broken": 500,     "notice": 404,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_guarded(answers, kind: str) -> None:
    response = answers[kind]()

    assert response.status_code == STATUSES.get(kind, 200)
    assert {name: response.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    if not kind.startswith("admin"):
        assert "unsafe-" not in policy
    # A list answers a page of its own when scripts come from elsewhere: none do.
    assert not re.search(r"script-src[^;]*(https?:|\*|data:)", policy)


def test_every_kind_has_its_way(answers) -> None:
    assert set(answers) == set(KINDS)


def test_nothing_of_a_person_is_kept_by_others(answers) -> None:
    for kind in ("page", "live block", "csv", "redirect", "forbidden"):
        assert "private" in answers[kind]().headers["Cache-Control"], kind


def test_the_cookies_are_not_for_scripts_and_other_sites(client, owner, settings) -> None:
    from tests.factories.companies import PASSWORD

    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)

    response = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})

    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_production_speaks_https_only() -> None:
    script = """
import json, django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import Client, RequestFactory
client = Client(headers={"host": "cabinet.example.com"})
plain = client.get("/healthz")
secure = client.get("/healthz", secure=True)


def form(request):
    get_token(request)
    return HttpResponse()


request = RequestFactory().get("/", secure=True)
middleware = CsrfViewMiddleware(form)
middleware.process_view(request, form, (), {})
page = middleware(request)
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location")],
    "hsts": secure.headers.get("Strict-Transport-Security"),
    "cookies": [[name, bool(c["secure"]), c["path"], c["domain"]] for name, c in page.cookies.items()],
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY],
}))
"""
    done = production("-c", script)

    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["plain"] == [301, "https://cabinet.example.com/healthz"]
    assert told["hsts"] == "max-age=31536000; includeSubDomains; preload"
    # __Host- cookies: secure, of the whole site, of no other host.
    assert told["cookies"] == [["__Host-csrf", True, "/", ""]]
    assert told["session"] == ["__Host-session", True, True]
