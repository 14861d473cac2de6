"""Ozon's notices: what one says, what to answer, which kinds we ask for."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from marketplaces.contracts.orders import OrderStatus
from marketplaces.contracts.pushes import PushNotice, PushReply
from marketplaces.errors import UnexpectedResponse
from marketplaces.ozon.mapping import moment
from marketplaces.ozon.statuses import order_status_of_state

PING: Final = "TYPE_PING"
NEW: Final = "TYPE_FBO_POSTING_NEW"
STATE_CHANGED: Final = "TYPE_FBO_POSTING_STATE_CHANGED"
CANCELLED: Final = "TYPE_FBO_POSTING_CANCELLED"
DELIVERY_DATE_CHANGED: Final = "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED"
STOCKS_CHANGED: Final = "TYPE_FBO_STOCKS_CHANGED"
ITEM_CHANGED: Final = "TYPE_CREATE_OR_UPDATE_ITEM"

# What we ask to be sent, in the order of the document.
SUBSCRIBED: Final = (NEW, CANCELLED, STATE_CHANGED, DELIVERY_DATE_CHANGED, STOCKS_CHANGED, ITEM_CHANGED)

# Kind → stream, field of the object's id, field of the moment.
_OBJECTS: Final[dict[str, tuple[str, str, str]]] = {
    NEW: ("orders", "posting_number", "creation_date"),
    STATE_CHANGED: ("orders", "posting_number", "changed_state_date"),
    CANCELLED: ("orders", "posting_number", "cancel_date"),
    DELIVERY_DATE_CHANGED: ("orders", "posting_number", ""),
    STOCKS_CHANGED: ("stock", "sku", "updated_at"),
    ITEM_CHANGED: ("products", "product_id", "changed_at"),
    "TYPE_CREATE_ITEM": ("products", "product_id", "changed_at"),
    "TYPE_UPDATE_ITEM": ("products", "product_id", "changed_at"),
}
_SERVICE: Final = "FBO Cabinet"
_VERSION: Final = "1.0"
_LONGEST_KIND: Final = 64
_LONGEST_ID: Final = 100
_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(datetime)


def parse_push(body: Any) -> PushNotice:
    """Read a notice; one of a kind that we do not follow has no stream. Raises UnexpectedResponse."""
    kind = body.get("message_type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        raise UnexpectedResponse("a notice without message_type")
    stream, id_field, moment_field = _OBJECTS.get(kind, ("", "", ""))
    external_id = _id(body.get(id_field)) if stream else ""
    if stream and not external_id:
        raise UnexpectedResponse(f"{kind} without {id_field}")
    state = _state(kind, body)
    status = order_status_of_state(state) if state else OrderStatus.UNKNOWN
    return PushNotice(
        kind=kind[:_LONGEST_KIND],
        dedupe_key=_dedupe_key(body),
        stream=stream,
        external_id=external_id,
        external_status=state,
        status="" if status is OrderStatus.UNKNOWN else status.value,
        changed_at=_moment(body.get(moment_field)),
    )


def push_reply(notice: PushNotice | None, *, now: datetime) -> PushReply:
    """The answers of the document: to a ping, to a notice, and to what is none."""
    if notice is None:
        error = {
            "code": "ERROR_PARAMETER_VALUE_MISSED",
            "message": "message_type or the id of the object is missing",
            "details": None,
        }
        return PushReply(status=400, body={"error": error})
    if notice.kind == PING:
        at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return PushReply(status=200, body={"version": _VERSION, "name": _SERVICE, "time": at})
    return PushReply(status=200, body={"result": True})


def _state(kind: str, body: dict[str, Any]) -> str:
    """The substatus that the posting came to, as the document words it; empty when the notice names none."""
    if kind == NEW:
        return "posting_created"
    state = body.get("new_state")
    if kind not in (STATE_CHANGED, CANCELLED) or not isinstance(state, str):
        return ""
    return state[:_LONGEST_KIND]


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return (
        text if text.isascii() and text.isprintable() and 0 < len(text) <= _LONGEST_ID and text != "0" else ""
    )


def _moment(value: Any) -> datetime | None:
    try:
        return moment(_MOMENT.validate_python(value)) if isinstance(value, str) else None
    except ValidationError:
        return None


def _dedupe_key(body: dict[str, Any]) -> str:
    """Their uuid, or a hash of the body: a notice is repeated byte for byte or at least field for field."""
    uuid = body.get("uuid")
    if isinstance(uuid, str) and 0 < len(uuid) <= _LONGEST_KIND and uuid.isascii() and uuid.isprintable():
        return uuid
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
