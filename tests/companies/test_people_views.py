"""The page of people, changes of roles, leaving, and the second factor that a company requires."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from companies.choices import Role
from companies.models import Company, Membership, StaffVisit, User
from companies.visiting import VISIT_KEY
from tests.factories.companies import InvitationFactory, MembershipFactory

URL = "/lavka/settings/people/"
ROLE_URL = URL + "{}/role/"
REMOVE_URL = URL + "{}/remove/"


@pytest.fixture
def sure(owner: User, client_of) -> Client:
    """The owner's browser, in which he has just given his password."""
    return client_of(owner, confirmed=True)


@pytest.fixture(autouse=True)
def _no_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: None)


def give_factor(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def membership_of(user: User, company: Company) -> Membership:
    return Membership.objects.for_company(company).get(user=user)


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_everybody_sees_who_is_in_and_who_is_invited(client_of, owner, teammate, company) -> None:
    InvitationFactory(company=company, email="petr@example.com", role=Role.ACCOUNTANT)
    InvitationFactory(company=company, email="late@example.com", expired=True)
    InvitationFactory(company=company, email="gone@example.com", withdrawn=True)

    response = client_of(teammate).get(URL)

    text = words(response)
    assert [email for email in ("owner@", "teammate@", "petr@", "late@", "gone@") if email in text] == [
        "owner@",
        "teammate@",
        "petr@",
        "late@",
    ]
    assert ("Отправлено" in text, "Срок вышел" in text) == (True, True)


def test_who_may_not_manage_is_shown_no_levers(client_of, owner, teammate, company) -> None:
    InvitationFactory(company=company)

    body = client_of(teammate).get(URL).content.decode()

    levers = re.findall(r'(?:action|href)="(/lavka/settings/people/[^"]+)"', body)
    assert set(levers) == {"/lavka/settings/people/leave/"}


def test_owners_come_first_and_names_cannot_hurt(owner_client, owner, company) -> None:
    MembershipFactory(company=company, role=Role.MANAGER, user__name="<script>alert(1)</script>")
    MembershipFactory(company=company, role=Role.OWNER, user__name="Вера")

    body = owner_client.get(URL).content.decode()

    assert "<script>alert" not in body
    assert body.index("Вера") < body.index("&lt;script&gt;alert")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    owner_client, owner, company, django_assert_num_queries, rows: int
) -> None:
    for person in MembershipFactory.create_batch(rows, company=company, role=Role.VIEWER):
        give_factor(person.user)
    InvitationFactory.create_batch(rows, company=company, invited_by=owner)
    owner_client.get(URL)

    with django_assert_num_queries(12):
        owner_client.get(URL)


def test_the_second_factor_of_each_is_shown(owner_client, owner, teammate) -> None:
    give_factor(teammate)

    text = words(owner_client.get(URL))

    assert text.count("Настроен ") == 1
    assert text.count("Не настроен") == 1


def test_a_role_is_changed_by_the_form(sure, teammate, company) -> None:
    pk = membership_of(teammate, company).pk

    response = sure.post(ROLE_URL.format(pk), {"role": "accountant"})

    assert (response.status_code, response.headers["Location"]) == (302, URL)
    assert membership_of(teammate, company).role == Role.ACCOUNTANT


@pytest.mark.parametrize("role", ["", "king", "\u202eowner", "o" * 10_000, "\x00"])
def test_a_role_that_is_none_is_a_field_error(sure, teammate, company, role: str) -> None:
    response = sure.post(ROLE_URL.format(membership_of(teammate, company).pk), {"role": role})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"role"}
    assert membership_of(teammate, company).role == Role.VIEWER


def test_the_last_owner_is_told_at_the_field(sure, owner, company) -> None:
    response = sure.post(ROLE_URL.format(membership_of(owner, company).pk), {"role": "viewer"})

    assert response.status_code == 422
    assert "последний владелец" in str(response.context["form"].errors["role"])
    assert membership_of(owner, company).role == Role.OWNER


def test_roles_are_not_changed_without_proof(owner_client, teammate, company) -> None:
    pk = membership_of(teammate, company).pk

    opened = owner_client.get(ROLE_URL.format(pk))
    posted = owner_client.post(ROLE_URL.format(pk), {"role": "owner"})

    assert opened.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert posted.status_code == 422
    assert posted.context["form"]["role"].value() == "owner"
    assert "/companies/confirmed/" in str(posted.context["form"].non_field_errors()).replace("%2F", "/")
    assert membership_of(teammate, company).role == Role.VIEWER


