"""Reading what marketplaces send: whole pages at once, row by row when a row is broken, payloads made safe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from marketplaces.contracts.pages import Rejected
from marketplaces.errors import UnexpectedResponse

PageModel = TypeVar("PageModel", bound=BaseModel)

MISSING_FIELD: Final = "missing_field"
WRONG_TYPE: Final = "wrong_type"
OUT_OF_RANGE: Final = "out_of_range"
UNREADABLE: Final = "unreadable"
BAD_SUM: Final = "bad_sum"
MIXED_CURRENCY: Final = "mixed_currency"
MISSING_RECORD: Final = "missing_record"

# What a buyer can be known by, and papers of legal buyers: never kept, not even in quarantine.
PERSONAL_KEYS: Final = frozenset(
    {
        "address",
        "address_tail",
        "addressee",
        "buyer",
        "comment",
        "customer",
        "customer_id",
        "customer_name",
        "email",
        "legal_info",
        "notes",
        "phone",
        "photos",
        "recipient",
        "recipients",
        "user_comment",
        "video_paths",
        "wb_comment",
    }
)
_LONGEST_TEXT: Final = 1000
_MOST_ITEMS: Final = 100
_DEEPEST: Final = 12
_LONGEST_ID: Final = 100
_LONGEST_DETAIL: Final = 300
# JSON may hold them, PostgreSQL may not: NUL, and halves of surrogate pairs.
_NUL_ESCAPE: Final = b"\\u0000"
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_RANGE_ERRORS: Final = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "string_too_short",
        "string_too_long",
        "too_short",
        "too_long",
        "finite_number",
        "int_parsing_size",
        "date_from_datetime_inexact",
        "datetime_object_invalid",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAt(Generic[PageModel]):
    """How to read a page: its model, the path to its rows, the model of a row, and which fields name a row.

    The whole page is validated at once, which is fast; only a page that fails is taken apart, so that one
    broken row costs nobody else.
    """

    page: type[PageModel]
    row: type[BaseModel]
    path: tuple[str, ...]
    id_fields: tuple[str, ...]

    def read(self, content: bytes) -> tuple[PageModel, tuple[Rejected, ...]]:
        """The page with the rows that are good, and the others. Raises UnexpectedResponse."""
        if _NUL_ESCAPE not in content:
            try:
                return self.page.model_validate_json(content), ()
            except ValidationError:
                pass
        return self._read_by_row(_loads(content))

    def _read_by_row(self, document: Any) -> tuple[PageModel, tuple[Rejected, ...]]:
        holder = _descend(document, self.path[:-1])
        rows = holder.get(self.path[-1]) if isinstance(holder, dict) else None
        if not isinstance(rows, list):
            return self._validated(document), ()
        good: list[BaseModel] = []
        rejected: list[Rejected] = []
        for raw in rows:
            try:
                good.append(self.row.model_validate(raw))
            except ValidationError as exc:
                rejected.append(rejected_row(raw, exc, id_fields=self.id_fields))
        holder[self.path[-1]] = good
        return self._validated(document), tuple(rejected)

    def _validated(self, document: Any) -> PageModel:
        try:
            return self.page.model_validate(document)
        except ValidationError as exc:
            raise UnexpectedResponse(f"{self.page.__name__}: {explained(exc)[1]}") from None


def read_document(model: type[PageModel], content: bytes) -> PageModel:
    """Read an answer that has no rows to save. Raises UnexpectedResponse."""
    try:
        if _NUL_ESCAPE not in content:
            return model.model_validate_json(content)
        return model.model_validate(_loads(content))
    except ValidationError as exc:
        raise UnexpectedResponse(f"{model.__name__}: {explained(exc)[1]}") from None


def read_one(
    row: type[PageModel], content: bytes, *, path: tuple[str, ...], id_fields: tuple[str, ...]
) -> PageModel | Rejected:
    """Read the one record that an answer holds. Raises UnexpectedResponse when the answer holds none."""
    document = _loads(content)
    raw = _descend(document, path)
    if not isinstance(raw, dict):
        raise UnexpectedResponse(f"{row.__name__}: nothing at {'.'.join(path)}")
    try:
        return row.model_validate(raw)
    except ValidationError as exc:
        return rejected_row(raw, exc, id_fields=id_fields)


def rejected_row(raw: Any, error: ValidationError, *, id_fields: Iterable[str]) -> Rejected:
    """The record of a row that its model refuses."""
    reason, detail = explained(error)
    return Rejected(
        external_id=_id_of(raw, id_fields), reason=reason, detail=detail, payload=safe_payload(raw)
    )


def explained(error: ValidationError) -> tuple[str, str]:
    """Reason code and field path of the first error; never a value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return _reason(first), _path(first)


def safe_payload(raw: Any) -> Any:
    """A copy that a JSON column takes and that names no buyer: personal keys dropped, long and deep parts cut."""
    return _safe(raw, _DEEPEST)


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return MISSING_FIELD
    return OUT_OF_RANGE if error["type"] in _RANGE_ERRORS else WRONG_TYPE


def _path(error: ErrorDetails) -> str:
    return (".".join(str(part) for part in error["loc"]) or "the whole")[:_LONGEST_DETAIL]


def _id_of(raw: Any, fields: Iterable[str]) -> str:
    if not isinstance(raw, Mapping):
        return ""
    values = [raw.get(name) for name in fields]
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in values):
        return ""
    return ":".join(str(value) for value in values)[:_LONGEST_ID]


def _descend(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _loads(content: bytes) -> Any:
    """JSON read by the forgiving standard parser, texts made safe for PostgreSQL."""
    try:
        document = json.loads(content, parse_int=_int, parse_constant=str)
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the answer is not JSON") from None
    return _printable(document)


def _int(text: str) -> int | str:
    return int(text) if len(text) <= 40 else text


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_text(name): _printable(item) for name, item in value.items()}
    return value


def _text(value: str) -> str:
    return _UNSTORABLE.sub("\ufffd", value)


def _safe(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(value[:_LONGEST_TEXT])
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if depth == 0:
        return "…"
    if isinstance(value, list | tuple):
        return [_safe(item, depth - 1) for item in value[:_MOST_ITEMS]]
    if isinstance(value, Mapping):
        return _safe_mapping(value, depth)
    return _text(str(value)[:_LONGEST_TEXT])


def _safe_mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    kept = [(str(name), item) for name, item in value.items() if str(name).lower() not in PERSONAL_KEYS]
    return {_text(name[:_LONGEST_ID]): _safe(item, depth - 1) for name, item in kept[:_MOST_ITEMS]}
