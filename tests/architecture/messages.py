"""Every message id that the code and the templates ask gettext for. Needs neither xgettext nor the database."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "core",
    "companies",
    "marketplaces",
    "catalog",
    "orders",
    "supplies",
    "returns",
    "analytics",
    "fbo_cabinet",
)
# Function → which arguments are the context (None: it takes none), the message id and its plural.
_FUNCTIONS: dict[str, tuple[int | None, ...]] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), (None, 0)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
_KEYWORDS = {
    "gettext": None,
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message id with its plural and context (empty for none) and the place that asks for it."""

    singular: str
    plural: str
    context: str
    place: str

    @property
    def key(self) -> tuple[str, str]:
        """What the catalogue knows it by."""
        return self.context, self.singular


class NotLiteral(AssertionError):
    """A message id that is put together at run time: gettext can never find it."""


def all_messages() -> list[Message]:
    """The messages of all apps and templates."""
    return [*of_code(), *of_templates()]


def of_code() -> Iterator[Message]:
    """The messages of the Python files."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield from _of_module(path)


def of_templates() -> Iterator[Message]:
    """The messages of the templates."""
    for path in templates():
        place = str(path.relative_to(ROOT))
        marked = templatize(path.read_text(encoding="utf-8"), origin=place)
        # What is left of the markup is no Python: its indentation would confuse the tokenizer.
        code = "\n".join(line.lstrip() for line in marked.splitlines())
        found = extract(
            "python", io.BytesIO(code.encode()), keywords=_KEYWORDS, options={"encoding": "utf-8"}
        )
        for _line, ids, _comments, context in found:
            singular, plural = ids if isinstance(ids, tuple) else (ids, "")
            yield Message(singular=singular, plural=plural, context=context or "", place=place)


def templates() -> list[Path]:
    """Every template of ours."""
    return sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))


def _of_module(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in _FUNCTIONS
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
            continue
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        texts = [
            "" if index is None else _literal(node.args[index], place)
            for index in _FUNCTIONS[names[node.func.id]]
        ]
        context, singular, plural = [*texts, ""][:3]
        if singular is not None:
            yield Message(singular=singular, plural=plural or "", context=context or "", place=place)


def _literal(node: ast.expr, place: str) -> str | None:
    """The text of a literal; None for a variable, which holds what `gettext_noop` marked elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        raise NotLiteral(f"{place}: give gettext the whole sentence, with %(named)s places")
    return None
