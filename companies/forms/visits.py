"""The form with which staff begin a visit to a seller's cabinet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from companies.services.visits import VISIT_MINUTES
from core.text import LineField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from companies.models import Membership

SHORTEST_REASON: Final = 10


class VisitForm(forms.Form):
    """Why, as whom, for how long."""

    reason = LineField(
        label=_("Reason"),
        help_text=_(
            "The seller reads it in his change log: write what he asked for, with the number of the request."
        ),
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    member = forms.TypedChoiceField(
        label=pgettext_lazy("a visit", "As whom"), coerce=int, widget=UnfoldAdminSelectWidget
    )
    minutes = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=VISIT_MINUTES[0], widget=UnfoldAdminRadioSelectWidget
    )

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {member.pk: member for member in members}
        self.fields["member"].choices = [(pk, _member_words(member)) for pk, member in self.members.items()]  # type: ignore[attr-defined]  # a choice field
        self.fields["minutes"].choices = [  # type: ignore[attr-defined]  # a choice field
            (count, ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count})
            for count in VISIT_MINUTES
        ]

    @property
    def chosen(self) -> Membership:
        """The member whom the valid form names."""
        return self.members[self.cleaned_data["member"]]


def _member_words(member: Membership) -> str:
    return f"{member.user} · {member.get_role_display()} · {member.user.email}"
