"""The pages of payout details: masked, asked for again before a change, hostile input answered in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, BankAccount, LegalDetails, StaffVisit
from tests.factories.marketplaces import AccountFactory
from tests.factories.payouts import BIC, BankAccountFactory, account_number

pytestmark = pytest.mark.django_db

NUMBER = account_number("123456")
CORRESPONDENT = "30101810400000000225"
FIELDS = ("bic", "bank_name", "settlement", "correspondent", "purpose")
# Session, person, company, second factor, navigation and accounts of the frame; then the page.
QUERIES = 15
HOSTILE = {
    "long": "9" * 10_000,
    "bidi": "\u202e044525225",
    "nul": "0445\x0025225",
    "script": "<script>alert(1)</script>",
}


def url(name: str, company: Any, *args: Any) -> str:
    return reverse(f"settings:{name}", args=[company.slug, *args])


def filled(**changes: str) -> dict[str, str]:
    return {"bic": BIC, "bank_name": "Сбербанк", "settlement": NUMBER, **changes}


@pytest.fixture
def sure(client_of, owner) -> Client:
    """The owner's browser, in which the password has just been given again."""
    return client_of(owner, confirmed=True)


@pytest.fixture
def bank_account(company) -> BankAccount:
    return BankAccountFactory(company=company, settlement=NUMBER)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_an_account_is_added(sure, company) -> None:
    response = sure.post(url("payout-create", company), filled(purpose=" По   договору "), follow=True)

    account = BankAccount.objects.for_company(company).get()
    assert (account.last4, account.purpose) == ("3456", "По договору")
    html = response.content.decode()
    assert "Счёт добавлен: Сбербанк …3456." in html
    assert "сверьте его с реквизитами банка" in html


