"""Where `/` leads, and what may not be a company's address."""

from __future__ import annotations

import pytest
from django.urls import get_resolver, reverse

from companies.slugs import RESERVED_SLUGS
from tests.factories.companies import CompanyFactory, MembershipFactory, UserFactory


def test_guests_see_the_landing(client, db) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert reverse("account_login") in response.content.decode()


def test_newcomers_are_led_to_their_first_company(client_of, db) -> None:
    response = client_of(UserFactory()).get("/")

    assert response.headers["Location"] == "/companies/new/"


def test_people_come_to_the_first_company_by_name(client_of, owner) -> None:
    MembershipFactory(user=owner, company=CompanyFactory(name="Аптека", slug="apteka"))

    assert client_of(owner).get("/").headers["Location"] == "/apteka/"


def test_people_come_back_to_the_company_they_looked_at_last(client_of, owner) -> None:
    MembershipFactory(user=owner, company=CompanyFactory(name="Аптека", slug="apteka"))
    client = client_of(owner)

    client.get("/lavka/marketplaces/")

    assert client.get("/").headers["Location"] == "/lavka/"


def test_a_company_left_is_not_come_back_to(client_of, owner, company) -> None:
    membership = MembershipFactory(user=owner, company=CompanyFactory(name="Аптека", slug="apteka"))
    client = client_of(owner)
    client.get("/apteka/marketplaces/")
    membership.delete()

    assert client.get("/").headers["Location"] == "/lavka/"


def test_every_first_part_of_an_address_is_reserved() -> None:
    parts = {str(entry.pattern).split("/")[0] for entry in get_resolver().url_patterns}
    parts |= {
        str(inner.pattern).split("/")[0]
        for entry in get_resolver().url_patterns
        if str(entry.pattern) == ""
        for inner in getattr(entry, "url_patterns", [])
    }

    assert {
        part for part in parts if part and not part.startswith("<slug:company_slug>")
    } - RESERVED_SLUGS == set()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_monitors_may_not_write(client, db, path: str) -> None:
    assert client.post(path).status_code == 405
