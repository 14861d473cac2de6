"""Bank accounts: what services keep, refuse and tell; nothing in clear anywhere."""

from __future__ import annotations

import pytest
from django.db import connection

from companies import services
from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, BankAccount
from companies.services import AlreadyListed, BankDetails, Numbers, StillPaidTo
from core.requisites import BadRequisite
from tests.factories.companies import MembershipFactory
from tests.factories.marketplaces import AccountFactory
from tests.factories.payouts import BIC, BankAccountFactory, account_number

pytestmark = pytest.mark.django_db

TBANK = "044525974"
TBANK_CORRESPONDENT = "30101810145250000974"
NUMBER = account_number("123456")


def details(**changes: str) -> BankDetails:
    return BankDetails(**{"bic": BIC, "bank_name": "Сбербанк", "settlement": NUMBER, **changes})


def trail(account: BankAccount) -> list[AuditEntry]:
    entries = AuditEntry.objects.for_company(account.company_id).filter(subject=AuditSubject.BANK_ACCOUNT)
    return list(entries.filter(subject_id=account.pk).order_by("id"))


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """What was asked to be posted."""
    posted: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: posted.append((kind, ids)))
    return posted


def test_the_numbers_are_sealed_and_come_back(company) -> None:
    account = services.add_bank_account(company=company, details=details(purpose="По договору"))

    account.refresh_from_db()
    assert account.open_numbers() == {"settlement": NUMBER, "correspondent": "30101810400000000225"}
    assert (account.last4, account.currency, account.purpose) == ("3456", "RUB", "По договору")
    assert str(account) == "Сбербанк …3456"


def test_the_database_holds_no_number_in_clear(company) -> None:
    services.add_bank_account(company=company, details=details())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(b::text, '') FROM companies_bankaccount b) "
            "|| (SELECT string_agg(a::text, '') FROM companies_auditentry a)"
        )
        (dump,) = cursor.fetchone()
    assert "Сбербанк" in dump
    assert NUMBER not in dump
    assert "30101810400000000225" not in dump


def test_nothing_that_is_printed_holds_a_number(company) -> None:
    account = services.add_bank_account(company=company, details=details())
    numbers = services.show_numbers(account=account)

    with pytest.raises(AlreadyListed) as refused:
        services.add_bank_account(company=company, details=details())
    printed = f"{details(correspondent=TBANK_CORRESPONDENT)!r} {numbers!r} {account!r} {refused.value!r}"
    assert NUMBER not in printed
    assert "30101810" not in printed


def test_the_usual_correspondent_is_counted_and_another_one_is_kept(company) -> None:
    number = account_number("777", bic=TBANK)
    account = services.add_bank_account(
        company=company,
        details=details(bic=TBANK, settlement=number, correspondent=TBANK_CORRESPONDENT),
    )

    assert account.open_numbers()["correspondent"] == TBANK_CORRESPONDENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"settlement": NUMBER[:-1] + "7"},
        {"settlement": NUMBER[:-1]},
        {"settlement": ""},
        {"settlement": account_number("123456", currency="999")},
        {"correspondent": "30101810500000000225"},
        {"bic": "123"},
    ],
    ids=["key digit", "short", "none", "currency", "correspondent", "bic"],
)
def test_wrong_numbers_are_never_kept(company, wrong: dict[str, str]) -> None:
    with pytest.raises(BadRequisite):
        services.add_bank_account(company=company, details=details(**wrong))

    assert not BankAccount.objects.for_company(company).exists()


@pytest.mark.parametrize(
    ("code", "currency"), [("810", "RUB"), ("156", "CNY"), ("840", "USD"), ("398", "KZT")]
)
def test_the_currency_is_in_the_number(company, code: str, currency: str) -> None:
    account = services.add_bank_account(
        company=company, details=details(settlement=account_number("5", currency=code))
    )

    assert account.currency == currency


def test_the_same_number_twice_is_refused(company) -> None:
    first = services.add_bank_account(company=company, details=details())
    second = services.add_bank_account(company=company, details=details(settlement=account_number("9993456")))

    with pytest.raises(AlreadyListed) as refused:
        services.change_bank_account(account=second, details=details())
    assert refused.value.account == first


def test_another_company_may_have_the_same_number(company, other_company) -> None:
    services.add_bank_account(company=company, details=details())
    services.add_bank_account(company=other_company, details=details())

    assert BankAccount.objects.for_company(other_company).count() == 1


