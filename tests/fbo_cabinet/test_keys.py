"""Rotation of the keys that seal secrets, and the refusal to start with wrong ones."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.db.models import TextField

from companies.models import AuditEntry, BankAccount
from core import crypto, sealing
from core.sealing import WrongKeys, sealed_columns, verify_keys
from fbo_cabinet import env, keys
from marketplaces.models import MarketplaceAccount
from tests.factories.marketplaces import AccountFactory

ROOT = Path(__file__).parents[2]
OLD, NEW = b"o" * 32, b"n" * 32
NUMBERS = {"settlement": "40702810438000123456", "correspondent": "30101810400000000225"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_key(settings):
    settings.FIELD_ENCRYPTION_KEYS = {"old": OLD}
    return settings


@pytest.fixture
def sealed(old_key, company) -> tuple[MarketplaceAccount, BankAccount]:
    """A row of each sealed column, made by the old key; the new key has come to the front since."""
    account = AccountFactory(company=company)
    account.credentials_sealed = crypto.encrypt({"api_key": "тайна"}, context=account.secret_context)
    account.save()
    bank = BankAccount(company=company, bic="044525225", bank_name="Банк", last4="3456")
    bank.sealed = crypto.encrypt(NUMBERS, context=bank.secret_context)
    bank.save()
    old_key.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    return account, bank


def rotate(*options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out, stderr=out)
    return out.getvalue()


def test_every_column_that_looks_sealed_is_known() -> None:
    looks = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, TextField) and "sealed" in field.name
    }

    known = {(column.model, column.column) for column in sealed_columns()}
    assert known - looks == {(Authenticator, "data")}
    assert looks <= known
    assert len(looks) >= 2


def test_everything_is_sealed_anew_and_opens_without_the_old_key(sealed, settings) -> None:
    account, bank = sealed

    report = rotate()

    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}
    account.refresh_from_db()
    bank.refresh_from_db()
    assert account.open_credentials() == {"api_key": "тайна"}
    assert bank.open_numbers() == NUMBERS
    assert "companies_bankaccount.sealed: 1 sealed anew." in report


def test_both_keys_open_while_it_goes_on(sealed) -> None:
    account, bank = sealed
    column = next(column for column in sealed_columns() if column.model is BankAccount)

    sealing.reseal(column, after=0)

    bank.refresh_from_db()
    assert crypto.key_in_use(bank.sealed) == "new"
    assert bank.open_numbers() == NUMBERS
    assert account.open_credentials() == {"api_key": "тайна"}


def test_a_portion_is_not_the_whole(old_key, company) -> None:
    for number in range(5):
        bank = BankAccount(company=company, bic="044525225", bank_name=f"Банк {number}", last4="3456")
        bank.sealed = crypto.encrypt(NUMBERS, context=bank.secret_context)
        bank.save()
    old_key.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    column = next(column for column in sealed_columns() if column.model is BankAccount)

    first = sealing.reseal(column, after=0, most=3)
    second = sealing.reseal(column, after=first.last_pk, most=3)
    third = sealing.reseal(column, after=second.last_pk, most=3)

    assert [first.done, second.done, third.done, third.last_pk] == [3, 2, 0, None]
    assert dict(column.keys_in_use()) == {"new": 5}


def test_rotation_is_no_change_of_the_seller(sealed, company) -> None:
    before = AuditEntry.objects.for_company(company).count()

    rotate()

    assert AuditEntry.objects.for_company(company).count() == before


def test_the_check_tells_what_still_needs_the_old_key(sealed) -> None:
    with pytest.raises(CommandError, match="2 secrets are still sealed"):
        rotate("--check")

    rotate()

    assert "the other keys may be removed" in rotate("--check")


def test_a_secret_that_does_not_open_is_left_and_named(sealed) -> None:
    account, bank = sealed
    # Made for another row: no key opens it here.
    broken = AccountFactory(company=account.company, credentials_sealed=bank.sealed)

    out = StringIO()
    with pytest.raises(CommandError, match="1 secrets could not be opened"):
        call_command("rotate_keys", stdout=out, stderr=out)

    broken.refresh_from_db()
    account.refresh_from_db()
    assert broken.credentials_sealed == bank.sealed
    assert f"row {broken.pk} cannot be opened" in out.getvalue()
    assert crypto.key_in_use(account.credentials_sealed) == "new"


def test_a_key_that_is_not_there_is_named(sealed, settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}

    with pytest.raises(WrongKeys, match="no key 'old'"):
        verify_keys()


def test_a_key_with_other_bytes_is_named_and_never_shown(sealed, settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": b"x" * 32}

    with pytest.raises(WrongKeys, match="is not the one that sealed") as caught:
        verify_keys()

    assert "xxxx" not in str(caught.value)


def test_the_preparation_before_the_start_says_which_key_is_missing(sealed, settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}

    with pytest.raises(CommandError, match="no key 'old'"):
        call_command("prepare", verbosity=0)

    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    call_command("prepare", verbosity=0)


def test_the_boot_stops_with_one_line(sealed, settings, capsys) -> None:
    settings.FIELD_ENCRYPTION_KEYS = {"new": NEW}

    with pytest.raises(SystemExit) as caught:
        keys.refuse_wrong_keys()

    assert caught.value.code == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_database_that_is_away_is_not_the_keys_fault(monkeypatch) -> None:
    def away() -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(keys, "verify_keys", away)

    keys.refuse_wrong_keys()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "FIELD_ENCRYPTION_KEYS"),
        ("k1:short", "FIELD_ENCRYPTION_KEYS"),
        ("k1:" + base64.b64encode(b"x" * 16).decode(), "32 bytes"),
        ("local:bG9jYWwtb25seS1ub3QtZm9yLXByb2R1Y3Rpb24hISE=", "local default"),
    ],
)
def test_production_does_not_boot_with_a_bad_key(value: str, says: str) -> None:
    done = production("-c", "import django; django.setup()", FIELD_ENCRYPTION_KEYS=value)

    assert done.returncode != 0
    assert says in done.stderr.splitlines()[-1]
    assert "bG9jYWwtb25seS1ub3Q" not in done.stderr


def test_production_passes_djangos_own_check_of_a_deployment() -> None:
    done = production("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert done.stderr == ""
    assert "no issues" in done.stdout
    assert done.returncode == 0


def production(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """A process of its own under the production settings."""
    environment = {
        "PATH": env.snapshot()["PATH"],
        "DJANGO_SETTINGS_MODULE": "fbo_cabinet.settings.production",
        "SECRET_KEY": base64.b64encode(os.urandom(60)).decode(),
        "FIELD_ENCRYPTION_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ALLOWED_HOSTS": "cabinet.example.com",
        "PUBLIC_URL": "https://cabinet.example.com",
        "DEFAULT_FROM_EMAIL": "cabinet@example.com",
        **changed,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
