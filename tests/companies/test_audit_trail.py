"""The trail of changes: written by triggers whatever the way of the change, and never changed itself."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, BankAccount, Company, LegalDetails, Membership
from tests.factories.companies import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def trail(company: Company, subject: AuditSubject) -> list[AuditEntry]:
    return list(AuditEntry.objects.for_company(company).filter(subject=subject).order_by("id"))


def test_a_new_row_leaves_what_is_filled_in(company) -> None:
    LegalDetails.all_companies.create(company=company, short_name="ООО «Лён»", inn="7707083893")

    (entry,) = trail(company, AuditSubject.LEGAL)
    assert (entry.action, entry.subject_name) == (AuditAction.CREATED, "ООО «Лён»")
    assert entry.changes["inn"] == [None, "7707083893"]
    assert "kpp" not in entry.changes
    assert abs((timezone.now() - entry.at).total_seconds()) < 60


def test_a_bulk_change_is_signed_with_who_made_it(company) -> None:
    user = UserFactory(name="Анна")
    MembershipFactory.create_batch(2, company=company, role=Role.VIEWER)

    with acting(Actor(source="web", user_id=user.pk, name="Анна", address="10.0.0.7")):
        Membership.objects.for_company(company).filter(role=Role.VIEWER).update(role=Role.MANAGER)

    entries = trail(company, AuditSubject.MEMBER)[-2:]
    assert [entry.changes for entry in entries] == [{"role": ["viewer", "manager"]}] * 2
    assert {(entry.actor_id, entry.actor_name, entry.source, entry.address) for entry in entries} == {
        (user.pk, "Анна", "web", "10.0.0.7")
    }


def test_plain_sql_is_written_down_too(company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE companies_company SET name = 'Иначе' WHERE id = %s", [company.pk])
        cursor.execute("SELECT session_user")
        (role,) = cursor.fetchone()

    entry = trail(company, AuditSubject.COMPANY)[-1]
    assert entry.changes == {"name": ["Льняная лавка", "Иначе"]}
    assert (entry.source, entry.actor_name, entry.actor_id) == ("database", role, None)


def test_nobody_signs_for_what_comes_after(company) -> None:
    with acting(Actor(source="web", user_id=7, name="Анна")):
        Company.objects.filter(pk=company.pk).update(name="Раз")
    Company.objects.filter(pk=company.pk).update(name="Два")

    assert [entry.source for entry in trail(company, AuditSubject.COMPANY)[-2:]] == ["web", "database"]


def test_inner_hands_sign_for_themselves(company) -> None:
    with acting(Actor(source="command outer")):
        with acting(Actor(source="command inner")):
            Company.objects.filter(pk=company.pk).update(name="Раз")
        Company.objects.filter(pk=company.pk).update(name="Два")

    sources = [entry.source for entry in trail(company, AuditSubject.COMPANY)[-2:]]
    assert sources == ["command inner", "command outer"]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_hand_is_told_and_forgotten(company) -> None:
    with acting(Actor(source="task rename", name="Часы")):
        Company.objects.filter(pk=company.pk).update(name="Раз")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('cabinet.source', true)")
            (left_behind,) = cursor.fetchone()

    assert trail(company, AuditSubject.COMPANY)[-1].source == "task rename"
    assert not left_behind


def test_of_a_secret_only_that_it_changed(company) -> None:
    account = BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="Банк", sealed="k1:AAAA", last4="3456"
    )
    BankAccount.objects.for_company(company).filter(pk=account.pk).update(sealed="k1:BBBB")

    created, changed = trail(company, AuditSubject.BANK_ACCOUNT)
    assert created.changes["sealed"] == [None, "•••"]
    assert changed.changes == {"sealed": ["•••", "•••"]}
    assert "AAAA" not in str(created.changes) + str(changed.changes)


def test_sealing_with_a_new_key_is_no_change(company) -> None:
    account = BankAccount.all_companies.create(
        company=company, bic="044525225", bank_name="Банк", sealed="k1:AAAA", last4="3456"
    )
    with acting(Actor(source="command rotate_keys")):
        BankAccount.objects.for_company(company).filter(pk=account.pk).update(sealed="k2:BBBB")

    assert len(trail(company, AuditSubject.BANK_ACCOUNT)) == 1


def test_saving_what_is_there_leaves_nothing(company) -> None:
    before = len(trail(company, AuditSubject.COMPANY))

    company.save()

    assert len(trail(company, AuditSubject.COMPANY)) == before


def test_the_trail_outlives_the_company(company) -> None:
    pk = company.pk
    company.delete()

    entry = AuditEntry.all_companies.filter(company_id=pk).order_by("-id").first()
    assert entry is not None
    assert (entry.subject, entry.action) == (AuditSubject.COMPANY, AuditAction.DELETED)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE companies_auditentry SET note = 'x'", "DELETE FROM companies_auditentry"],
    ids=["change", "delete"],
)
def test_sql_cannot_touch_the_trail(company, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="only written to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert trail(company, AuditSubject.COMPANY)


def test_the_trail_cannot_be_emptied(company) -> None:
    # The suite switches this one off for itself (tests/conftest.py).
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE companies_auditentry ENABLE TRIGGER never_emptied")
    with (
        pytest.raises(DatabaseError, match="only written to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE companies_auditentry")

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE companies_auditentry DISABLE TRIGGER never_emptied")


def test_the_orm_cannot_touch_the_trail(company) -> None:
    with pytest.raises(DatabaseError, match="only written to"), transaction.atomic():
        AuditEntry.objects.for_company(company).update(note="x")
    with pytest.raises(DatabaseError, match="only written to"), transaction.atomic():
        AuditEntry.objects.for_company(company).first().delete()
