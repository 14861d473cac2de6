"""Status enums that carry their label, tone, icon and groups, and the field that gives the member back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

Tone = Literal["neutral", "info", "progress", "success", "warning", "danger"]


class StatusChoices(models.TextChoices):
    """A TextChoices whose members are written as `value, label, tone, icon, is_final`.

    `icon` is the name of a lucide icon; `is_final` says that nothing moves the row on by itself.
    """

    tone: Tone
    icon: str
    is_final: bool

    def __new__(cls, value: str, tone: Tone, icon: str, is_final: bool) -> Self:  # noqa: FBT001 - members are tuples
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        member.icon = icon
        member.is_final = is_final
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of a stored value. Raises ValueError for a value that the enum does not know."""
        return cls(value)  # type: ignore[call-arg]  # looked up by value, not made

    @classmethod
    def finals(cls) -> list[Self]:
        """The members after which nothing happens by itself."""
        return [member for member in cls if member.is_final]


class StatusField(models.CharField):  # type: ignore[type-arg]  # generic only in the stubs
    """A CharField that stores a StatusChoices value and returns the member.

    A value that the enum does not know comes back as a plain string rather than failing the page.
    """

    def __init__(self, *args: Any, statuses: type[StatusChoices], **kwargs: Any) -> None:
        self.statuses = statuses
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["statuses"] = self.statuses
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, *_: object) -> StatusChoices | str | None:
        return value if value is None else self._member(value)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, self.statuses) else self._member(str(value))

    def _member(self, value: str) -> StatusChoices | str:
        try:
            return self.statuses.of(value)
        except ValueError:
            return value

    @property
    def flatchoices(self) -> list[tuple[str, StrOrPromise]]:
        """Labels for the admin and for filters, without choices in the migration."""
        return [(member.value, member.label) for member in self.statuses]
