"""What entries of the trail say to people."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, LegalForm, Role, TaxRegime
from companies.models import AuditEntry, BankAccount, Company, LegalDetails, Membership, TaxPeriod
from companies.selectors.audit import ChangeRow, last_changes, source_words
from companies.selectors.changes import READINGS
from companies.services.audit import note
from marketplaces.models import MarketplaceAccount
from tests.factories.companies import MembershipFactory, UserFactory
from tests.factories.marketplaces import AccountFactory

pytestmark = pytest.mark.django_db


def newest(company: Company, subject: AuditSubject) -> ChangeRow:
    return last_changes(company, subject)[0]


def said(row: ChangeRow) -> list[str]:
    return [str(field) for field in row.fields]


def test_a_role_is_told_by_its_names(company) -> None:
    member = MembershipFactory(company=company, role=Role.MANAGER, user__name="Анна")

    with acting(Actor(source="web", user_id=member.user_id, name="Пётр", address="10.0.0.7")):
        Membership.objects.for_company(company).update(role=Role.OWNER)

    row = newest(company, AuditSubject.MEMBER)
    assert (row.name, said(row)) == ("Анна", ["Роль: Менеджер → Владелец"])
    assert (row.who, row.source, row.address) == ("Пётр", "в браузере", "10.0.0.7")


def test_the_card_is_told_field_by_field(company) -> None:
    card = LegalDetails.all_companies.create(company=company, short_name="ООО «Лён»", form=LegalForm.LLC)
    LegalDetails.objects.for_company(company).filter(pk=card.pk).update(inn="7707083893", form=LegalForm.SOLE)

    changed, created = last_changes(company, AuditSubject.LEGAL)
    assert said(changed) == ["Правовая форма: ООО → ИП", "ИНН: – → 7707083893"]
    assert "Краткое наименование: ООО «Лён»" in said(created)


def test_numbers_days_and_unknowns(company) -> None:
    period = TaxPeriod.all_companies.create(
        company=company, regime=TaxRegime.GENERAL, vat_percent=None, starts_on="2025-01-01"
    )
    TaxPeriod.objects.for_company(company).filter(pk=period.pk).update(vat_percent="22.00")

    changed, created = last_changes(company, AuditSubject.TAX)
    assert (changed.name, said(changed)) == ("ОСНО", ["НДС, %: – → 22"])
    assert said(created) == ["Налоговый режим: ОСНО", "С: 1\u00a0янв\u00a02025"]


def test_yes_and_no(company) -> None:
    Company.objects.filter(pk=company.pk).update(requires_second_factor=True, time_zone="Asia/Omsk")

    assert said(newest(company, AuditSubject.COMPANY)) == [
        "Часовой пояс рабочего дня: Москва → Омск",
        "Обязательный второй фактор: нет → да",
    ]


def test_of_a_bank_account_only_the_last_digits(company) -> None:
    account = BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="ПАО Сбербанк", sealed="k1:AAAA", last4="2208"
    )
    rows = BankAccount.objects.for_company(company).filter(pk=account.pk)
    rows.update(sealed="k1:BBBB", last4="3456")
    rows.update(sealed="k1:CCCC")

    same_end, changed, created = last_changes(company, AuditSubject.BANK_ACCOUNT)
    assert said(changed) == ["Счёт: …2208 → …3456"]
    assert said(same_end) == ["Номера счёта: заменено, здесь не показываем"]
    assert "Счёт: …2208" in said(created)
    assert created.name == "ПАО Сбербанк"


def test_a_key_is_told_by_its_end(company) -> None:
    account = AccountFactory(company=company, title="Ozon основной")
    rows = MarketplaceAccount.objects.for_company(company).filter(pk=account.pk)
    rows.update(credentials_sealed="k1:NEW", key_hint="7f3a")
    rows.update(credentials_sealed="", key_hint="", push_token="another")

    gone, replaced = last_changes(company, AuditSubject.ACCOUNT, account.pk)[:2]
    assert said(replaced) == ["Ключ: …beef → …7f3a"]
    assert said(gone) == ["Ключ: …7f3a → –", "Адрес для уведомлений: заменено, здесь не показываем"]


def test_keys_to_other_rows_are_named_and_gone_ones_numbered(company) -> None:
    bank = BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="Банк", sealed="k1:AAAA", last4="3456"
    )
    account = AccountFactory(company=company)
    rows = MarketplaceAccount.objects.for_company(company).filter(pk=account.pk)
    rows.update(payout_account=bank)
    rows.update(payout_account=None)
    assert said(newest(company, AuditSubject.ACCOUNT)) == ["Счёт для выплат: Банк …3456 → –"]

    BankAccount.objects.for_company(company).delete()
    assert said(newest(company, AuditSubject.ACCOUNT)) == [f"Счёт для выплат: № {bank.pk} → –"]


def test_anothers_rows_are_not_named(company, other_company) -> None:
    theirs = BankAccount.all_companies.create(
        company=other_company, bic="044525225", bank_name="Чужой банк", sealed="k1:A", last4="3456"
    )
    note(
        company=company,
        subject=AuditSubject.ACCOUNT,
        action=AuditAction.CHANGED,
        changes={"payout_account_id": [None, theirs.pk]},
    )

    assert said(newest(company, AuditSubject.ACCOUNT)) == [f"Счёт для выплат: – → № {theirs.pk}"]


def test_what_nobody_foresaw_is_shown_as_it_is(company) -> None:
    note(
        company=company,
        subject=AuditSubject.AGREEMENT,
        action=AuditAction.CHANGED,
        subject_name="12-Ф",
        changes={"new_thing": ["a", ["b", "c"]], "signed_on": ["не дата", "2026-13-40"], "odd": "text"},
    )

    assert said(newest(company, AuditSubject.AGREEMENT)) == [
        "Дата: не дата → 2026-13-40",
        "New thing: a → b, c",
    ]


def test_a_hand_in_the_database_is_called_so(company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE companies_company SET name = 'Иначе' WHERE id = %s", [company.pk])

    row = newest(company, AuditSubject.COMPANY)
    assert row.source == "в базе напрямую, мимо кабинета"
    assert row.who


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("web", "в браузере"),
        ("admin", "в админке, сотрудником"),
        ("api", "через API"),
        ("task marketplaces.erase", "самим кабинетом"),
        ("command connect", "командой connect"),
        ("something new", "something new"),
    ],
)
def test_ways_in_words(source: str, words: str) -> None:
    assert source_words(source) == words


def test_every_audited_table_is_read_by_its_words() -> None:
    audited = {model._meta.label for model in apps.get_models() if getattr(model, "is_audited", False)}

    assert {reading.model for reading in READINGS.values()} == audited | {"companies.StaffVisit"}


def test_every_column_of_an_audited_table_has_russian_words(company) -> None:
    for subject, reading in READINGS.items():
        model = apps.get_model(reading.model)
        columns = [
            field.column
            for field in model._meta.concrete_fields
            if field.column not in ("id", "company_id") and (field.editable or field.column in reading.labels)
        ]
        entry = note(
            company=company,
            subject=AuditSubject(subject),
            action=AuditAction.CHANGED,
            changes={column: ["x", "y"] for column in columns},
        )
        labels = {field.label for field in newest(company, AuditSubject(entry.subject)).fields}
        assert {label for label in labels if label.isascii()} - {"E-mail"} == set(), reading.model


@pytest.mark.parametrize("count", [1, 5])
def test_names_are_read_together(company, count: int, django_assert_num_queries) -> None:
    MembershipFactory.create_batch(count, company=company)

    # The entries, and the people they name.
    with django_assert_num_queries(2):
        assert len(last_changes(company, AuditSubject.MEMBER)) == count


def test_the_trail_keeps_who_has_left(company) -> None:
    user = UserFactory(name="Анна")
    Membership.all_companies.create(company=company, user=user)
    key = user.pk
    user.delete()

    assert newest(company, AuditSubject.MEMBER).name == f"№ {key}"
    assert AuditEntry.objects.for_company(company).filter(subject=AuditSubject.MEMBER).count() == 2
