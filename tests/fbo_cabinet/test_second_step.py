"""Codes of the second step cannot be guessed, neither at the door nor when a person confirms himself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from companies.choices import SignInOutcome
from companies.models import SignIn
from tests.factories.companies import PASSWORD, UserFactory

STEP, CONFIRM = "/accounts/2fa/authenticate/", "/accounts/2fa/reauthenticate/"
TOO_MANY = "Слишком много неверных кодов"


@pytest.fixture(autouse=True)
def _own_cache(settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def secret(person) -> str:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    return secret


@pytest.fixture
def person(db):
    user = UserFactory(email="anna@example.com")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def at_the_door(client, person, secret):
    """A browser that has given the password and is asked for the code."""
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


def _right_code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def _wrong_code(secret: str) -> str:
    return f"{(int(_right_code(secret)) + 1) % 1_000_000:06d}"


def test_the_right_code_signs_in(at_the_door, secret) -> None:
    response = at_the_door.post(STEP, {"code": _right_code(secret)})

    assert response.status_code == 302
    assert at_the_door.get("/accounts/profile/").status_code == 200


def test_five_wrong_codes_close_the_door_to_the_right_one(at_the_door, person, secret) -> None:
    for _ in range(5):
        at_the_door.post(STEP, {"code": _wrong_code(secret)})

    response = at_the_door.post(STEP, {"code": _right_code(secret)})

    assert TOO_MANY in response.content.decode()
    assert at_the_door.get("/accounts/profile/").status_code == 302
    outcomes = list(SignIn.objects.filter(user=person).order_by("at", "pk").values_list("outcome", flat=True))
    assert outcomes == [SignInOutcome.FAILED] * 5 + [SignInOutcome.LOCKED]


def test_the_page_says_for_how_long(at_the_door, person, secret) -> None:
    # A password given hours before this one would be too old for the code.
    with time_machine.travel(timezone.now().replace(hour=12, minute=0), tick=False):
        at_the_door.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        for _ in range(5):
            at_the_door.post(STEP, {"code": _wrong_code(secret)})
        page = at_the_door.post(STEP, {"code": "000000"}).content.decode()

    assert "Ещё 30\u00a0мин, до 15:30 по Москве" in page


def test_the_door_opens_again(at_the_door, secret) -> None:
    for _ in range(5):
        at_the_door.post(STEP, {"code": _wrong_code(secret)})

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        at_the_door.post("/accounts/login/", {"login": "anna@example.com", "password": PASSWORD})
        response = at_the_door.post(STEP, {"code": _right_code(secret)})

    assert response.status_code == 302


def test_a_new_browser_does_not_start_the_count_anew(at_the_door, secret) -> None:
    for _ in range(5):
        at_the_door.post(STEP, {"code": _wrong_code(secret)})
    at_the_door.cookies.clear()
    at_the_door.post("/accounts/login/", {"login": "anna@example.com", "password": PASSWORD})

    assert TOO_MANY in at_the_door.post(STEP, {"code": _right_code(secret)}).content.decode()


def test_recovery_codes_are_counted_with_the_others(at_the_door, person, secret) -> None:
    codes = RecoveryCodes.activate(person).get_unused_codes()
    for number in range(5):
        at_the_door.post(STEP, {"code": f"{number:08d}"})

    assert TOO_MANY in at_the_door.post(STEP, {"code": codes[0]}).content.decode()


def test_a_recovery_code_works_once(at_the_door, person, secret) -> None:
    code = RecoveryCodes.activate(person).get_unused_codes()[0]

    assert at_the_door.post(STEP, {"code": code}).status_code == 302
    at_the_door.logout()
    at_the_door.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert at_the_door.post(STEP, {"code": code}).status_code == 200


def test_a_code_of_the_app_works_once(at_the_door, person, secret) -> None:
    code = _right_code(secret)
    at_the_door.post(STEP, {"code": code})
    at_the_door.logout()
    at_the_door.post("/accounts/login/", {"login": person.email, "password": PASSWORD})

    assert at_the_door.post(STEP, {"code": code}).status_code == 200


def test_confirming_oneself_by_codes_is_limited_too(client_of, person, secret) -> None:
    client = client_of(person)
    for _ in range(5):
        client.post(CONFIRM, {"code": _wrong_code(secret)})

    assert TOO_MANY in client.post(CONFIRM, {"code": _right_code(secret)}).content.decode()


def test_keys_cannot_be_tried_for_ever(client, db) -> None:
    url = reverse("mfa_login_webauthn")

    answers = [client.post(url, {"credential": "{}"}).status_code for _ in range(11)]

    assert answers[-1] == 429
    assert set(answers[:-1]) == {302}


def test_a_cache_that_is_down_opens_no_door(client, person, secret, settings) -> None:
    client.raise_request_exception = False
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
        }
    }

    response = client.post(STEP, {"code": _right_code(secret)})

    assert response.status_code == 500
    assert client.get("/accounts/profile/").status_code != 200


@pytest.mark.parametrize("code", ["9" * 10_000, "\u202e123456", "12\x0034", "<script>", "٣٣٣٣٣٣"])
def test_hostile_codes_are_refused_cleanly(at_the_door, code: str) -> None:
    response = at_the_door.post(STEP, {"code": code})

    assert response.status_code == 200
    assert "id_code_error" in response.content.decode()


def test_how_a_second_step_is_set_up(client_of, person) -> None:
    client = client_of(person, confirmed=True)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]

    response = client.post(reverse("mfa_activate_totp"), {"code": _right_code(secret)}, follow=True)

    codes = response.context["unused_codes"]
    assert len(codes) == 10
    assert all(code in response.content.decode() for code in codes)
    saved = client.get(reverse("mfa_download_recovery_codes"))
    assert all(code in saved.content.decode() for code in codes)
