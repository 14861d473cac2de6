"""What the letters about keys and agreements say, and to whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.choices import Role
from core import letters
from marketplaces.models import AccountStatus, Agreement


def _write(kind: str, **ids: int):
    return letters.kinds()[kind].write(**ids)


@pytest.fixture
def key(account):
    """The account's key works for three days more."""
    account.key_expires_at = timezone.now() + timedelta(days=3, hours=1)
    account.save()
    return account


@pytest.fixture
def agreement(company):
    """Ends in seven days."""
    return Agreement.all_companies.create(
        company=company,
        marketplace="ozon",
        number="ИР-104283/24",
        signed_on=date(2025, 12, 1),
        ends_on=timezone.localdate(timezone=company.zone) + timedelta(days=7),
    )


def test_an_expiring_key_says_until_when_and_where_to_replace_it(company, owner, key) -> None:
    letter = _write("key_expires", account_id=key.pk, user_id=owner.pk)

    assert letter.to == owner.email
    assert letter.subject == "Ozon основной: ключ истекает через 3 дня"
    assert dict(letter.facts)["Кабинет"] == "Ozon основной, Ozon"
    assert letter.action.url == letters.link(reverse("marketplaces:account-key", args=[company.slug, key.pk]))


def test_a_key_that_is_over_says_so(owner, key) -> None:
    key.key_expires_at = timezone.now() - timedelta(minutes=1)
    key.save()

    assert _write("key_expires", account_id=key.pk, user_id=owner.pk).subject == "Ozon основной: ключ истёк"


def test_the_letter_holds_nothing_of_the_key(owner, key) -> None:
    _subject, text, html = letters.render(_write("key_expires", account_id=key.pk, user_id=owner.pk))

    for secret in (key.open_credentials()["api_key"], key.credentials_sealed, key.push_token, key.key_hint):
        assert secret not in text + html


def test_a_letter_is_in_the_language_of_its_reader(owner, key) -> None:
    owner.language = "en"
    owner.save()

    subject = _write("key_expires", account_id=key.pk, user_id=owner.pk).subject

    assert subject == "Ozon основной: the key expires in 3 days"


@pytest.mark.parametrize("status", [AccountStatus.DISCONNECTED, AccountStatus.ERASING])
def test_the_key_of_a_disconnected_account_worries_nobody(owner, key, status) -> None:
    key.status = status
    key.save()

    assert _write("key_expires", account_id=key.pk, user_id=owner.pk) is None


def test_a_key_without_an_end_worries_nobody(owner, account) -> None:
    assert _write("key_expires", account_id=account.pk, user_id=owner.pk) is None


def test_only_members_hear_of_it(stranger, key, agreement) -> None:
    assert _write("key_expires", account_id=key.pk, user_id=stranger.pk) is None
    assert _write("agreement_ends", agreement_id=agreement.pk, user_id=stranger.pk) is None


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (7, "Договор ИР-104283/24 с Ozon заканчивается через 7 дней"),
        (1, "Договор ИР-104283/24 с Ozon заканчивается через 1 день"),
        (0, "Договор ИР-104283/24 с Ozon заканчивается сегодня"),
        (-1, "Договор ИР-104283/24 с Ozon закончился"),
    ],
)
def test_an_agreement_says_when_it_ends(member, company, agreement, days, subject) -> None:
    manager = member(Role.MANAGER)
    agreement.ends_on = timezone.localdate(timezone=company.zone) + timedelta(days=days)
    agreement.save()

    letter = _write("agreement_ends", agreement_id=agreement.pk, user_id=manager.pk)

    assert (letter.to, letter.subject) == (manager.email, subject)
    assert dict(letter.facts)["Договор"].startswith("№ ИР-104283/24 от 1")
    assert letter.action.url == letters.link(reverse("marketplaces:agreement-list", args=[company.slug]))


def test_an_agreement_without_an_end_worries_nobody(owner, agreement) -> None:
    agreement.ends_on = None
    agreement.save()

    assert _write("agreement_ends", agreement_id=agreement.pk, user_id=owner.pk) is None
