"""Which bank account a marketplace account pays to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies.choices import AuditSubject, Role
from companies.models import AuditEntry, BankAccount
from marketplaces import services
from marketplaces.models import AccountStatus, Agreement, MarketplaceAccount
from marketplaces.services import BeingErased, WrongCurrency
from tests.factories.companies import MembershipFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.payouts import BankAccountFactory, account_number

pytestmark = pytest.mark.django_db

# Most of them are of the frame: session, person, company, navigation, accounts.
QUERIES = 16


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """What was asked to be posted."""
    posted: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: posted.append((kind, ids)))
    return posted


@pytest.fixture
def bank_account(company) -> BankAccount:
    return BankAccountFactory(company=company, settlement=account_number("123456"))


@pytest.fixture
def yuan(company) -> BankAccount:
    return BankAccountFactory(
        company=company, settlement=account_number("8888", currency="156"), currency="CNY"
    )


@pytest.fixture
def sure(client_of, owner) -> Client:
    """The owner's browser, in which the password has just been given again."""
    return client_of(owner, confirmed=True)


def agreement(company: Any, *, currency: str = "CNY", ends_on: date | None = None) -> None:
    Agreement.all_companies.create(
        company=company,
        marketplace="ozon",
        number=f"№ {currency}",
        signed_on=date(2025, 1, 1),
        currency=currency,
        ends_on=ends_on,
    )


def url(account: MarketplaceAccount) -> str:
    return reverse("marketplaces:account-payout", args=[account.company.slug, account.pk])


def test_the_choice_is_kept_and_told_to_every_owner(company, owner, account, bank_account, letters) -> None:
    MembershipFactory(company=company, role=Role.ACCOUNTANT)

    services.set_payout_account(account=account, bank_account=bank_account)

    account.refresh_from_db()
    assert account.payout_account == bank_account
    entry = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.ACCOUNT).order_by("-id")[0]
    assert entry.changes == {"payout_account_id": [None, bank_account.pk]}
    assert letters == [("payout_changed", {"entry_id": entry.pk, "user_id": owner.pk})]


def test_the_letter_names_both_accounts_by_their_last_digits(
    company, owner, account, bank_account, mailoutbox, django_capture_on_commit_callbacks
) -> None:
    account.payout_account = BankAccountFactory(company=company, settlement=account_number("2208"))
    account.save(update_fields=["payout_account"])

    with django_capture_on_commit_callbacks(execute=True):
        services.set_payout_account(account=account, bank_account=bank_account)

    (mail,) = mailoutbox
    assert mail.to == [owner.email]
    assert "Сбербанк …2208 → Сбербанк …3456" in mail.body


def test_choosing_what_is_chosen_tells_nobody(account, owner, bank_account, letters) -> None:
    services.set_payout_account(account=account, bank_account=bank_account)
    letters.clear()

    services.set_payout_account(account=account, bank_account=bank_account)

    assert letters == []


def test_it_may_pay_to_none(account, bank_account) -> None:
    services.set_payout_account(account=account, bank_account=bank_account)
    services.set_payout_account(account=account, bank_account=None)

    account.refresh_from_db()
    assert account.payout_account is None


def test_marketplaces_pay_in_roubles_where_no_agreement_says_otherwise(account, yuan) -> None:
    with pytest.raises(WrongCurrency) as refused:
        services.set_payout_account(account=account, bank_account=yuan)

    assert (refused.value.paid_in, refused.value.kept_in) == (["RUB"], "CNY")
    account.refresh_from_db()
    assert account.payout_account is None


def test_the_agreement_says_in_what_it_is_paid(company, account, bank_account, yuan) -> None:
    agreement(company)

    services.set_payout_account(account=account, bank_account=yuan)
    with pytest.raises(WrongCurrency):
        services.set_payout_account(account=account, bank_account=bank_account)

    account.refresh_from_db()
    assert account.payout_account == yuan


def test_an_agreement_that_has_ended_says_nothing(company, account, yuan) -> None:
    agreement(company, ends_on=timezone.now().date() - timedelta(days=2))

    with pytest.raises(WrongCurrency):
        services.set_payout_account(account=account, bank_account=yuan)


def test_anothers_bank_account_is_not_found(account, other_company) -> None:
    theirs = BankAccountFactory(company=other_company)

    with pytest.raises(BankAccount.DoesNotExist):
        services.set_payout_account(account=account, bank_account=theirs)


def test_an_account_that_is_being_erased_stays_as_it_is(account, bank_account) -> None:
    MarketplaceAccount.objects.for_company(account.company_id).update(status=AccountStatus.ERASING)

    with pytest.raises(BeingErased):
        services.set_payout_account(account=account, bank_account=bank_account)


