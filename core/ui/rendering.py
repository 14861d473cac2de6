"""How a component renders its template."""

from __future__ import annotations

from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe


def component(name: str, /, **variables: Any) -> SafeString:
    """Render templates/components/<name>.html with these variables and nothing else."""
    return inner(get_template(f"components/{name}.html").render(variables))


def inner(markup: str) -> SafeString:
    """Rendered markup without the white space around it, so that a component fits into a line of text."""
    return mark_safe(markup.strip())  # noqa: S308 - rendered template output
