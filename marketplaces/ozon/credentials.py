"""What a seller gives to connect Ozon; the form is made from it."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints


def _sendable(value: SecretStr) -> SecretStr:
    """Strip what copying adds; refuse what cannot stand in a header. Messages never hold the key."""
    key = value.get_secret_value().strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("an API key is Latin letters, digits and signs without spaces")
    return SecretStr(key)


class OzonCredentials(BaseModel):
    """Client-Id and Api-Key. The key never shows in `repr`, in errors or in logs.

    Titles and descriptions are message ids: who shows them translates them.
    """

    model_config = ConfigDict(
        str_strip_whitespace=True, frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True
    )

    client_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] = Field(
        title=_("Client ID"),
        description=_("Digits: Ozon Seller → Settings → API keys, at the top of the page."),
    )
    api_key: Annotated[SecretStr, AfterValidator(_sendable)] = Field(
        min_length=8,
        max_length=200,
        title=_("API key"),
        description=_("Ozon shows it once, when you make it. The role “Admin read only” is enough."),
    )

    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {"Client-Id": self.client_id, "Api-Key": self.api_key.get_secret_value()}
