"""Write docs/permissions.md: what each role may do, and what each address of a company asks for."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.core.management.base import CommandError
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from companies.choices import PERMISSION_LABELS, RIGHTS, VISIT_RIGHTS, Permission, Role
from companies.permissions import SAFE_METHODS
from fbo_cabinet.documents import DocumentCommand

TITLE: Final = "# Permissions: who may do what"
INTRODUCTION: Final = (
    "Made by `./cabinet manage permissions` from `companies/choices.py` and the views; do not edit. A guest is "
    "sent to sign in, a stranger gets 404 as if there were no such company, a member without the right gets 403. "
    "`tests/architecture/test_isolation.py` asks every line of the second table for every role."
)
ADDRESSES: Final = (
    "Every address of a company. *Proof*: the person must have given the password or the second factor within "
    "the last minutes, and is asked for it otherwise."
)
# A method that no view answers: its 405 names those that it does.
_UNLIKELY: Final = "PROPFIND"
_COMPANY: Final = "/<company>/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address of a company and what one method of it asks for."""

    path: str
    name: str
    method: str
    permission: Permission
    asks_identity: bool

    @property
    def family(self) -> str:
        """The pages that belong together: the first part of the path, of settings the first two."""
        parts = self.path.removeprefix(_COMPANY).split("/")[:-1]
        fixed = [part for part in parts if part and not part.startswith("<")]
        return _COMPANY + "".join(f"{part}/" for part in fixed[: 2 if fixed[:1] == ["settings"] else 1])


class Command(DocumentCommand):
    help = (
        "Write docs/permissions.md: the roles, the rights, and what every address of a company asks for. Exit "
        "code 0: written or up to date, 1: with --check, the file is not up to date."
    )
    name = "permissions"

    def text(self) -> str:
        """The document as the code has it."""
        return document()


def document() -> str:
    """The whole file, in English whatever the language of the command."""
    with translation.override("en"):
        return "\n".join(_lines()) + "\n"


def addresses() -> list[Address]:
    """Every address of a company with each of its methods, by path. Raises CommandError for a view that does
    not say what it asks for."""
    found = [
        address
        for path, name, view in _walk(get_resolver(), route="/", namespace="")
        for address in _of_view(path, name, view)
    ]
    return sorted(found, key=lambda address: (address.family, address.path, address.method))


def _lines() -> Iterator[str]:
    yield from (TITLE, "", INTRODUCTION, "", "## Roles and rights", "")
    yield from _table("right", "in words", *_role_titles(), "staff on a visit")
    for permission, label in PERMISSION_LABELS.items():
        yield _row(
            f"`{permission}`",
            str(label),
            *_marks(permission),
            _mark(is_there=permission in VISIT_RIGHTS),
        )
    yield from ("", "## Addresses", "", ADDRESSES)
    for family, rows in groupby(addresses(), key=lambda address: address.family):
        yield from ("", f"### `{family}`", "")
        yield from _table("address", "method", "right", *_role_titles(), "proof")
        for row in rows:
            yield _row(
                f"`{row.path}`",
                row.method,
                f"`{row.permission}`",
                *_marks(row.permission),
                "proof" if row.asks_identity else "",
            )


def _walk(resolver: URLResolver, *, route: str, namespace: str) -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        path = route + _readable(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, route=path, namespace=inner)
        elif isinstance(entry, URLPattern) and path.startswith(_COMPANY):
            yield path, f"{namespace}{entry.name}", entry.callback


def _readable(pattern: str) -> str:
    """`<int:pk>/` as `<pk>/`, and a regular expression without its marks."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.removeprefix("^").removesuffix("$"))
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", plain.replace("\\", "")).replace(
        "<company_slug>", "<company>"
    )


def _of_view(path: str, name: str, view: Any) -> Iterator[Address]:
    for method in _methods(path, view):
        needed = view.permission if method in SAFE_METHODS else view.permission_to_change
        yield Address(
            path=path,
            name=name,
            method=method,
            permission=needed,
            asks_identity=getattr(view, "asks_identity", False),
        )


def _methods(path: str, view: Any) -> list[str]:
    """What the view answers; HEAD goes without saying."""
    if not hasattr(view, "permission"):
        raise CommandError(f"{path}: the view has no @requires.")
    request = HttpRequest()
    request.method = _UNLIKELY
    with _unheard():
        response = view(request)
    if response.status_code != 405:
        raise CommandError(f"{path}: put @require_http_methods above @requires.")
    allowed = {method.strip() for method in response.headers["Allow"].split(",")}
    return sorted(allowed - {"HEAD"})


@contextmanager
def _unheard() -> Iterator[None]:
    """Django warns of each 405; here they are the answer."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _role_titles() -> list[str]:
    return [str(role.label).lower() for role in Role]


def _marks(permission: Permission) -> list[str]:
    return [_mark(is_there=permission in RIGHTS[role]) for role in Role]


def _mark(*, is_there: bool) -> str:
    return "✓" if is_there else ""


def _table(*titles: str) -> Iterator[str]:
    yield _row(*titles)
    yield "|" + "---|" * len(titles)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
