"""Controls of forms as Django draws them, without a template for each option: filters offer hundreds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape, strip_spaces_between_tags
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WIDGETS: Final = "django/forms/widgets"
_SEVERAL: Final = f"{_WIDGETS}/multiwidget.html"


class Controls(DjangoTemplates):
    """Inputs, choices and lists of options are written here, to the letter as Django's templates write them; the
    rest by its templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The markup of a control, or of whatever else Django renders for a form."""
        widget: Mapping[str, Any] = context.get("widget", {})
        if template_name == _SEVERAL and all(one["template_name"] in _DRAWN for one in widget["subwidgets"]):
            return _several(widget)
        draw = _DRAWN.get(template_name)
        return draw(widget) if draw else super().render(template_name, context, request)


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_text(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _text(value: Any) -> str:
    """A value as `stringformat:'s'` writes it: not in the way of a language."""
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _words(value: Any) -> str:
    """What people read: numbers as their language writes them."""
    return conditional_escape(value if isinstance(value, str | Promise) else localize(value))  # type: ignore[arg-type]  # a lazy text is one


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    told = "" if value is None else f' value="{_text(value)}"'
    name, kind = conditional_escape(widget["name"]), conditional_escape(widget["type"])
    return mark_safe(f'<input type="{kind}" name="{name}"{told}{_attributes(widget["attrs"])}>')  # noqa: S308 - each part is escaped


def _choice(widget: Mapping[str, Any]) -> SafeString:
    if not widget["wrap_label"]:
        return _input(widget)
    key = widget["attrs"].get("id")
    place = f' for="{conditional_escape(key)}"' if key else ""
    return mark_safe(f"<label{place}>{_input(widget)}\n {_words(widget['label'])}</label>")  # noqa: S308 - each part is escaped


def _select(widget: Mapping[str, Any]) -> SafeString:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _place in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_words(group)}">')
        parts += [f"\n  {_option(option)}\n" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def _option(option: Mapping[str, Any]) -> str:
    attributes, label = _attributes(option["attrs"]), _words(option["label"])
    return f'<option value="{_text(option["value"])}"{attributes}>{label}</option>'


def _several(widget: Mapping[str, Any]) -> SafeString:
    parts = (_DRAWN[one["template_name"]](one) for one in widget["subwidgets"])
    return mark_safe(strip_spaces_between_tags("".join(parts)))  # noqa: S308 - each part is a control


_INPUTS: Final = (
    "input", "text", "hidden", "date", "datetime", "time", "number", "email", "url", "password", "checkbox",
)  # fmt: skip
_DRAWN: Final[Mapping[str, Callable[[Mapping[str, Any]], SafeString]]] = {
    **{f"{_WIDGETS}/{name}.html": _input for name in _INPUTS},
    **{f"{_WIDGETS}/{name}.html": _choice for name in ("checkbox_option", "radio_option")},
    f"{_WIDGETS}/select.html": _select,
}
