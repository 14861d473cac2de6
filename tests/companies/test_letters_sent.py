"""Letters that allauth sends: ours in look and language, and no page falls when the mail server does."""

from __future__ import annotations

import re
import smtplib
import time
from pathlib import Path

import allauth
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.base import BaseEmailBackend

from companies.letters.account import account_letters
from companies.models import SignIn, User
from tests.factories.companies import PASSWORD, UserFactory

NEW_PASSWORD = "another-horse-staple-77"
# What allauth brings letters for and we do not use: sign-in and verification by codes.
UNUSED = {"account/email/login_code", "account/email/password_reset_code"}


class Down(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages) -> int:
        """Refuse."""
        raise smtplib.SMTPServerDisconnected(str(messages))


@pytest.fixture(autouse=True)
def _own_limits(settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()


@pytest.fixture
def person(db):
    user = UserFactory(email="anna@example.com")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def _html(message) -> str:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return html


def _path(message) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", message.body).group(1)


def _sign_up(client, email="new@example.com"):
    data = {"email": email, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return client.post("/accounts/signup/", data)


def test_every_letter_of_allauth_has_our_words() -> None:
    folder = Path(allauth.__file__).parent / "templates"
    brought = {
        str(path.relative_to(folder)).removesuffix("_subject.txt")
        for app in ("account", "mfa")
        for path in (folder / app / "email").glob("*_subject.txt")
    }
    ours = {kind for kind, _title in account_letters()} | {"account/email/email_confirmation"}

    assert brought - UNUSED == ours


def test_a_sign_up_is_confirmed_by_letter_and_signs_in(client, db) -> None:
    _sign_up(client)

    (message,) = mail.outbox
    assert message.subject == "Подтвердите e-mail"
    assert _path(message) in _html(message)
    client.post(_path(message))
    assert User.objects.get(email="new@example.com").emailaddress_set.get().verified is True
    assert SignIn.objects.get().outcome == "done"


def test_a_sign_up_with_a_known_email_is_told_to_its_owner(client, person) -> None:
    answer = _sign_up(client, email=person.email)

    (message,) = mail.outbox
    assert answer.status_code == 302
    assert (message.subject, message.to) == ("У вас уже есть аккаунт", [person.email])


def test_a_new_password_comes_by_letter_and_is_told_of(client, person) -> None:
    client.post("/accounts/password/reset/", {"email": person.email})
    asked = mail.outbox[-1]
    form = client.get(_path(asked)).headers["Location"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    told = mail.outbox[-1]

    assert asked.subject == "Новый пароль для FBO Cabinet"
    assert told.subject == "Задан новый пароль"
    assert NEW_PASSWORD not in told.body + _html(told)


def test_an_unknown_email_gets_a_letter_too(client, db) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert [message.subject for message in mail.outbox] == ["Аккаунта с этим e-mail нет"]


def test_a_changed_password_is_told_in_the_language_of_the_person(person, client_of) -> None:
    person.language = "en"
    person.save()

    client_of(person, confirmed=True).post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    (message,) = mail.outbox
    assert message.subject == "The password was changed"
    assert PASSWORD not in message.body
    assert NEW_PASSWORD not in message.body


def test_a_second_factor_is_told_of(person, client_of, django_capture_on_commit_callbacks) -> None:
    client = client_of(person, confirmed=True)
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/accounts/2fa/totp/activate/",
            {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))},
        )

    told = [message.subject for message in mail.outbox]
    assert "Коды из приложения включены" in told
    assert all(secret not in message.body + _html(message) for message in mail.outbox)


@pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com"])
def test_a_mail_server_that_is_down_fells_no_page(client, person, settings, email) -> None:
    settings.EMAIL_BACKEND = "tests.companies.test_letters_sent.Down"

    answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)

    assert answer.status_code == 200
    assert "Письмо сейчас не отправилось" in answer.content.decode()
