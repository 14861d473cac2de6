"""AES-GCM for fields: key id in the text, table, column and row as associated data. No key is kept here."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The text was not made by a key we hold, or belongs to another row. Carries no secret."""


class UnknownKey(CannotDecrypt):
    """The text names a key id that FIELD_ENCRYPTION_KEYS does not hold."""


def encrypt(data: Mapping[str, Any], *, context: str) -> str:
    """Encrypt a JSON document; `context` (table/column/row) must be given again to decrypt it."""
    key_id, key = next(iter(settings.FIELD_ENCRYPTION_KEYS.items()))
    nonce = os.urandom(_NONCE_BYTES)
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = AESGCM(key).encrypt(nonce, plain, _associated(key_id, context))
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(text: str, *, context: str) -> dict[str, Any]:
    """The JSON document that `encrypt` was given. Raises CannotDecrypt, UnknownKey."""
    key_id, colon, encoded = text.partition(":")
    if not colon:
        # The text may be the secret itself: it is not quoted.
        raise CannotDecrypt(f"the text of {context} is not sealed")
    key = settings.FIELD_ENCRYPTION_KEYS.get(key_id)
    if key is None:
        raise UnknownKey(f"the key {key_id!r} is not in FIELD_ENCRYPTION_KEYS")
    try:
        raw = base64.b64decode(encoded, validate=True)
        plain = AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _associated(key_id, context))
    except (InvalidTag, ValueError) as exc:
        raise CannotDecrypt(f"a secret of {context} cannot be read with the key {key_id!r}") from exc
    document: dict[str, Any] = json.loads(plain)
    return document


def key_in_use(text: str) -> str:
    """The id of the key that made the text."""
    return text.partition(":")[0]


def _associated(key_id: str, context: str) -> bytes:
    return f"{key_id}|{context}".encode()