def test_removing_asks_who_one_is_and_says_that_nothing_happened(owner_client, teammate, company) -> None:
    pk = membership_of(teammate, company).pk

    response = owner_client.post(REMOVE_URL.format(pk), follow=True)

    assert response.redirect_chain[0][0].startswith("/accounts/reauthenticate/")
    assert "пока ничего не изменилось" in words(response)
    assert membership_of(teammate, company)


def test_a_member_is_removed(sure, teammate, company) -> None:
    response = sure.post(REMOVE_URL.format(membership_of(teammate, company).pk), follow=True)

    assert "доступ к компании закрыт" in words(response)
    assert not Membership.objects.for_company(company).filter(user=teammate).exists()


def test_the_last_owner_is_not_removed(sure, owner, company) -> None:
    response = sure.post(REMOVE_URL.format(membership_of(owner, company).pk), follow=True)

    assert "последний владелец" in words(response)
    assert membership_of(owner, company)


def test_a_member_leaves_by_himself(client_of, owner, teammate, company) -> None:
    client = client_of(teammate)

    response = client.post(URL + "leave/", follow=True)

    assert "Вы ушли из компании «Льняная лавка»" in words(response)
    assert client.get(URL).status_code == 404


def test_the_last_owner_cannot_leave_and_is_told_why(owner_client, owner, company) -> None:
    response = owner_client.post(URL + "leave/", follow=True)

    assert "Сделайте владельцем кого-нибудь ещё" in words(response)
    assert membership_of(owner, company)
    assert 'action="/lavka/settings/people/leave/"' not in response.content.decode()


def test_staff_on_a_visit_look_and_have_nothing_to_leave(client_of, staff, owner, company) -> None:
    visit = StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=owner,
        role=Role.OWNER,
        reason="Жалоба",
        ends_at=timezone.now() + timedelta(hours=1),
    )
    client = client_of(staff, confirmed=True)
    session = client.session
    session[VISIT_KEY] = visit.pk
    session.save()

    assert client.get(URL).status_code == 200
    assert client.post(URL + "leave/").status_code == 404
    assert client.post(URL + "second-factor/", {"is_required": "yes"}).status_code == 403


def test_whoever_requires_a_second_factor_has_one(sure, owner, company) -> None:
    response = sure.post(URL + "second-factor/", {"is_required": "yes"}, follow=True)
    assert "Сначала настройте второй фактор себе" in words(response)
    give_factor(owner)

    sure.post(URL + "second-factor/", {"is_required": "yes"})

    company.refresh_from_db()
    assert company.requires_second_factor


@pytest.fixture
def strict(company: Company) -> Company:
    """A company that requires the second factor."""
    company.requires_second_factor = True
    company.save()
    return company


@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete"])
@pytest.mark.parametrize("path", ["/lavka/", "/lavka/orders/", URL, URL + "leave/"])
def test_without_a_factor_every_address_leads_to_setting_it_up(
    client_of, teammate, strict, method: str, path: str
) -> None:
    response = getattr(client_of(teammate), method)(path)

    assert (response.status_code, response.headers["Location"]) == (
        302,
        f"/companies/second-factor/{strict.pk}/",
    )


def test_a_part_of_a_page_leads_the_whole_page_there(client_of, teammate, strict) -> None:
    response = client_of(teammate).get("/lavka/orders/", headers={"HX-Request": "true"})

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["HX-Redirect"] == f"/companies/second-factor/{strict.pk}/"


def test_the_page_of_the_factor_names_the_company_and_nothing_more(client_of, teammate, strict) -> None:
    MembershipFactory(company=strict, user__name="Тайный коллега")

    response = client_of(teammate).get(f"/companies/second-factor/{strict.pk}/")

    text = words(response)
    assert "Льняная лавка" in text
    assert "Тайный коллега" not in text
    assert "/accounts/2fa/totp/activate/" in response.content.decode()


def test_with_a_factor_one_goes_in(client_of, teammate, strict) -> None:
    give_factor(teammate)
    client = client_of(teammate)

    assert client.get(URL).status_code == 200
    assert client.get(f"/companies/second-factor/{strict.pk}/").headers["Location"] == "/lavka/"


def test_the_page_of_the_factor_is_for_members(client, client_of, stranger, strict) -> None:
    path = f"/companies/second-factor/{strict.pk}/"

    assert client_of(stranger).get(path).status_code == 404
    assert client_of(stranger).get("/companies/second-factor/999999/").status_code == 404
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_a_company_that_does_not_require_leads_back(client_of, teammate, company) -> None:
    assert client_of(teammate).get(f"/companies/second-factor/{company.pk}/").headers["Location"] == "/lavka/"


def test_the_second_tab_says_to_go_back(owner_client, client) -> None:
    assert "вернитесь к форме" in words(owner_client.get("/companies/confirmed/"))
    assert client.get("/companies/confirmed/").status_code == 302
