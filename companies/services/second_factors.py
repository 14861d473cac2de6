"""Secrets of second factors: sealed before they reach the table of allauth, sealed anew when the keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, Func, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from core import crypto

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

# allauth seals a text before there is a row, so it cannot be bound to one.
_CONTEXT: Final = "mfa_authenticator/data"


def seal(text: str) -> str:
    """The secret as it is kept."""
    return crypto.encrypt({"secret": text}, context=_CONTEXT)


def unseal(sealed: str) -> str:
    """The secret in clear. Raises core.crypto.CannotDecrypt."""
    return str(crypto.decrypt(sealed, context=_CONTEXT)["secret"])


def keys_in_use() -> Mapping[str, int]:
    """How many people's secrets each key id has made."""
    key_id = Func(_first_secret(), Value(":"), Value(1), function="split_part", output_field=CharField())
    found = _holders().annotate(key_id=key_id).values("key_id").annotate(rows=Count("pk")).order_by("key_id")
    return {row["key_id"]: row["rows"] for row in found}


@transaction.atomic
def reseal(*, most: int) -> int:
    """Seal with the current key what another one sealed, at most so many rows; how many there were.

    Call it until it gives 0. Readers go on meanwhile. Raises core.crypto.CannotDecrypt when a key is missing.
    """
    current = next(iter(settings.FIELD_ENCRYPTION_KEYS))
    stale = (
        _holders()
        .annotate(first_secret=_first_secret())
        .exclude(first_secret__startswith=f"{current}:")
        .select_for_update()
        .order_by("pk")[:most]
    )
    rows = list(stale)
    for row in rows:
        row.data = with_secrets(row.data, lambda sealed: seal(unseal(sealed)))
        row.save(update_fields=["data"])
    return len(rows)


def with_secrets(data: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The data with every secret changed."""
    changed = {name: change(value) if name in ("secret", "seed") else value for name, value in data.items()}
    if "migrated_codes" in data:
        changed["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return changed


def _holders() -> QuerySet[Authenticator]:
    # A passkey is a public key: nothing of it is secret.
    holders: QuerySet[Authenticator] = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return holders


def _first_secret() -> Coalesce:
    """One of the secrets of a row; all of a row are sealed together."""
    return Coalesce(
        KeyTextTransform("secret", "data"),
        KeyTextTransform("seed", "data"),
        KeyTextTransform("0", KeyTransform("migrated_codes", "data")),
        Value(""),
        output_field=TextField(),
    )
