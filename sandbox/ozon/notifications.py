"""Push notifications: which addresses hear what, and the check of an address."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.ozon.calls import Call
from sandbox.ozon.errors import NOT_FOUND, ApiError, bad
from sandbox.ozon.subscriptions import Address
from sandbox.world.moments import iso

#: Sends a JSON body to an address; returns the HTTP status and the text of the answer.
Post = Callable[[str, dict[str, Any]], tuple[int, str]]

TYPES = {
    "TYPE_NEW_MESSAGE": "Новое сообщение в чате",
    "TYPE_UPDATE_MESSAGE": "Изменение сообщения в чате",
    "TYPE_MESSAGE_READ": "Сообщение прочитано",
    "TYPE_CHAT_CLOSED": "Чат закрыт",
    "TYPE_NEW_POSTING": "Новое отправление FBS",
    "TYPE_POSTING_CANCELLED": "Отмена отправления FBS",
    "TYPE_STATE_CHANGED": "Изменение статуса отправления FBS",
    "TYPE_DELIVERY_DATE_CHANGED": "Изменение даты доставки FBS",
    "TYPE_CUTOFF_DATE_CHANGED": "Изменение даты отгрузки FBS",
    "TYPE_CREATE_ITEM": "Создание товара",
    "TYPE_UPDATE_ITEM": "Обновление товара",
    "TYPE_CREATE_OR_UPDATE_ITEM": "Создание или обновление товара",
    "TYPE_STOCKS_CHANGED": "Изменение остатков на складах продавца",
    "TYPE_FBO_POSTING_NEW": "Новое отправление FBO",
    "TYPE_FBO_POSTING_CANCELLED": "Отмена отправления FBO",
    "TYPE_FBO_POSTING_STATE_CHANGED": "Изменение статуса отправления FBO",
    "TYPE_FBO_POSTING_DELIVERY_DATE_CHANGED": "Изменение даты доставки отправления FBO",
    "TYPE_FBO_STOCKS_CHANGED": "Изменение остатков на складах Ozon",
    "TYPE_ORDER_NEW": "Новый заказ",
    "TYPE_ORDER_CANCELLED": "Отмена заказа",
    "TYPE_ORDER_STATE_CHANGED": "Изменение статуса заказа",
}


def _types(call: Call) -> tuple[str, ...]:
    types = call.body.get("types")
    if not isinstance(types, list) or not types or not all(isinstance(name, str) for name in types):
        raise bad("types: value is required")
    unknown = [name for name in types if name not in TYPES]
    if unknown:
        raise bad(f"types: invalid value for enum type: {unknown[0]!r}")
    return tuple(types)


def _url(call: Call) -> str:
    url = call.body.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise bad("url: value must be a valid URL")
    return url


def _id(call: Call) -> int:
    id_ = call.body.get("id")
    if isinstance(id_, str) and id_.isascii() and id_.isdigit():
        return int(id_)
    if not isinstance(id_, int) or isinstance(id_, bool):
        raise bad("id: value is required")
    return id_


def _found(*, found: bool) -> dict[str, Any]:
    if not found:
        raise ApiError(404, NOT_FOUND, "notification url not found")
    return {}


def set_address(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/set`: the address is added, or its types are replaced."""
    url, types = _url(call), _types(call)
    book = call.seller.subscriptions
    held = next((address for address in book.all() if address.url == url), None)
    if held:
        book.change(held.id, types=types, enabled=True)
    else:
        book.add(url, types, created=call.at)
    return {}


def update_address(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/update`."""
    url = _url(call) if call.body.get("url") else None
    types = _types(call) if call.body.get("types") else None
    return _found(found=call.seller.subscriptions.change(_id(call), url=url, types=types))


def enable_address(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/enable`."""
    enabled = call.body.get("enabled")
    if not isinstance(enabled, bool):
        raise bad("enabled: value is required")
    return _found(found=call.seller.subscriptions.change(_id(call), enabled=enabled))


def delete_address(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/delete`."""
    return _found(found=call.seller.subscriptions.remove(_id(call)))


def list_addresses(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/list`."""
    return {"urls": [_address(address) for address in call.seller.subscriptions.all()]}


def _address(address: Address) -> dict[str, Any]:
    return {
        "id": address.id,
        "url": address.url,
        "enable": address.enabled,
        "created_at": iso(address.created),
        "types": [{"type": name, "description": TYPES[name]} for name in address.types],
        "availability_status": "GREEN",
    }


def list_types(call: Call) -> dict[str, Any]:
    """Answer `/v1/notification/push-type/list`."""
    ears = {name: address for address in call.seller.subscriptions.all() for name in address.types}
    rows: list[dict[str, Any]] = []
    for name, description in TYPES.items():
        row: dict[str, Any] = {"type": name, "description": description}
        if name in ears:
            row["seller_endpoint"] = {"id": ears[name].id, "url": ears[name].url}
        rows.append(row)
    return {"types": rows}


def check_address(call: Call, *, post: Post) -> dict[str, Any]:
    """Answer `/v1/notification/check`: ping the address and look at what it says."""
    problem = ping(_url(call), post=post, at=call.at)
    errors = [{"type": problem[0], "description": problem[1]}] if problem else []
    return {"is_active": not errors, "errors": errors}


def ping(url: str, *, post: Post, at: int) -> tuple[str, str] | None:
    """Ping an address; return the type and the description of what is wrong, or nothing."""
    try:
        status, text = post(url, {"message_type": "TYPE_PING", "time": iso(at)})
    except TimeoutError:
        return "REQUEST_TIMEOUT", "Сервис не ответил вовремя"
    except OSError as error:
        return "REQUEST_ERROR", f"Не удалось отправить запрос: {type(error).__name__}"
    if status >= 500:
        return "SERVER_FAULT", f"Сервис ответил кодом {status}"
    if status != 200:
        return "STATUS_CODE_NOT_OK", f"Сервис ответил кодом {status}"
    if not text:
        return "EMPTY_BODY", "Пустой ответ"
    return _judge(text)


def _judge(text: str) -> tuple[str, str] | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return "INVALID_JSON", "Ответ не в формате JSON"
    if not isinstance(answer, dict) or not {"version", "name", "time"} <= answer.keys():
        return "INVALID_BODY", "В ответе нет version, name или time"
    try:
        aware = datetime.fromisoformat(answer["time"]).tzinfo is not None
    except (TypeError, ValueError):
        aware = False
    return None if aware else ("WRONG_RESULT_TIME_FIELD", "Поле time должно быть в формате RFC 3339, UTC")
