"""Guessing a password is stopped after five tries, for that person from that address only."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories.companies import PASSWORD, UserFactory

URL = "/accounts/login/"


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


def _guess(client, email="anna@example.com", password="wrong", address="203.0.113.7"):
    return client.post(URL, {"login": email, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_signs_in(client, person) -> None:
    response = _guess(client, password=PASSWORD)

    assert response.status_code == 302
    assert response.headers["Location"] == reverse("home")


def test_five_wrong_passwords_lock_the_door(client, person) -> None:
    answers = [_guess(client).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert _guess(client, password=PASSWORD).status_code == 429


def test_the_locked_out_person_is_told_what_to_do(client, person) -> None:
    for _ in range(5):
        response = _guess(client)

    assert "account/lockout.html" in [template.name for template in response.templates]


def test_the_spelling_of_the_address_does_not_help(client, person) -> None:
    for spelling in ("anna@example.com", "ANNA@example.com", " anna@example.com", "Anna@Example.com"):
        _guess(client, email=spelling)

    assert _guess(client).status_code == 429


def test_others_are_not_locked_out(client, person) -> None:
    for _ in range(5):
        _guess(client)

    assert _guess(client, email="boris@example.com").status_code == 200
    assert _guess(client, password=PASSWORD, address="203.0.113.8").status_code == 302


def test_the_right_password_forgives(client, person) -> None:
    for _ in range(4):
        _guess(client)
    _guess(client, password=PASSWORD)
    client.logout()

    assert _guess(client).status_code == 200
