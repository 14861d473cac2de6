"""Entries that are written by hand."""

from __future__ import annotations

import pytest

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject
from companies.services.audit import note

pytestmark = pytest.mark.django_db


def test_an_entry_is_signed_with_who_acts(company, owner) -> None:
    with acting(Actor(source="web", user_id=owner.pk, name="Анна", visit_id=7, address="10.0.0.7")):
        entry = note(
            company=company,
            subject=AuditSubject.BANK_ACCOUNT,
            action=AuditAction.SHOWN,
            subject_id=5,
            subject_name="Сбербанк",
            note="почему",
        )

    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_name, entry.visit_id) == (owner.pk, "Анна", 7)
    assert (entry.source, entry.address) == ("web", "10.0.0.7")
    assert (entry.subject_id, entry.subject_name, entry.note) == (5, "Сбербанк", "почему")
    assert entry.action == AuditAction.SHOWN
    assert entry.changes == {}
    assert entry.at is not None


def test_without_a_hand_it_is_the_databases_own(company) -> None:
    entry = note(
        company=company.pk, subject=AuditSubject.ACCOUNT, action=AuditAction.ERASED, changes={"a": [1, None]}
    )

    entry.refresh_from_db()
    assert (entry.company_id, entry.source, entry.actor_id, entry.actor_name) == (
        company.pk,
        "database",
        None,
        "",
    )
    assert entry.changes == {"a": [1, None]}


def test_what_is_too_long_is_cut(company) -> None:
    entry = note(
        company=company,
        subject=AuditSubject.VISIT,
        action=AuditAction.VISIT_STARTED,
        subject_name="и" * 10_000,
        note="и" * 10_000,
    )

    assert (len(entry.subject_name), len(entry.note)) == (300, 500)
