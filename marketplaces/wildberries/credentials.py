"""What a seller gives to connect Wildberries, and what the token itself tells of it; the form is made from it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import pydantic_core
from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

PERSONAL: Final = "personal"
SERVICE: Final = "service"
BASE: Final = "base"
TEST: Final = "test"
# `acc`: what kind of token it is.
KINDS: Final = {1: BASE, 2: TEST, 3: PERSONAL, 4: SERVICE}
# `s`: a bit for each category of methods, named as the seller's cabinet names them.
CATEGORIES: Final = {
    1: "Контент",
    2: "Аналитика",
    3: "Цены и скидки",
    4: "Маркетплейс",
    5: "Статистика",
    6: "Продвижение",
    7: "Вопросы и отзывы",
    9: "Чат с покупателями",
    10: "Поставки",
    11: "Возвраты покупателями",
    12: "Документы",
    13: "Финансы",
    16: "Пользователи",
}
READ_ONLY: Final = 30
_FIRST_YEAR: Final = 2000
_LARGEST_MASK: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the token says of itself. The signature is the marketplace's to check."""

    sid: str
    kind: str
    mask: int
    expires_at: datetime | None

    def has(self, category: int) -> bool:
        """Whether the token is of the category."""
        return bool(self.mask >> category & 1)

    @property
    def is_read_only(self) -> bool:
        """Whether the token may change nothing."""
        return self.has(READ_ONLY)


def read_claims(token: str) -> Claims:
    """The claims of a token. Raises ValueError that does not hold it."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise ValueError("a token is three parts of Latin letters, digits and signs with dots between them")
    document = _document(parts[1])
    sid, mask = document.get("sid"), document.get("s")
    try:
        sid = str(UUID(sid)) if isinstance(sid, str) else ""
    except ValueError:
        sid = ""
    if not sid:
        raise ValueError("the token does not name its seller")
    if isinstance(mask, bool) or not isinstance(mask, int) or not 0 <= mask < _LARGEST_MASK:
        raise ValueError("the token does not say what it may do")
    return Claims(sid=sid, kind=_kind(document), mask=mask, expires_at=_moment(document.get("exp")))


def _kind(document: dict[str, Any]) -> str:
    if document.get("t") is True:
        return TEST
    told = document.get("acc")
    # A kind that we do not know gets the smallest limits.
    return KINDS.get(told, BASE) if isinstance(told, int) and not isinstance(told, bool) else BASE


def _document(part: str) -> dict[str, Any]:
    try:
        decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        document = pydantic_core.from_json(decoded)
    except (ValueError, binascii.Error):
        document = None
    if isinstance(document, dict):
        return document
    raise ValueError("the middle part of the token cannot be read: copy it whole")


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _sendable(value: SecretStr) -> SecretStr:
    """Strip what copying adds; refuse what is no token. Messages never hold it."""
    token = value.get_secret_value().strip().removeprefix("Bearer ").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("a token is Latin letters, digits and signs without spaces")
    read_claims(token)
    return SecretStr(token)


class WildberriesCredentials(BaseModel):
    """A token. It never shows in `repr`, in errors or in logs.

    Titles and descriptions are message ids: who shows them translates them.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    token: Annotated[SecretStr, AfterValidator(_sendable)] = Field(
        min_length=20,
        max_length=4000,
        title=_("API token"),
        description=_("Wildberries shows it once, when you make it. It is valid for 180 days."),
    )

    @property
    def claims(self) -> Claims:
        """What the token says of itself."""
        return read_claims(self.token.get_secret_value())

    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {"Authorization": self.token.get_secret_value()}