def test_one_click_on_the_payout_page_is_enough(sure, company, account, bank_account) -> None:
    response = sure.post(url(account), {"bank_account": bank_account.pk}, follow=True)

    assert response.request["PATH_INFO"] == reverse("settings:payout-list", args=[company.slug])
    assert "Ozon основной платит на счёт Сбербанк …3456." in response.content.decode()
    account.refresh_from_db()
    assert account.payout_account == bank_account


def test_the_only_bank_account_is_proposed(sure, account, bank_account) -> None:
    page = sure.get(url(account))

    assert page.context["form"].initial == {"bank_account": bank_account.pk}
    assert "Сбербанк …3456 · RUB<" in page.content.decode()


def test_without_bank_accounts_the_page_says_what_to_do(sure, account) -> None:
    page = sure.get(url(account)).content.decode()

    assert "Счетов пока нет" in page
    assert "Добавить счёт" in page


def test_another_currency_is_refused_in_words(sure, account, yuan) -> None:
    response = sure.post(url(account), {"bank_account": yuan.pk})

    assert response.status_code == 422
    assert list(response.context["form"].errors["bank_account"]) == ["Ozon платит в RUB, а этот счёт в CNY."]
    assert "Сбербанк …8888 · CNY, другая валюта" in response.content.decode()


@pytest.mark.parametrize(
    "value", ["999999999", "x" * 10_000, "\u202e1", "1\x00", "<script>alert(1)</script>"]
)
def test_what_is_not_a_bank_account_is_refused(sure, account, bank_account, value: str) -> None:
    response = sure.post(url(account), {"bank_account": value})

    assert response.status_code == 422
    assert "Этого счёта больше нет" in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_anothers_bank_account_cannot_be_chosen(sure, account, other_company) -> None:
    theirs = BankAccountFactory(company=other_company)

    response = sure.post(url(account), {"bank_account": theirs.pk})

    assert response.status_code == 422
    account.refresh_from_db()
    assert account.payout_account is None


def test_one_that_is_removed_meanwhile_is_refused(sure, account, bank_account, monkeypatch) -> None:
    def removed(**_kwargs: Any) -> None:
        raise BankAccount.DoesNotExist

    monkeypatch.setattr("marketplaces.services.set_payout_account", removed)

    assert sure.post(url(account), {"bank_account": bank_account.pk}).status_code == 422


def test_an_erased_account_has_no_such_page(sure, account) -> None:
    MarketplaceAccount.objects.for_company(account.company_id).update(status=AccountStatus.ERASING)

    assert sure.get(url(account)).status_code == 404


def test_who_he_is_is_asked_before(owner_client, account, bank_account) -> None:
    asked = owner_client.get(url(account))
    refused = owner_client.post(url(account), {"bank_account": bank_account.pk})

    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert refused.status_code == 422
    assert "Подтвердить в новой вкладке" in refused.content.decode()
    account.refresh_from_db()
    assert account.payout_account is None


@pytest.mark.parametrize("role", [Role.MANAGER, Role.WAREHOUSE, Role.VIEWER])
def test_others_neither_choose_nor_see_it(client_of, member, account, bank_account, role: Role) -> None:
    account.payout_account = bank_account
    account.save(update_fields=["payout_account"])
    browser = client_of(member(role), confirmed=True)

    assert browser.get(url(account)).status_code == 403
    assert browser.post(url(account), {"bank_account": bank_account.pk}).status_code == 403
    page = browser.get(account.get_absolute_url())
    assert page.status_code == 200
    assert "…3456" not in page.content.decode()


def test_the_account_shows_where_it_pays_to(sure, account, bank_account) -> None:
    assert "Ему пока некуда платить." in sure.get(account.get_absolute_url()).content.decode()
    account.payout_account = bank_account
    account.save(update_fields=["payout_account"])

    page = sure.get(account.get_absolute_url()).content.decode()

    assert "Сбербанк …3456" in page
    assert url(account) in page


def test_a_disconnected_account_is_not_missed_on_the_payout_page(
    sure, company, account, bank_account
) -> None:
    listed = reverse("settings:payout-list", args=[company.slug])
    AccountFactory(company=company, title="Старый", status=AccountStatus.DISCONNECTED)
    AccountFactory(company=company, title="Стирается", status=AccountStatus.ERASING)

    page = sure.get(listed)

    assert [unpaid.payer.title for unpaid in page.context["payouts"].unpaid] == ["Ozon основной"]


def test_the_page_asks_the_same_number_of_queries(
    sure, company, account, bank_account, django_assert_num_queries
) -> None:
    sure.get(url(account))
    with django_assert_num_queries(QUERIES):
        sure.get(url(account))
    BankAccountFactory.create_batch(2, company=company)

    with django_assert_num_queries(QUERIES):
        sure.get(url(account))
