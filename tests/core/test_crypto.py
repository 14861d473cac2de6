"""core.crypto: what is sealed opens only with its key and its place, and tells nothing when it does not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from core.crypto import CannotDecrypt, UnknownKey, decrypt, encrypt, key_in_use

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PLACE = "marketplaces_marketplaceaccount/credentials/1/ozon"
SECRET = {"client_id": "1284417", "api_key": "очень-тайный-ключ"}


def test_sealed_document_opens_in_its_place() -> None:
    assert decrypt(encrypt(SECRET, context=PLACE), context=PLACE) == SECRET


def test_same_document_is_sealed_differently_each_time() -> None:
    assert encrypt(SECRET, context=PLACE) != encrypt(SECRET, context=PLACE)


def test_document_moved_to_another_row_does_not_open() -> None:
    sealed = encrypt(SECRET, context=PLACE)

    with pytest.raises(CannotDecrypt) as caught:
        decrypt(sealed, context=PLACE.replace("/1/", "/2/"))

    assert "тайный" not in str(caught.value)


def test_changed_text_does_not_open() -> None:
    key_id, _, body = encrypt(SECRET, context=PLACE).partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1

    with pytest.raises(CannotDecrypt):
        decrypt(f"{key_id}:{base64.b64encode(raw).decode()}", context=PLACE)


def test_text_of_a_key_we_lost_names_the_key() -> None:
    with pytest.raises(UnknownKey, match="'gone'"):
        decrypt("gone:AAAA", context=PLACE)


def test_first_key_seals_and_older_keys_still_open(settings: SettingsWrapper) -> None:
    old = encrypt(SECRET, context=PLACE)
    settings.FIELD_ENCRYPTION_KEYS = {"new": b"n" * 32, **settings.FIELD_ENCRYPTION_KEYS}

    new = encrypt(SECRET, context=PLACE)

    assert (key_in_use(old), key_in_use(new)) == ("test", "new")
    assert decrypt(old, context=PLACE) == decrypt(new, context=PLACE) == SECRET
