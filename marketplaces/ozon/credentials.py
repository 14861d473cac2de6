"""What a seller gives to connect Ozon; the form is made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Mapping


class OzonCredentials(BaseModel):
    """Client-Id and Api-Key. The key never shows in `repr`, in errors or in logs."""

    model_config = ConfigDict(
        str_strip_whitespace=True, frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True
    )

    client_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] = Field(
        title=_("Client ID"),
        description=_("Digits: Ozon Seller → Settings → API keys, at the top of the page."),
    )
    api_key: Annotated[SecretStr, Field(min_length=8, max_length=200)] = Field(
        title=_("API key"),
        description=_("Ozon shows it once, when you make it. The role “Admin read only” is enough."),
    )

    def headers(self) -> Mapping[str, str]:
        """The headers of every request. Raises UnicodeEncodeError never: the key is checked here."""
        return {"Client-Id": self.client_id, "Api-Key": self.api_key.get_secret_value()}
