"""Guessing a password is stopped: for a person from an address, for an address, for a person from new browsers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse

from companies.choices import SignInOutcome
from companies.models import SignIn
from core.devices import known_mark
from tests.factories.companies import PASSWORD, UserFactory
from tests.links import link_in

URL = "/accounts/login/"
OURS, OTHERS, FAILED = "m" * 43, "o" * 43, "f" * 43
NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


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


def _guess(client, email="anna@example.com", password="wrong", address="203.0.113.7", **headers):
    return client.post(URL, {"login": email, "password": password}, REMOTE_ADDR=address, headers=headers)


def _stored(secret: str) -> str:
    """The mark of a browser with the secret, as a sign-in keeps it."""
    request = RequestFactory().get("/")
    request.COOKIES[settings.DEVICE_COOKIE_NAME] = secret
    return known_mark(request)


def _guess_many(client, count: int, **asked) -> None:
    for _ in range(count):
        _guess(client, **asked)


def _from_everywhere(client, *, email: str = "anna@example.com") -> None:
    """Twenty wrong passwords for one person, four from each of five addresses."""
    for number in range(5):
        _guess_many(client, 4, email=email, address=f"198.51.100.{number}")


def _for_everybody(client) -> None:
    """Thirty wrong passwords from one address, three for each of ten people."""
    for number in range(10):
        _guess_many(client, 3, email=f"person{number}@example.com")


def test_the_right_password_signs_in(client, person) -> None:
    response = _guess(client, password=PASSWORD)

    assert response.status_code == 302
    assert response.headers["Location"] == reverse("home")


def test_five_wrong_passwords_lock_the_door(client, person) -> None:
    answers = [_guess(client).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert _guess(client, password=PASSWORD).status_code == 429


def test_the_page_says_for_how_long(client, person) -> None:
    with time_machine.travel(NOON, tick=False):
        _guess_many(client, 5)
    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        response = _guess(client)

    page = response.content.decode()
    assert "ещё на 27 минут, до 15:30" in page
    assert "anna@example.com" in page
    assert response.headers["Retry-After"] == str(27 * 60)


def test_knocking_does_not_move_the_moment_when_it_opens(client, person) -> None:
    with time_machine.travel(NOON, tick=False):
        _guess_many(client, 5)
    with time_machine.travel(NOON + timedelta(minutes=29), tick=False):
        _guess_many(client, 3)
    with time_machine.travel(NOON + timedelta(minutes=30, seconds=1), tick=False):
        response = _guess(client, password=PASSWORD)

    assert response.status_code == 302


def test_a_script_is_told_in_json(client, person) -> None:
    _guess_many(client, 5)

    response = _guess(client, accept="application/json")

    assert response.status_code == 429
    assert response.json()["error"] == "locked_out"
    assert response.json()["retry_after"] == int(response.headers["Retry-After"])


def test_htmx_is_led_to_the_sign_in(client, person) -> None:
    _guess_many(client, 5)

    response = _guess(client, hx_request="true")

    assert response.status_code == 429
    assert response.headers["HX-Redirect"] == URL


def test_the_spelling_of_the_address_does_not_help(client, person) -> None:
    for spelling in ("anna@example.com", "ANNA@example.com", " anna@example.com", "Anna@Example.com"):
        _guess(client, email=spelling)

    assert _guess(client).status_code == 429


def test_another_browser_does_not_help(client, person) -> None:
    for number in range(4):
        _guess(client, user_agent=f"browser {number}")

    assert _guess(client, user_agent="one more").status_code == 429


def test_others_are_not_locked_out(client, person) -> None:
    _guess_many(client, 5)

    assert _guess(client, email="boris@example.com").status_code == 200
    assert _guess(client, password=PASSWORD, address="203.0.113.8").status_code == 302


def test_the_right_password_forgives(client, person) -> None:
    _guess_many(client, 4)
    _guess(client, password=PASSWORD)
    client.logout()

    assert _guess(client).status_code == 200


def test_the_right_password_forgives_nobody_else(client, person) -> None:
    _guess_many(client, 3, email="boris@example.com")
    _guess(client, password=PASSWORD)
    client.logout()

    assert AccessAttempt.objects.get(username="boris@example.com").failures_since_start == 3


def test_an_address_that_tries_many_people_is_locked_for_all(client, person) -> None:
    _for_everybody(client)

    response = _guess(client, password=PASSWORD)

    assert response.status_code == 429
    assert "30 неверных паролей" in response.content.decode()


def test_ones_own_password_does_not_open_the_address_again(client, person) -> None:
    for number in range(9):
        _guess_many(client, 3, email=f"person{number}@example.com")
    _guess(client, password=PASSWORD)
    client.logout()
    _guess_many(client, 3, email="person9@example.com")

    assert _guess(client, password=PASSWORD).status_code == 429


def test_other_addresses_stay_open_when_one_is_locked(client, person) -> None:
    _for_everybody(client)

    assert _guess(client, password=PASSWORD, address="203.0.113.8").status_code == 302


def test_a_person_tried_from_everywhere_is_locked_for_new_browsers(client, person) -> None:
    _from_everywhere(client)

    response = _guess(client, password=PASSWORD)

    assert response.status_code == 429
    assert "с разных адресов" in response.content.decode()


@pytest.mark.parametrize("attack", [_from_everywhere, _for_everybody])
def test_a_browser_that_has_been_here_before_is_let_in(client, person, attack) -> None:
    SignIn.objects.create(user=person, outcome=SignInOutcome.DONE, device=_stored(OURS))
    attack(client)
    client.cookies[settings.DEVICE_COOKIE_NAME] = OURS

    assert _guess(client, password=PASSWORD).status_code == 302


@pytest.mark.parametrize("secret", [OTHERS, FAILED, OURS, "\0", "x" * 10_000, ""])
def test_a_mark_of_others_opens_nothing(client, person, secret: str) -> None:
    SignIn.objects.create(user=UserFactory(), outcome=SignInOutcome.DONE, device=_stored(OTHERS))
    SignIn.objects.create(user=person, outcome=SignInOutcome.FAILED, device=_stored(FAILED))
    SignIn.objects.create(user=person, outcome=SignInOutcome.DONE, device="")
    _from_everywhere(client)
    client.cookies[settings.DEVICE_COOKIE_NAME] = secret

    assert _guess(client, password=PASSWORD).status_code == 429


def test_a_browser_that_has_been_here_before_may_not_guess_either(client, person) -> None:
    SignIn.objects.create(user=person, outcome=SignInOutcome.DONE, device=_stored(OURS))
    client.cookies[settings.DEVICE_COOKIE_NAME] = OURS
    _guess_many(client, 5)

    assert _guess(client, password=PASSWORD).status_code == 429


def test_a_new_password_by_a_link_opens_the_door(client, person) -> None:
    _from_everywhere(client)
    client.post(reverse("account_reset_password"), {"email": person.email})
    page = client.get(link_in(mail.outbox[-1]), follow=True)
    fresh = "new-horse-battery"
    client.post(page.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})

    assert _guess(client, password=fresh).status_code == 302


def test_nobody_learns_whether_a_person_is_known(client, person) -> None:
    _guess_many(client, 4, email="nobody@example.com")

    assert _guess(client, email="nobody@example.com").status_code == 429


def test_confirming_oneself_is_no_way_around(client_of, person) -> None:
    client = client_of(person)
    url = reverse("account_reauthenticate")
    answers = [
        client.post(url, {"password": "wrong"}, REMOTE_ADDR="203.0.113.7").status_code for _ in range(5)
    ]

    assert answers == [200, 200, 200, 200, 429]
    assert client.post(url, {"password": PASSWORD}, REMOTE_ADDR="203.0.113.7").status_code == 429


@pytest.mark.parametrize(
    "email", ["я" * 10_000, "a" * 300 + "@example.com", "<script>@x", "\u202ea@example.com", "\0"]
)
def test_hostile_names_are_refused_cleanly(client, db, email: str) -> None:
    assert {_guess(client, email=email).status_code for _ in range(6)} <= {200, 429}


def test_what_was_typed_is_not_kept(client, person) -> None:
    _guess(client, password="planted-secret")

    row = AccessAttempt.objects.get()
    assert "planted-secret" not in row.post_data
    assert "anna@example.com" not in row.post_data
