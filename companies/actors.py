"""Whose hand changes an audited table: told to PostgreSQL with the change, for the triggers to write down."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WRITES: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE|COPY|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, and by what way: `web`, `admin`, `api`, `task …`, `command …`."""

    source: str
    user_id: int | None = None
    name: str = ""
    visit_id: int | None = None
    address: str = ""


_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor | None:
    """Who acts now; None outside of `acting`."""
    return _current.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Sign the changes of audited tables made inside with the actor; may be nested."""
    outer = _current.get()
    token = _current.set(actor)
    try:
        if outer is None:
            with connection.execute_wrapper(_sign):
                yield
        else:
            yield
    finally:
        _current.reset(token)
        if connection.in_atomic_block and not connection.needs_rollback:
            # The transaction goes on in other hands.
            _tell(connection, _current.get(), is_local=True)


def during_visit(visit_id: int) -> None:
    """Sign what the current actor changes from here on with a visit of staff too."""
    actor = _current.get()
    if actor is not None:
        _current.set(replace(actor, visit_id=visit_id))


def _sign(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
    """An execute wrapper: before a change of an audited table, say who makes it."""
    db = context["connection"]
    if not (_WRITES.match(sql) and any(table in sql for table in _audited_tables())):
        return execute(sql, params, many, context)
    is_local = db.in_atomic_block
    _tell(db, _current.get(), is_local=is_local)
    try:
        return execute(sql, params, many, context)
    finally:
        if not is_local:
            # Connections are pooled: the next to take it is somebody else.
            _tell(db, None, is_local=False)


def _tell(db: Any, actor: Actor | None, *, is_local: bool) -> None:
    told = {
        "cabinet.source": actor.source if actor else "",
        "cabinet.actor": str(actor.user_id or "") if actor else "",
        "cabinet.actor_name": actor.name if actor else "",
        "cabinet.visit": str(actor.visit_id or "") if actor else "",
        "cabinet.address": actor.address if actor else "",
    }
    calls = ", ".join(["set_config(%s, %s, %s)"] * len(told))
    with db.cursor() as cursor:
        cursor.execute(
            f"SELECT {calls}", [part for name, value in told.items() for part in (name, value, is_local)]
        )


@cache
def _audited_tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table  # noqa: SLF001 - documented API
        for model in apps.get_models()
        if getattr(model, "is_audited", False)
    )
