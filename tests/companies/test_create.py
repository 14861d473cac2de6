"""Creating a company: its address, its owner, its zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from companies.choices import Role
from companies.forms.companies import CompanyForm, zone_choices
from companies.models import Company, Membership
from companies.selectors import free_slug, memberships_of
from companies.services import SlugTaken, create_company
from companies.slugs import LONGEST_SLUG, RESERVED_SLUGS, latin_slug
from tests.factories.companies import CompanyFactory, MembershipFactory, UserFactory

URL = "/companies/new/"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Льняная лавка", "lnyanaya-lavka"),
        ("ООО «Щука & Ёж»", "ooo-shchuka-ezh"),
        ("Linen Shop 24", "linen-shop-24"),
        ("  –  ", ""),
        ("漢字", ""),
        ("Объём", "obem"),
    ],
)
def test_names_become_addresses(name: str, slug: str) -> None:
    assert latin_slug(name) == slug


def test_a_long_name_fits() -> None:
    assert len(latin_slug("Щ" * 120)) <= LONGEST_SLUG


def test_a_taken_address_gets_a_number(db) -> None:
    CompanyFactory(slug="lavka")
    CompanyFactory(slug="lavka-2")

    assert free_slug("Лавка") == "lavka-3"


def test_a_long_taken_address_still_fits(db) -> None:
    CompanyFactory(slug=free_slug("Щ" * 120))

    second = free_slug("Щ" * 120)

    assert second.endswith("-2")
    assert len(second) <= LONGEST_SLUG


@pytest.mark.parametrize("name", ["Admin", "push", "Static"])
def test_reserved_words_are_never_suggested(db, name: str) -> None:
    assert free_slug(name) not in RESERVED_SLUGS


def test_a_name_without_letters_gets_an_address(db) -> None:
    assert free_slug("«…»") == "company-2"


def test_the_person_becomes_the_owner(client_of, db) -> None:
    person = UserFactory()

    response = client_of(person).post(URL, {"name": "Льняная лавка", "slug": "", "time_zone": "Asia/Omsk"})

    company = Company.objects.get()
    assert (company.slug, company.time_zone) == ("lnyanaya-lavka", "Asia/Omsk")
    assert [(row.company, row.role) for row in memberships_of(person)] == [(company, Role.OWNER)]
    assert response.headers["Location"] == "/lnyanaya-lavka/"


def test_the_address_is_chosen_in_small_letters(client_of, db) -> None:
    client_of(UserFactory()).post(URL, {"name": "Лавка", "slug": "My-Shop", "time_zone": "Europe/Moscow"})

    assert Company.objects.get().slug == "my-shop"


@pytest.mark.parametrize("slug", ["lavka", "admin", "accounts"])
def test_a_taken_address_is_told_at_its_field(client_of, company, slug: str) -> None:
    response = client_of(UserFactory()).post(
        URL, {"name": "Другая", "slug": slug, "time_zone": "Europe/Moscow"}
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["slug"]
    assert list(Company.objects.all()) == [company]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("slug", "лавка"), ("slug", "a b"), ("slug", "x" * 51), ("time_zone", "UTC")],
)
def test_what_cannot_be_is_refused(field: str, value: str, db) -> None:
    given = {"name": "Лавка", "slug": "lavka", "time_zone": "Europe/Moscow", field: value}

    assert list(CompanyForm(given).errors) == [field]


def test_guests_are_sent_to_sign_in(client, db) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_a_refused_company_leaves_no_member_behind(owner, company) -> None:
    with pytest.raises(SlugTaken):
        create_company("Вторая", slug=company.slug, time_zone="Europe/Moscow", owner=owner)

    assert Membership.all_companies.count() == 1


def test_zones_say_their_distance() -> None:
    zones = dict(zone_choices(datetime(2026, 11, 24, tzinfo=UTC)))

    assert len(zones) == 11
    assert zones["Europe/Moscow"] == "Москва, UTC+03"


def test_memberships_are_listed_by_the_companys_name(owner) -> None:
    MembershipFactory(user=owner, company__name="Аптека")

    assert [row.company.name for row in memberships_of(owner)] == ["Аптека", "Льняная лавка"]
