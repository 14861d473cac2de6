"""The page of a company in the admin: its health, people, money and changes, and never a secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, Role, SignInOutcome
from companies.models import AuditEntry, BankAccount, Company, Invitation, SignIn, StaffVisit
from companies.services.audit import note
from marketplaces.models import Agreement
from tests.factories.companies import CompanyFactory, MembershipFactory
from tests.factories.marketplaces import (
    AccountFactory,
    QuarantinedRecordFactory,
    StreamStateFactory,
    SyncRunFactory,
)

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def staff_client(staff, client_of):
    return client_of(staff)


def page_of(client, company: Company) -> str:
    response = client.get(reverse("admin:companies_company_change", args=[company.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def secrets(company, account, owner, staff) -> list[str]:
    """A row of everything of a company, and the words that nobody may read."""
    account.credentials_sealed = "k1:SEALED-KEY"
    account.push_token = "PUSH-TOKEN"
    account.save()
    BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="ПАО Сбербанк", sealed="k1:SEALED-NUMBERS", last4="3456"
    )
    Invitation.all_companies.create(company=company, email="new@example.com", nonce="NONCE-OF-INVITATION")
    SignIn.objects.create(user=owner, outcome=SignInOutcome.DONE, device="MARK-OF-BROWSER")
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "TOTP-SECRET"})
    StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=owner,
        role=Role.OWNER,
        reason="Обращение 1042",
        ends_at=timezone.now() + timedelta(minutes=15),
    )
    return [
        "SEALED-KEY",
        "PUSH-TOKEN",
        "SEALED-NUMBERS",
        "NONCE-OF-INVITATION",
        "MARK-OF-BROWSER",
        "TOTP-SECRET",
        owner.password,
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_page_of_the_admin_shows_a_secret(staff_client, secrets, model) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    urls = [reverse(f"{name}_changelist")]
    urls += [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:5]]

    for url in urls:
        page = staff_client.get(url).content.decode()
        assert [secret for secret in secrets if secret in page] == [], url


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_page_of_the_admin_names_a_sealed_column(rf, staff, model) -> None:
    request = rf.get("/")
    request.user = staff
    page = admin.site._registry[model]
    sealed = {*getattr(model, "sealed_columns", ()), "nonce", "push_token", "device", "sealed", "password"}
    shown = {str(name) for name in (*page.get_list_display(request), *page.get_fields(request))}
    for inline in page.get_inline_instances(request):
        shown |= {str(name) for name in inline.get_fields(request)}

    assert shown & sealed == set()


def test_the_page_tells_how_the_company_is(staff_client, secrets, company, account, owner) -> None:
    StreamStateFactory(account=account, fresh=True)
    SyncRunFactory(account=account)
    QuarantinedRecordFactory(account=account)
    Agreement.all_companies.create(
        company=company, marketplace="ozon", number="ИР-12/25", signed_on="2025-03-01"
    )
    MembershipFactory(company=company, role=Role.MANAGER, user__email="manager@example.com")

    page = page_of(staff_client, company)
    assert "Состояние кабинетов" in page
    assert "Ozon основной" in page
    assert "ИР-12/25" in page
    assert "…3456" in page
    assert "manager@example.com" in page or "Анна Воронина" in page
    assert "Обращение 1042" in page
    assert "Последние изменения" in page
    assert "Счёт: …3456" in page


def test_only_the_last_changes_stand_there(staff_client, company) -> None:
    for number in range(25):
        with acting(Actor(source="web", name=f"Человек-{number:02d}")):
            note(company=company, subject=AuditSubject.COMPANY, action=AuditAction.SHOWN)

    page = page_of(staff_client, company)
    assert "Человек-24" in page
    assert "Человек-05" in page
    assert "Человек-04" not in page


def test_an_empty_company_says_so(staff_client, company) -> None:
    page = page_of(staff_client, company)

    assert "Кабинеты не подключены." in page
    assert "Поддержка не заходила в этот кабинет." in page


def test_staff_do_not_move_another_company_by_its_page(staff_client, company, other_company) -> None:
    note(company=other_company, subject=AuditSubject.COMPANY, action=AuditAction.SHOWN, note="ЧУЖАЯ ЗАПИСЬ")

    assert "ЧУЖАЯ ЗАПИСЬ" not in page_of(staff_client, company)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_much_for_more(staff_client, company, count: int, django_assert_num_queries) -> None:
    for _number in range(count):
        account = AccountFactory(company=company)
        StreamStateFactory(account=account)
        SyncRunFactory(account=account)
        MembershipFactory(company=company)
    page_of(staff_client, company)

    with django_assert_num_queries(PAGE_QUERIES):
        page_of(staff_client, company)


# Person and session (6); the company twice, for its zone and for its form; six of the health, one of the runs, one
# of the visits, two of the changes; four inlines.
PAGE_QUERIES = 21


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["auditentry", "signin", "staffvisit"])
def test_lists_ask_as_much_for_more(
    staff_client, staff, company, owner, name: str, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        SignIn.objects.create(
            user=MembershipFactory(company=CompanyFactory()).user, outcome=SignInOutcome.FAILED
        )
        StaffVisit.all_companies.create(
            company=company,
            staff=staff,
            as_user=owner,
            role=Role.OWNER,
            reason="Причина",
            ends_at=timezone.now(),
        )
    url = reverse(f"admin:companies_{name}_changelist")
    staff_client.get(url)

    with django_assert_num_queries(LIST_QUERIES):
        assert staff_client.get(url).status_code == 200


# Person and session (6), rows: nothing is counted.
LIST_QUERIES = 7


def test_an_entry_is_read_in_words_and_never_written(staff_client, company, owner) -> None:
    with acting(Actor(source="web", user_id=owner.pk, name="Анна")):
        Company.objects.filter(pk=company.pk).update(name="Иначе")
    entry = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.COMPANY).latest("pk")
    url = reverse("admin:companies_auditentry_change", args=[entry.pk])

    page = staff_client.get(url).content.decode()
    assert "Льняная лавка → Иначе" in page
    assert "в браузере" in page
    assert staff_client.post(url, {"note": "x"}).status_code == 403
    assert staff_client.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_entries_of_a_company_that_is_gone_still_open(staff_client, company) -> None:
    number = company.pk
    company.delete()

    page = staff_client.get(reverse("admin:companies_auditentry_changelist")).content.decode()
    assert f"№ {number}" in page
