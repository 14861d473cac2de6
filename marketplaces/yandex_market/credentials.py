"""What a seller gives to connect Yandex Market; the form is made from it."""

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


class YandexMarketCredentials(BaseModel):
    """The shop and the Api-Key of its cabinet. The key never shows in `repr`, in errors or in logs.

    Titles and descriptions are message ids: who shows them translates them.
    """

    model_config = ConfigDict(
        str_strip_whitespace=True, frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True
    )

    campaign_id: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")] = Field(
        title=_("Campaign ID"),
        description=_(
            "Digits: Settings → API and modules, “campaignId” of the FBY shop. It is not the shop's number."
        ),
    )
    api_key: Annotated[SecretStr, AfterValidator(_sendable)] = Field(
        min_length=8,
        max_length=200,
        title=_("Api-Key"),
        description=_("It begins with ACMA. The access “View everything in the cabinet” is enough to read."),
    )

    def headers(self) -> dict[str, str]:
        """The header of every request."""
        return {"Api-Key": self.api_key.get_secret_value()}