def test_the_trail_has_the_last_digits_only(company, owner) -> None:
    with acting(Actor(source="web", user_id=owner.pk, name="Анна", address="10.0.0.7")):
        account = services.add_bank_account(
            company=company, details=details(settlement=account_number("2208"))
        )
        services.change_bank_account(account=account, details=details())

    created, changed = trail(account)
    assert created.changes["last4"] == [None, "2208"]
    assert changed.changes == {"last4": ["2208", "3456"], "sealed": ["•••", "•••"]}
    assert (changed.actor_id, changed.address, changed.source) == (owner.pk, "10.0.0.7", "web")


def test_empty_numbers_stay_what_they_are(company) -> None:
    number = account_number("777", bic=TBANK)
    account = services.add_bank_account(
        company=company, details=details(bic=TBANK, settlement=number, correspondent=TBANK_CORRESPONDENT)
    )
    sealed, given_at = account.sealed, account.numbers_set_at

    services.change_bank_account(account=account, details=BankDetails(bic=TBANK, bank_name="Т-Банк"))

    account.refresh_from_db()
    assert (account.bank_name, account.sealed, account.numbers_set_at) == ("Т-Банк", sealed, given_at)


def test_another_bic_needs_a_number_that_fits(company) -> None:
    account = services.add_bank_account(company=company, details=details())

    with pytest.raises(BadRequisite, match=TBANK):
        services.change_bank_account(account=account, details=details(bic=TBANK, settlement=""))


def test_saving_what_is_there_tells_nobody(company, owner, letters) -> None:
    account = services.add_bank_account(company=company, details=details())
    letters.clear()

    services.change_bank_account(account=account, details=details())

    assert letters == []
    assert len(trail(account)) == 1


def test_unreadable_numbers_may_be_given_anew(company) -> None:
    account = BankAccountFactory(company=company, sealed="lost:AAAA")

    services.change_bank_account(account=account, details=details())

    account.refresh_from_db()
    assert account.open_numbers()["settlement"] == NUMBER


def test_every_owner_is_told_and_nobody_else(company, owner, letters) -> None:
    second = MembershipFactory(company=company, role=Role.OWNER).user
    MembershipFactory(company=company, role=Role.OWNER, user__is_active=False)
    for role in (Role.ACCOUNTANT, Role.MANAGER, Role.WAREHOUSE, Role.VIEWER):
        MembershipFactory(company=company, role=role)

    account = services.add_bank_account(company=company, details=details())
    services.change_bank_account(account=account, details=details(purpose="Иначе"))
    services.remove_bank_account(account=account)

    created, changed, deleted = trail(account)
    assert [entry.action for entry in (created, changed, deleted)] == [
        AuditAction.CREATED,
        AuditAction.CHANGED,
        AuditAction.DELETED,
    ]
    assert letters == [
        ("payout_changed", {"entry_id": entry.pk, "user_id": user.pk})
        for entry in (created, changed, deleted)
        for user in (owner, second)
    ]


def test_the_letter_holds_the_last_digits_only(
    company, owner, mailoutbox, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        account = services.add_bank_account(
            company=company, details=details(settlement=account_number("2208"))
        )
        services.change_bank_account(account=account, details=details())

    assert [mail.to for mail in mailoutbox] == [[owner.email]] * 2
    body = mailoutbox[-1].body + str(mailoutbox[-1].alternatives)
    assert "…2208" in body
    assert "…3456" in body
    assert NUMBER not in body


def test_an_account_that_is_paid_to_is_not_removed(company) -> None:
    account = services.add_bank_account(company=company, details=details())
    AccountFactory(company=company, title="Ozon основной", payout_account=account)

    with pytest.raises(StillPaidTo) as refused:
        services.remove_bank_account(account=account)
    assert refused.value.titles == ["Ozon основной"]
    assert BankAccount.objects.for_company(company).filter(pk=account.pk).exists()


def test_the_currency_does_not_change_under_who_pays_there(company) -> None:
    account = services.add_bank_account(company=company, details=details())
    AccountFactory(company=company, title="Ozon основной", payout_account=account)

    with pytest.raises(StillPaidTo):
        services.change_bank_account(
            account=account, details=details(settlement=account_number("1", currency="156"))
        )
    account.refresh_from_db()
    assert account.currency == "RUB"


def test_showing_the_numbers_is_written_down(company, owner) -> None:
    account = services.add_bank_account(company=company, details=details())

    with acting(Actor(source="web", user_id=owner.pk, name="Анна")):
        numbers = services.show_numbers(account=account)

    assert numbers == Numbers(settlement=NUMBER, correspondent="30101810400000000225")
    shown = trail(account)[-1]
    assert (shown.action, shown.actor_id, shown.note) == (AuditAction.SHOWN, owner.pk, "…3456")
    assert NUMBER not in str(shown.changes) + shown.note + shown.subject_name