def test_the_numbers_may_be_typed_in_groups(sure, company) -> None:
    grouped = f"{NUMBER[:5]} {NUMBER[5:8]}\u00a0{NUMBER[8]} {NUMBER[9:13]} {NUMBER[13:]}"

    response = sure.post(
        url("payout-create", company),
        filled(bic="044 525-225", settlement=grouped, correspondent=CORRESPONDENT),
    )

    assert response.status_code == 302
    account = BankAccount.objects.for_company(company).get()
    assert (account.bic, account.open_numbers()["settlement"]) == (BIC, NUMBER)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("bic", "04452522", "Должно быть 9 цифр"),
        ("bic", "144525225", "начинается с 04"),
        ("bic", "", "Обязательное поле"),
        ("bank_name", "", "Обязательное поле"),
        ("settlement", "", "Обязательное поле"),
        ("settlement", NUMBER[:-1] + "7", "контрольная цифра не сходится"),
        ("settlement", NUMBER[:-2] + NUMBER[-1] + NUMBER[-2], "контрольная цифра не сходится"),
        ("settlement", NUMBER + "1", "Должно быть 20 цифр"),
        ("settlement", CORRESPONDENT, "корреспондентский"),
        ("settlement", account_number("1", currency="999"), "с кодом 999"),
        ("correspondent", "30101810500000000225", "контрольная цифра не сходится"),
        ("correspondent", "30101810400000000226", "225"),
        ("purpose", "я" * 211, "210"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(sure, company, field: str, value: str, words: str) -> None:
    response = sure.post(url("payout-create", company), filled(**{field: value}))

    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert words.lower() in " ".join(errors(response)[field]).lower()
    assert not BankAccount.objects.for_company(company).exists()


def test_a_wrong_bic_is_said_once(sure, company) -> None:
    response = sure.post(url("payout-create", company), filled(bic="123", correspondent=CORRESPONDENT))

    assert list(errors(response)) == ["bic"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_input_is_answered_in_words(sure, company, field: str, kind: str) -> None:
    response = sure.post(url("payout-create", company), filled(**{field: HOSTILE[kind]}))

    if field in ("bank_name", "purpose") and kind == "script":
        assert response.status_code == 302
        page = sure.get(url("payout-list", company)).content.decode()
        assert "&lt;script&gt;alert(1)" in page
    else:
        assert response.status_code == 422
        assert field in errors(response)
        page = response.content.decode()
    assert "<script>alert(1)" not in page


def test_the_same_account_twice_is_refused_at_the_number(sure, company, bank_account) -> None:
    response = sure.post(url("payout-create", company), filled())

    assert errors(response) == {"settlement": ["Этот счёт уже есть: Сбербанк …3456."]}


def test_no_page_shows_a_number_in_full(sure, company, bank_account) -> None:
    AccountFactory(company=company, payout_account=bank_account)
    pages = [
        sure.get(url("payout-list", company)),
        sure.get(url("payout-edit", company, bank_account.pk)),
        sure.get(url("payout-create", company)),
        sure.get(url("audit", company)),
    ]

    for page in pages:
        assert page.status_code == 200
        assert NUMBER not in page.content.decode()
        assert CORRESPONDENT not in page.content.decode()
    for page in pages[:3]:
        assert "no-store" in page.headers["Cache-Control"]
    assert "…3456" in pages[0].content.decode()


def test_the_numbers_are_shown_once_and_written_down(sure, company, bank_account) -> None:
    assert sure.get(url("payout-number", company, bank_account.pk)).status_code == 405

    page = sure.post(url("payout-number", company, bank_account.pk))

    assert NUMBER in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    entry = AuditEntry.objects.for_company(company).get(action=AuditAction.SHOWN)
    assert (entry.subject, entry.subject_id, entry.source) == (
        AuditSubject.BANK_ACCOUNT,
        bank_account.pk,
        "web",
    )


def test_numbers_that_no_key_opens_say_so(sure, company) -> None:
    lost = BankAccountFactory(company=company, sealed="lost:AAAA")

    page = sure.post(url("payout-number", company, lost.pk), follow=True)

    assert "Номера больше не прочитать" in page.content.decode()


def test_editing_keeps_the_number_that_is_left_empty(sure, company, bank_account) -> None:
    page = sure.get(url("payout-edit", company, bank_account.pk)).content.decode()
    assert "Сейчас …3456" in page

    response = sure.post(
        url("payout-edit", company, bank_account.pk), filled(bank_name="ПАО Сбербанк", settlement="")
    )

    assert response.status_code == 302
    bank_account.refresh_from_db()
    assert (bank_account.bank_name, bank_account.open_numbers()["settlement"]) == ("ПАО Сбербанк", NUMBER)


def test_another_bic_demands_the_number_anew(sure, company, bank_account) -> None:
    edit = url("payout-edit", company, bank_account.pk)

    refused = sure.post(edit, filled(bic="044525974", settlement=""))
    assert list(errors(refused)) == ["settlement"]
    assert "введите счёт заново" in errors(refused)["settlement"][0]

    saved = sure.post(
        edit, filled(bic="044525974", bank_name="Т-Банк", settlement=account_number("77", bic="044525974"))
    )
    assert saved.status_code == 302
    bank_account.refresh_from_db()
    assert (bank_account.bic, bank_account.last4) == ("044525974", "0077")


def test_another_currency_under_who_pays_there_is_refused(sure, company, bank_account) -> None:
    AccountFactory(company=company, title="Ozon основной", payout_account=bank_account)

    response = sure.post(
        url("payout-edit", company, bank_account.pk), filled(settlement=account_number("1", currency="156"))
    )

    assert "Ozon основной" in errors(response)["settlement"][0]


def test_removing_is_refused_in_words_while_somebody_pays_there(sure, company, bank_account) -> None:
    AccountFactory(company=company, title="Ozon основной", payout_account=bank_account)

    page = sure.post(url("payout-delete", company, bank_account.pk), follow=True)

    assert "сюда платят Ozon основной" in page.content.decode()
    assert BankAccount.objects.for_company(company).exists()


def test_an_account_is_removed(sure, company, bank_account) -> None:
    page = sure.post(url("payout-delete", company, bank_account.pk), follow=True).content.decode()

    assert "Счёт удалён: Сбербанк …3456." in page
    assert "Счетов пока нет" in page
    assert not BankAccount.objects.for_company(company).exists()


@pytest.mark.parametrize("name", ["payout-create", "payout-edit"])
def test_who_he_is_is_asked_before_the_form(owner_client, company, bank_account, name: str) -> None:
    address = url(name, company, *([bank_account.pk] if name == "payout-edit" else []))

    asked = owner_client.get(address)
    refused = owner_client.post(address, filled(settlement=account_number("5")))

    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert refused.status_code == 422
    assert "Подтвердить в новой вкладке" in refused.content.decode()
    bank_account.refresh_from_db()
    assert BankAccount.objects.for_company(company).get().last4 == "3456"


@pytest.mark.parametrize("name", ["payout-delete", "payout-number"])
def test_who_he_is_is_asked_before_the_button_works(owner_client, company, bank_account, name: str) -> None:
    response = owner_client.post(url(name, company, bank_account.pk))

    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert BankAccount.objects.for_company(company).exists()
    assert not AuditEntry.objects.for_company(company).filter(action=AuditAction.SHOWN).exists()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.WAREHOUSE, Role.VIEWER])
