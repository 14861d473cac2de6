"""Every attempt to sign in is a line of the person's history, and a browser not seen before is told to him."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from companies import tasks
from companies.choices import SignInOutcome
from companies.models import SignIn
from companies.selectors.sign_ins import method_words
from companies.services import forget_sign_ins
from companies.services.sign_ins import printable
from core import letters
from tests.factories.companies import PASSWORD, UserFactory

LOGIN = "/accounts/login/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _own_limits(settings) -> None:
    """allauth's own limits would answer first, and they live in the shared cache."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()


@pytest.fixture
def person(db):
    user = UserFactory(email="anna@example.com")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def sign_in(person, client, django_capture_on_commit_callbacks):
    """Try to sign in as Anna from a browser."""

    def attempt(*, browser=client, password=PASSWORD, email=person.email, **meta):
        data = {"login": email, "password": password}
        meta = {"HTTP_USER_AGENT": CHROME, "REMOTE_ADDR": "203.0.113.7", **meta}
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(LOGIN, data, **meta)
        # The session ends; the browser keeps its mark.
        browser.cookies.pop("sessionid", None)
        return answer

    return attempt


def _history():
    return list(SignIn.objects.order_by("pk").values_list("outcome", "method", "is_new_device"))


def test_a_sign_in_is_written_down(sign_in, person) -> None:
    sign_in()

    row = SignIn.objects.get()
    assert (row.user, row.outcome, row.method) == (person, SignInOutcome.DONE, "password")
    assert (row.address, row.user_agent, row.is_new_device) == ("203.0.113.7", CHROME, False)
    assert row.user.last_login is not None


def test_the_first_sign_in_of_a_new_person_is_no_news(sign_in) -> None:
    sign_in()

    assert mail.outbox == []


def test_a_known_browser_is_no_news(sign_in, client) -> None:
    sign_in()
    sign_in()

    assert _history() == [("done", "password", False), ("done", "password", False)]
    assert len({row.device for row in SignIn.objects.all()}) == 1
    assert mail.outbox == []


def test_another_browser_is_told_by_letter(sign_in, person) -> None:
    sign_in()
    sign_in(browser=Client())

    (message,) = mail.outbox
    assert _history()[-1] == ("done", "password", True)
    assert (message.subject, message.to) == ("Вход с нового устройства", [person.email])
    assert "Chrome, Windows 10" in message.body
    assert "203.0.113.7" in message.body
    assert PASSWORD not in message.body


def test_the_mark_of_one_person_is_not_that_of_another(sign_in, client) -> None:
    boris = UserFactory(email="boris@example.com", joined_at=timezone.now() - timedelta(days=400))
    boris.emailaddress_set.create(email=boris.email, verified=True, primary=True)
    sign_in()

    sign_in(email=boris.email)

    assert SignIn.objects.get(user=boris).is_new_device is True


def test_somebody_who_was_away_longer_than_the_history_is_told(sign_in, person) -> None:
    person.joined_at = timezone.now() - timedelta(days=181)
    person.save()

    sign_in()

    assert _history() == [("done", "password", True)]


def test_wrong_passwords_and_the_lockout_are_written_down(sign_in) -> None:
    for _time in range(6):
        sign_in(password="guess-of-the-password")

    assert [row[0] for row in _history()] == ["failed"] * 4 + ["locked"] * 2
    assert {row[1] for row in _history()} == {"password"}
    kept = " ".join(str(row) for row in SignIn.objects.values())
    assert "guess-of-the-password" not in kept


@pytest.mark.parametrize("email", ["ANNA@example.com", " anna@example.com"])
def test_the_spelling_does_not_hide_an_attempt(sign_in, email) -> None:
    sign_in(email=email, password="wrong")

    assert _history() == [("failed", "password", False)]


def test_an_email_of_nobody_leaves_no_row(sign_in) -> None:
    sign_in(email="nobody@example.com")

    assert _history() == []


def test_a_hostile_browser_is_written_down_all_the_same(sign_in) -> None:
    sign_in(HTTP_USER_AGENT="\u202e<script>" + "x" * 10_000)

    row = SignIn.objects.get()
    assert len(row.user_agent) == 300
    assert row.user_agent.startswith("<script>xxx")


def test_what_no_table_takes_is_left_out() -> None:
    assert printable("Mozilla\x00/5.0\r\n\u202e (ru)") == "Mozilla/5.0 (ru)"


def test_the_address_comes_from_our_proxies_only(sign_in, settings) -> None:
    settings.PROXY_COUNT = 1

    sign_in(HTTP_X_FORWARDED_FOR="198.51.100.66, 203.0.113.9", REMOTE_ADDR="10.0.0.1")

    assert SignIn.objects.get().address == "203.0.113.9"


def test_methods_in_words() -> None:
    assert method_words("password+totp") == "пароль, код из приложения"
    assert method_words("something_new") == "something_new"
    assert method_words("") == ""


def test_a_letter_of_a_gone_person_is_not_written(sign_in, person) -> None:
    sign_in()
    row = SignIn.objects.get()
    person.is_active = False
    person.save()

    assert letters.kinds()["new_device"].write(sign_in_id=row.pk) is None
    assert letters.kinds()["new_device"].write(sign_in_id=row.pk + 1) is None


# ---- how long it is kept -----------------------------------------------------------------------------------------


def _aged(person, days: int) -> SignIn:
    at = timezone.now() - timedelta(days=days)
    return SignIn.objects.create(user=person, at=at, outcome=SignInOutcome.DONE)


def test_the_history_is_kept_for_180_days(person) -> None:
    kept = _aged(person, 179)
    for days in (181, 200, 400):
        _aged(person, days)

    assert tasks.forget_sign_ins() == 3
    assert list(SignIn.objects.all()) == [kept]


def test_it_is_forgotten_in_portions(person) -> None:
    for days in (181, 200, 400):
        _aged(person, days)

    portions = [forget_sign_ins(now=timezone.now(), most=2) for _time in range(3)]

    assert portions == [2, 1, 0]
