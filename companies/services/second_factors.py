"""Secrets of second factors: sealed before they reach the table of allauth, sealed anew when the keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.mfa.models import Authenticator
from django.db.models import TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from core import crypto
from core.sealing import SealedColumn

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


def with_secrets(data: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The data with every secret changed."""
    changed = {name: change(value) if name in ("secret", "seed") else value for name, value in data.items()}
    if "migrated_codes" in data:
        changed["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return changed


class SecondFactors(SealedColumn):
    """Where allauth keeps the secrets, for the rotation of keys (settings.SEALED_PLACES)."""

    def __init__(self) -> None:
        super().__init__(model=Authenticator, column="data")

    def rows(self) -> QuerySet[Authenticator]:
        """All but passkeys, of which nothing is secret, and what no migration has sealed yet."""
        holders = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
        sealed: QuerySet[Authenticator] = holders.alias(text=self.sealed_text()).filter(text__contains=":")
        return sealed

    def sealed_text(self) -> Coalesce:
        """One of the secrets of a row; all of a row are sealed together."""
        return Coalesce(
            KeyTextTransform("secret", "data"),
            KeyTextTransform("seed", "data"),
            KeyTextTransform("0", KeyTransform("migrated_codes", "data")),
            Value(""),
            output_field=TextField(),
        )

    def open_row(self, row: Authenticator) -> None:
        """Open every secret of the row. Raises core.crypto.CannotDecrypt."""
        with_secrets(row.data, unseal)

    def seal_row(self, row: Authenticator) -> None:
        """Seal every secret of the row with the first key, unsaved. Raises core.crypto.CannotDecrypt."""
        row.data = with_secrets(row.data, lambda sealed: seal(unseal(sealed)))
