"""The columns that hold sealed secrets: which keys made them, whether they can be opened, sealing them anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Func, Value
from django.db.models.fields import CharField
from django.utils.module_loading import import_string

from core import crypto

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# How many rows are tried before a key is called wrong.
_SAMPLE: Final = 20


class WrongKeys(Exception):
    """FIELD_ENCRYPTION_KEYS cannot open what the database holds; the text says which key and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """A text column made by `core.crypto.encrypt`; empty where a row has no secret.

    The model names its columns in `sealed_columns` and gives `secret_context`, to which they are bound. A place
    that is not such a column is a class of this kind, listed in settings.SEALED_PLACES.
    """

    model: type[Any]
    column: str

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001 - documented API

    def rows(self) -> Any:
        """The rows that hold a secret, of all companies."""
        return self.model._default_manager.exclude(**{self.column: ""})  # noqa: SLF001 - documented API

    def sealed_text(self) -> Any:
        """The expression of a sealed text of a row, which begins with the id of its key."""
        return F(self.column)

    def open_row(self, row: Any) -> None:
        """Open every secret of the row. Raises core.crypto.CannotDecrypt."""
        crypto.decrypt(getattr(row, self.column), context=row.secret_context)

    def seal_row(self, row: Any) -> None:
        """Seal every secret of the row with the first key, unsaved. Raises core.crypto.CannotDecrypt."""
        secret = crypto.decrypt(getattr(row, self.column), context=row.secret_context)
        setattr(row, self.column, crypto.encrypt(secret, context=row.secret_context))

    def rows_by_key(self) -> Any:
        """The rows, each with the `key_id` that sealed it."""
        key_id = Func(
            self.sealed_text(), Value(":"), Value(1), function="split_part", output_field=CharField()
        )
        return self.rows().annotate(key_id=key_id)

    def keys_in_use(self) -> Mapping[str, int]:
        """How many rows each key id has made."""
        found = self.rows_by_key().values("key_id").annotate(rows=Count("pk")).order_by("key_id")
        return {row["key_id"]: row["rows"] for row in found}

    def opens(self, key_id: str) -> bool:
        """Whether the key that we hold under this id opens what it is said to have made.

        One row that opens is proof enough: a single broken secret is no reason to call the key wrong.
        """
        return any(_opens(self, row) for row in self.rows_by_key().filter(key_id=key_id)[:_SAMPLE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """What one portion brought: rows sealed anew, and the ids of those that no key of ours opens."""

    done: int
    unreadable: tuple[int, ...]
    last_pk: int | None


def sealed_columns() -> Sequence[SealedColumn]:
    """Every sealed column there is, by the models' `sealed_columns` and settings.SEALED_PLACES."""
    columns = [
        SealedColumn(model=model, column=column)
        for model in apps.get_models()
        for column in getattr(model, "sealed_columns", ())
    ]
    return [*columns, *(import_string(path)() for path in settings.SEALED_PLACES)]


def reseal(column: SealedColumn, *, after: int, most: int = 200) -> Resealed:
    """Seal the next rows (`pk > after`) with the first key; each portion is a transaction of its own.

    Readers go on meanwhile: they open both keys. Rows are locked, so a change that comes at the same moment
    waits, and is not overwritten. `last_pk` is None once there are no more rows.
    """
    current = next(iter(settings.FIELD_ENCRYPTION_KEYS))
    done, unreadable = 0, []
    with transaction.atomic():
        rows = list(
            column.rows_by_key()
            .exclude(key_id=current)
            .filter(pk__gt=after)
            .select_for_update()
            .order_by("pk")[:most]
        )
        for row in rows:
            try:
                column.seal_row(row)
            except crypto.CannotDecrypt:
                unreadable.append(row.pk)
                continue
            row.save(update_fields=[column.column])
            done += 1
    return Resealed(done=done, unreadable=tuple(unreadable), last_pk=rows[-1].pk if rows else None)


def verify_keys() -> None:
    """Open one secret of every key that the database mentions. Raises WrongKeys."""
    for column in sealed_columns():
        for key_id in column.keys_in_use():
            _verify(column, key_id)


def _verify(column: SealedColumn, key_id: str) -> None:
    if key_id not in settings.FIELD_ENCRYPTION_KEYS:
        raise WrongKeys(
            f"FIELD_ENCRYPTION_KEYS has no key {key_id!r}, and {column} is sealed with it. Add that key to the "
            "list; it may be removed once `manage rotate_keys --check` says that nothing needs it."
        )
    if not column.opens(key_id):
        raise WrongKeys(
            f"The key {key_id!r} in FIELD_ENCRYPTION_KEYS is not the one that sealed {column}: "
            "same name, other bytes. Restore the right one; nothing was changed."
        )


def _opens(column: SealedColumn, row: Any) -> bool:
    try:
        column.open_row(row)
    except crypto.CannotDecrypt:
        return False
    return True
