"""The company switcher: the person's companies, what he is there, what is wrong there."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator

from companies.choices import Role
from companies.models import User
from fbo_cabinet.company_options import company_options
from tests.factories.companies import MembershipFactory
from tests.factories.marketplaces import AccountFactory


def company_of(owner: User, name: str, role: Role = Role.OWNER, **fields):
    return MembershipFactory(user=owner, role=role, company__name=name, **fields).company


def test_each_company_says_what_one_is_and_what_is_wrong(owner, company) -> None:
    AccountFactory(company=company)
    refused = company_of(owner, "Новая", Role.VIEWER)
    AccountFactory(company=refused, status="rejected")
    company_of(owner, "Пустая", Role.ACCOUNTANT)
    gone = company_of(owner, "Ушедшая")
    AccountFactory(company=gone, status="disconnected")
    company_of(owner, "Строгая", company__requires_second_factor=True)

    assert [(row.name, row.role, row.note, row.tone) for row in company_options(owner)] == [
        ("Льняная лавка", "Владелец", "", "neutral"),
        ("Новая", "Наблюдатель", "ключ не принят", "danger"),
        ("Пустая", "Бухгалтер", "кабинетов ещё нет", "neutral"),
        ("Строгая", "Владелец", "нужен второй фактор", "warning"),
        ("Ушедшая", "Владелец", "кабинетов ещё нет", "neutral"),
    ]


def test_a_factor_that_one_has_is_not_asked_for(owner, company) -> None:
    company.requires_second_factor = True
    company.save()
    AccountFactory(company=company)
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})

    assert [row.note for row in company_options(owner)] == [""]


def test_the_accounts_of_others_say_nothing_here(owner, company, other_company) -> None:
    AccountFactory(company=company)
    AccountFactory(company=other_company, status="rejected")

    assert [(row.pk, row.note) for row in company_options(owner)] == [(company.pk, "")]


@pytest.mark.parametrize("rows", [1, 3])
def test_many_companies_cost_one_query(owner, company, django_assert_num_queries, rows: int) -> None:
    for number in range(rows):
        AccountFactory(company=company_of(owner, f"Лавка {number}"))

    with django_assert_num_queries(1):
        company_options(owner)


def test_the_current_one_is_marked_and_the_others_lead_away(owner_client, owner, company) -> None:
    second = company_of(owner, "Аптека <b>")

    body = owner_client.get("/lavka/settings/people/").content.decode()

    links = re.findall(r'<a class="menu__item switch__item" href="([^"]+)"( aria-current="true")?', body)
    assert links[:2] == [(f"/{second.slug}/", ""), ("/lavka/", ' aria-current="true"')]
    assert "Аптека &lt;b&gt;" in body


@pytest.mark.parametrize(("count", "has_search"), [(8, False), (9, True)])
def test_a_long_list_can_be_searched(owner_client, owner, company, count: int, has_search: bool) -> None:
    for number in range(count - 1):
        company_of(owner, f"Лавка {number}")

    body = owner_client.get("/lavka/settings/people/").content.decode()

    assert ("data-switch-search hidden" in body) is has_search
