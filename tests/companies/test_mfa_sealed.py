"""Secrets of second factors are sealed in the database, and signing in with them still works."""

from __future__ import annotations

import json
import time
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from companies.models import SignIn
from companies.services import second_factors
from companies.services.second_factors import SecondFactors
from core import crypto
from core.sealing import WrongKeys, reseal, verify_keys
from tests.factories.companies import PASSWORD

OLD = b"old-key-of-tests-not-for-product"
NEW = b"new-key-of-tests-not-for-product"


@pytest.fixture(autouse=True)
def _own_cache(settings) -> None:
    """allauth counts wrong codes and used ones in the cache."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def person(owner, secret):
    """The owner with an authenticator app and recovery codes."""
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    TOTP.activate(owner, secret)
    RecoveryCodes.activate(owner)
    return owner


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def _rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _password(client, person):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_the_database_holds_no_clear_secret(person, secret) -> None:
    codes = RecoveryCodes.activate(person)
    seed = second_factors.unseal(codes.instance.data["seed"])

    told = " ".join(_rows())

    assert secret not in told
    assert seed not in told
    assert codes.get_unused_codes()[0] not in told


def test_a_sealed_code_signs_in(client, person, secret) -> None:
    assert _password(client, person).headers["Location"] == "/accounts/2fa/authenticate/"

    answer = client.post("/accounts/2fa/authenticate/", {"code": _code(secret)})

    assert answer.headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_recovery_code_signs_in_once(client, person) -> None:
    code = RecoveryCodes.activate(person).get_unused_codes()[0]

    _password(client, person)
    first = client.post("/accounts/2fa/authenticate/", {"code": code})
    client.logout()
    _password(client, person)
    second = client.post("/accounts/2fa/authenticate/", {"code": code})

    assert (first.status_code, second.status_code) == (302, 200)


def test_a_wrong_code_is_a_line_of_the_history(client, person) -> None:
    _password(client, person)

    client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert list(SignIn.objects.values_list("user", "outcome", "method")) == [(person.pk, "failed", "code")]


def test_a_secret_of_elsewhere_opens_nothing(person) -> None:
    foreign = crypto.encrypt({"secret": "x"}, context="another/column")

    with pytest.raises(crypto.CannotDecrypt):
        second_factors.unseal(foreign)


# ---- rows from before --------------------------------------------------------------------------------------------


def _migration():
    return import_module("companies.migrations.0004_seal_second_factors")


def test_clear_rows_are_sealed_and_can_be_opened_again(owner) -> None:
    app = Authenticator.objects.create(user=owner, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    codes = Authenticator.objects.create(
        user=owner, type="recovery_codes", data={"migrated_codes": ["12345678", "87654321"], "used_mask": 0}
    )
    passkey = Authenticator.objects.create(
        user=owner, type="webauthn", data={"name": "Ключ", "credential": {}}
    )

    _migration().seal_all(apps, None)
    sealed = " ".join(_rows())
    _migration().seal_all(apps, None)
    again = " ".join(_rows())
    opened = TOTP(Authenticator.objects.get(pk=app.pk)).instance.data["secret"]
    _migration().unseal_all(apps, None)

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert "12345678" not in sealed
    assert again == sealed
    assert second_factors.unseal(opened) == "JBSWY3DPEHPK3PXP"
    assert [json.loads(row) for row in _rows()] == [app.data, codes.data, passkey.data]


def test_a_row_that_is_not_sealed_yet_is_refused_without_being_quoted(owner) -> None:
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})

    with pytest.raises(crypto.CannotDecrypt) as caught:
        second_factors.unseal("JBSWY3DPEHPK3PXP")
    verify_keys()

    assert "JBSWY3" not in str(caught.value)


# ---- rotation ----------------------------------------------------------------------------------------------------


@pytest.fixture
def rotated(settings, owner, teammate, stranger) -> None:
    """Three apps and a set of codes sealed with the old key; the new key has come to the front since."""
    settings.FIELD_ENCRYPTION_KEYS = {"old": OLD}
    for number, user in enumerate((owner, teammate, stranger)):
        TOTP.activate(user, f"SECRET{number}")
    Authenticator.objects.create(
        user=owner, type="recovery_codes", data={"migrated_codes": [second_factors.seal("12345678")]}
    )
    Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Ключ", "credential": {}})
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": OLD}


def test_second_factors_are_sealed_anew_in_portions(settings, rotated) -> None:
    place = SecondFactors()
    before = place.keys_in_use()

    first = reseal(place, after=0, most=3)
    second = reseal(place, after=first.last_pk, most=3)
    third = reseal(place, after=second.last_pk, most=3)

    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}
    apps_of_people = Authenticator.objects.filter(type="totp").order_by("pk")
    assert before == {"old": 4}
    assert [portion.done for portion in (first, second, third)] == [3, 1, 0]
    assert place.keys_in_use() == {"new": 4}
    assert [second_factors.unseal(row.data["secret"]) for row in apps_of_people] == [
        "SECRET0",
        "SECRET1",
        "SECRET2",
    ]


def test_the_rotation_of_keys_takes_them_along(settings, rotated) -> None:
    out = StringIO()

    call_command("rotate_keys", stdout=out)

    assert "mfa_authenticator.data: 4 sealed anew." in out.getvalue()
    assert SecondFactors().keys_in_use() == {"new": 4}


def test_a_missing_key_stops_the_start(settings, rotated) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}

    with pytest.raises(WrongKeys, match=r"no key 'old', and mfa_authenticator\.data"):
        verify_keys()


def test_a_wrong_key_stops_the_start(settings, rotated) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": NEW}

    with pytest.raises(WrongKeys, match=r"'old'.*sealed mfa_authenticator\.data"):
        verify_keys()
