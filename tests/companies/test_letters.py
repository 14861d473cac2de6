"""What the letters of companies say, to whom, in which language, and what they never say."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.actors import Actor, acting
from companies.choices import AuditAction, AuditSubject, Role
from companies.letters.account import (
    UnknownAccountLetter,
    account_letter,
    account_letters,
    sample_account_letter,
)
from companies.models import AuditEntry, BankAccount, StaffVisit
from companies.services.audit import note
from companies.services.invitations import link
from core import letters
from tests.factories.companies import InvitationFactory, MembershipFactory, UserFactory

SETTLEMENT = "40702810900000003456"
CORRESPONDENT = "30101810400000000225"
MARKUP = "<b>Лён</b> & Ко"
_LONG_NUMBER = re.compile(r"\d{16,}")


def _write(kind: str, **ids: int):
    return letters.kinds()[kind].write(**ids)


def _samples(language: str):
    ours = [kind.sample(language) for kind in letters.kinds().values()]
    return [*ours, *(sample_account_letter(kind, language) for kind, _title in account_letters())]


# ---- every letter ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_letter_says_who_gets_it_why_and_what_to_do(language) -> None:
    for letter in _samples(language):
        subject, text, html = letters.render(letter)

        assert subject
        assert letter.why in text
        assert letter.action is not None
        assert letter.action.url.startswith("http://127.0.0.1:8000/")
        assert letter.action.url in text
        assert f'<html lang="{language}">' in html
        assert not _LONG_NUMBER.search(text + html)


def test_russian_letters_are_russian_and_english_ones_english() -> None:
    for russian, english in zip(_samples("ru"), _samples("en"), strict=True):
        assert re.search("[А-Яа-я]", russian.subject)
        assert russian.lead != english.lead
        assert russian.why != english.why


def test_every_kind_has_a_title_of_its_own() -> None:
    titles = [str(kind.title) for kind in letters.kinds().values()]

    assert len(set(titles)) == len(titles) == 8


# ---- the invitation ----------------------------------------------------------------------------------------------


@pytest.fixture
def invitation(company, owner):
    company.name = MARKUP
    company.save()
    owner.name = "Анна Лебедева"
    owner.save()
    return InvitationFactory(
        company=company, email="pavel@example.com", role=Role.ACCOUNTANT, invited_by=owner
    )


def test_an_invitation_says_who_invites_where_and_as_what(invitation) -> None:
    letter = _write("invitation", invitation_id=invitation.pk)

    _subject, text, html = letters.render(letter)
    assert letter.to == "pavel@example.com"
    assert letter.subject == f"Приглашение в компанию «{MARKUP}»"
    assert letter.action.url == link(invitation)
    assert "Анна Лебедева, owner@example.com" in text
    assert "Бухгалтер: карточка компании" in text
    assert MARKUP in text
    assert MARKUP not in html
    assert "&lt;b&gt;Лён&lt;/b&gt; &amp; Ко" in html


def test_an_invitation_is_in_the_language_of_who_invites(invitation) -> None:
    invitation.invited_by.language = "en"
    invitation.invited_by.save()

    assert (
        _write("invitation", invitation_id=invitation.pk).subject == f"Invitation to the company “{MARKUP}”"
    )


def test_an_invitation_of_somebody_gone_is_in_russian(invitation) -> None:
    invitation.invited_by = None
    invitation.save()

    letter = _write("invitation", invitation_id=invitation.pk)

    assert letter.language == "ru"
    assert "Кто пригласил" not in dict(letter.facts)


@pytest.mark.parametrize("trait", ["expired", "accepted", "withdrawn"])
def test_a_closed_invitation_is_not_sent(company, trait) -> None:
    invitation = InvitationFactory(company=company, **{trait: True})

    assert _write("invitation", invitation_id=invitation.pk) is None


def test_names_in_an_invitation_are_no_links(invitation) -> None:
    invitation.invited_by.name = "заберите приз на evil.example"
    invitation.invited_by.save()

    _subject, text, _html = letters.render(_write("invitation", invitation_id=invitation.pk))

    assert "evil. example" in text
    assert "evil.example" not in text


# ---- payout details ----------------------------------------------------------------------------------------------


@pytest.fixture
def account(company, owner):
    actor = Actor(source="web", user_id=owner.pk, name="Анна Лебедева", address="203.0.113.7")
    with acting(actor):
        row = BankAccount(company=company, bic="044525225", bank_name="Сбербанк", last4="0036")
        row.sealed = "old"
        row.save()
        row.bic, row.bank_name, row.last4, row.sealed = "044525974", "Т-Банк", "3456", "new"
        row.purpose = f"Выплата на {SETTLEMENT}"
        row.save()
    return row


def _entry(company) -> AuditEntry:
    return AuditEntry.objects.for_company(company).filter(subject="bank_account").order_by("-at", "-pk")[0]


def test_a_payout_change_says_who_when_where_and_what_masked(company, owner, account) -> None:
    letter = _write("payout_changed", entry_id=_entry(company).pk, user_id=owner.pk)

    facts = dict(letter.facts)
    _subject, text, html = letters.render(letter)
    assert letter.to == owner.email
    assert facts["Изменено"] == "Т-Банк"
    assert facts["БИК"] == "044525225 → 044525974"
    assert "…0036 → …3456" in facts.values()
    assert facts["Кто"] == "Анна Лебедева, в браузере"
    assert facts["С адреса"] == "203.0.113.7"
    assert facts["Когда"].endswith("МСК")
    assert SETTLEMENT not in text + html
    assert "Выплата на …3456" in text
    assert letter.action.url == letters.link(reverse("settings:payout-list", args=[company.slug]))


def test_a_number_shown_in_full_or_deleted_is_told_too(company, owner, account) -> None:
    with acting(Actor(source="web", user_id=owner.pk, name="Анна Лебедева")):
        account.delete()
    deleted = _write("payout_changed", entry_id=_entry(company).pk, user_id=owner.pk)
    note(company=company, subject=AuditSubject.BANK_ACCOUNT, action=AuditAction.SHOWN, subject_name="Т-Банк")
    shown = _write("payout_changed", entry_id=_entry(company).pk, user_id=owner.pk)

    assert dict(deleted.facts)["Удалено"] == "Т-Банк"
    assert dict(shown.facts)["Показано полностью"] == "Т-Банк"


def test_an_owner_who_left_hears_nothing(company, owner, account, stranger) -> None:
    entry = _entry(company)

    assert _write("payout_changed", entry_id=entry.pk, user_id=stranger.pk) is None
    owner.is_active = False
    owner.save()
    assert _write("payout_changed", entry_id=entry.pk, user_id=owner.pk) is None
    assert _write("payout_changed", entry_id=entry.pk + 10_000, user_id=owner.pk) is None


# ---- people ------------------------------------------------------------------------------------------------------


def test_a_removed_person_is_told(company) -> None:
    gone = UserFactory(email="gone@example.com", language="en")

    letter = _write("member_removed", company_id=company.pk, user_id=gone.pk)

    assert (letter.to, letter.language) == ("gone@example.com", "en")
    assert letter.subject == "You are no longer in the company “Льняная лавка”"


def test_a_person_who_is_back_is_not_told_of_the_removal(company, teammate) -> None:
    assert _write("member_removed", company_id=company.pk, user_id=teammate.pk) is None


def test_a_member_is_told_that_a_second_factor_is_required(company, teammate, stranger) -> None:
    ids = {"company_id": company.pk, "user_id": teammate.pk}
    before = _write("second_factor_required", **ids)
    company.requires_second_factor = True
    company.save()

    letter = _write("second_factor_required", **ids)

    assert before is None
    assert letter.action.url == letters.link(reverse("mfa_index"))
    assert _write("second_factor_required", company_id=company.pk, user_id=stranger.pk) is None


@pytest.mark.parametrize("kind", ["member_removed", "second_factor_required"])
def test_what_is_gone_is_not_written_of(company, teammate, kind) -> None:
    assert _write(kind, company_id=company.pk + 1_000, user_id=teammate.pk) is None
    assert _write(kind, company_id=company.pk, user_id=teammate.pk + 1_000) is None


def test_an_owner_is_told_of_a_visit_of_staff(company, owner, teammate, staff) -> None:
    visit = StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=owner,
        role="owner",
        reason="Обращение 1042",
        ends_at=timezone.now() + timedelta(minutes=15),
    )

    letter = _write("staff_visit", visit_id=visit.pk, user_id=owner.pk)

    told = dict(letter.facts)
    assert (told["Кто"], told["Причина"]) == (str(staff), "Обращение 1042")
    assert letter.action.url == letters.link(reverse("settings:audit", args=[company.slug]))
    assert _write("staff_visit", visit_id=visit.pk, user_id=teammate.pk) is None
    assert _write("staff_visit", visit_id=visit.pk + 1_000, user_id=owner.pk) is None


# ---- names that do harm ------------------------------------------------------------------------------------------


def test_hostile_names_break_neither_subject_nor_page(company, owner) -> None:
    company.name = "Лён\r\nBcc: victim@example.com\u202e<script>alert(1)</script>"
    company.requires_second_factor = True
    company.save()
    gone = UserFactory()
    written = [
        _write("member_removed", company_id=company.pk, user_id=gone.pk),
        _write("second_factor_required", company_id=company.pk, user_id=owner.pk),
        _write("invitation", invitation_id=InvitationFactory(company=company, invited_by=owner).pk),
    ]

    for letter in written:
        message = letters.message(letter)
        _subject, _text, html = letters.render(letter)
        assert "\n" not in message.subject
        assert message.message()["Bcc"] is None
        assert "<script>" not in html


# ---- letters of allauth ------------------------------------------------------------------------------------------


def test_a_letter_without_words_is_a_mistake() -> None:
    with pytest.raises(UnknownAccountLetter):
        account_letter("account/email/nonsense", to="a@example.com", language="ru", context={})


def test_news_of_the_account_say_when_with_what_and_from_where() -> None:
    letter = account_letter(
        "account/email/email_changed",
        to="old@example.com",
        language="ru",
        context={
            "timestamp": timezone.now() - timedelta(days=400),
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
            "ip": "203.0.113.7",
            "from_email": "old@example.com",
            "to_email": "new@example.com",
        },
    )

    facts = dict(letter.facts)
    assert letter.lead[0] == "Теперь вы входите с e-mail new@example.com вместо old@example.com."
    assert facts["Браузер"] == "Firefox, Linux"
    assert facts["С адреса"] == "203.0.113.7"
    assert re.fullmatch(r"\d+\s[а-я]+\s\d{4}, \d\d:\d\d МСК", facts["Когда"])


def test_moments_carry_their_zone(company, owner) -> None:
    company.time_zone = "Asia/Vladivostok"
    company.save()
    MembershipFactory(company=company)
    invitation = InvitationFactory(company=company, invited_by=owner)

    facts = dict(_write("invitation", invitation_id=invitation.pk).facts)

    assert facts["Ссылка действует до"].endswith("UTC+10:00")
