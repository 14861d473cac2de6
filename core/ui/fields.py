"""Fields and the summary of errors."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.ui.rendering import component

register = template.Library()


@register.simple_tag
def field(
    bound: forms.BoundField,
    *,
    span: int = 6,
    label: Any = "",
    help: Any = None,  # noqa: A002 - what the field itself calls it
    ok: Any = "",
    optional: bool | None = None,
    css: str = "",
    placeholder: Any = "",
    autofocus: bool = False,
) -> SafeString:
    """A form field: label, help, error above the control, wired for readers. `span` is of six columns.

    `placeholder=False` drops the one that the widget brings, `help` replaces the field's own, an empty one
    drops it.
    """
    if bound.is_hidden:
        return mark_safe(str(bound))  # noqa: S308 - Django's own markup
    if help is not None:
        bound.help_text = help
    kind = _kind(bound)
    if kind == "options":
        bound.field.widget.attrs["class"] = "check"
    return component(
        "field",
        bound=bound, kind=kind, span=span, ok=ok, label=label or bound.label,
        # The options of a choice are drawn one by one.
        control="" if kind == "options" else _control(
            bound, kind=kind, css=css, placeholder=placeholder, autofocus=autofocus
        ),
        is_optional=not bound.field.required and kind != "check" if optional is None else optional,
    )  # fmt: skip


@register.simple_tag
def form_fields(form: forms.BaseForm) -> SafeString:
    """Every field of a form, one under another, hidden ones included."""
    return mark_safe("".join(field(bound) for bound in form))  # noqa: S308 - each part is a component


@register.simple_tag
def form_errors(form: forms.BaseForm, *, title: Any = "", focus: bool = True) -> SafeString:
    """The summary that comes first after a failed save, each line linked to its field."""
    rows = [
        (form[name], error) for name, errors in form.errors.items() if name != "__all__" for error in errors
    ]
    return component(
        "form_errors",
        rows=rows,
        general=form.non_field_errors(),
        title=title or _("Not saved"),
        focus=focus,
    )


def _kind(bound: forms.BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "options"
    if isinstance(widget, forms.Select):
        return "select"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


def _control(
    bound: forms.BoundField, *, kind: str, css: str, placeholder: Any, autofocus: bool
) -> SafeString:
    described = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, ["check" if kind == "options" else kind, css]))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if placeholder is False:
        bound.field.widget.attrs.pop("placeholder", None)
    elif placeholder:
        attrs["placeholder"] = placeholder
    if autofocus:
        attrs["autofocus"] = True
    return bound.as_widget(attrs=attrs)