def test_others_have_no_business_here(client_of, member, company, bank_account, role: Role) -> None:
    browser = client_of(member(role), confirmed=True)

    answers = [
        browser.get(url("payout-list", company)),
        browser.get(url("payout-create", company)),
        browser.get(url("payout-edit", company, bank_account.pk)),
        browser.post(url("payout-delete", company, bank_account.pk)),
        browser.post(url("payout-number", company, bank_account.pk)),
    ]

    assert {answer.status_code for answer in answers} == {403}
    dashboard = browser.get(url("member-list", company)).content.decode()
    assert url("payout-list", company) not in dashboard


def test_an_accountant_may(client_of, member, company, bank_account) -> None:
    browser = client_of(member(Role.ACCOUNTANT), confirmed=True)

    assert browser.get(url("payout-list", company)).status_code == 200
    assert browser.get(url("payout-edit", company, bank_account.pk)).status_code == 200


def test_staff_on_a_visit_may_not(client_of, staff, owner, company, bank_account) -> None:
    visit = StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=owner,
        role=Role.OWNER,
        reason="Проверка выплат",
        ends_at=timezone.now() + timezone.timedelta(minutes=15),
    )
    browser = client_of(staff, confirmed=True)
    session = browser.session
    session["staff_visit"] = visit.pk
    session.save()

    assert browser.get(url("payout-list", company)).status_code == 403
    assert browser.post(url("payout-number", company, bank_account.pk)).status_code == 403


def test_the_payee_comes_from_the_card(sure, company) -> None:
    assert "Заполнить карточку" in sure.get(url("payout-create", company)).content.decode()
    LegalDetails.all_companies.create(company=company, short_name="ООО «Лён»", inn="7707083893")

    page = sure.get(url("payout-create", company)).content.decode()

    assert "ООО «Лён»" in page
    assert "7707083893" in page


def test_accounts_with_nowhere_to_pay_to_are_offered_the_only_one(sure, company, bank_account) -> None:
    shop = AccountFactory(company=company, title="Ozon второй")

    page = sure.get(url("payout-list", company)).content.decode()

    assert "Кабинету «Ozon второй» некуда платить." in page
    assert "Платить на Сбербанк …3456" in page
    assert reverse("marketplaces:account-payout", args=[company.slug, shop.pk]) in page


def test_with_several_that_fit_one_is_chosen_on_a_page(sure, company, bank_account) -> None:
    BankAccountFactory(company=company)
    AccountFactory(company=company, title="Ozon второй")

    page = sure.get(url("payout-list", company)).content.decode()

    assert "Платить на" not in page
    assert "Выбрать счёт" in page


def test_with_none_in_its_currency_it_says_so(sure, company) -> None:
    BankAccountFactory(company=company, settlement=account_number("1", currency="156"), currency="CNY")
    AccountFactory(company=company, title="Ozon второй")

    page = sure.get(url("payout-list", company)).content.decode()

    assert "Он платит в RUB, а счёта в этой валюте нет" in page


def test_the_list_asks_the_same_number_of_queries(
    sure, company, bank_account, django_assert_num_queries
) -> None:
    address = url("payout-list", company)
    AccountFactory(company=company, payout_account=bank_account)
    sure.get(address)
    with django_assert_num_queries(QUERIES):
        sure.get(address)
    for _ in range(2):
        AccountFactory(company=company, payout_account=BankAccountFactory(company=company))
        AccountFactory(company=company)

    with django_assert_num_queries(QUERIES):
        sure.get(address)


@pytest.mark.parametrize(
    ("name", "service"),
    [("payout-edit", "change_bank_account"), ("payout-delete", "remove_bank_account")],
)
def test_what_somebody_removed_meanwhile_is_not_found(
    sure, company, bank_account, monkeypatch, name: str, service: str
) -> None:
    def removed(**_kwargs: Any) -> None:
        raise BankAccount.DoesNotExist

    monkeypatch.setattr(f"companies.services.{service}", removed)

    assert sure.post(url(name, company, bank_account.pk), filled()).status_code == 404
