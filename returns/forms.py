"""The form of a rule of reasons in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.text import LineField
from marketplaces import registry
from returns.choices import MatchBy
from returns.models import Reason, ReasonRule
from returns.selectors.preview import moved_by
from returns.selectors.rulebook import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from returns.selectors.preview import Moved

_RULE = ("marketplace", "match_by", "words", "reason", "priority", "is_active")
# Lines of a preview; the sum is told of all.
_MOST_LINES = 20


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A rule, or what it would move when only that is asked."""

    words = LineField(label=gettext_lazy("Words"), max_length=300)
    marketplace = forms.ChoiceField(label=gettext_lazy("Marketplace"), required=False)
    only_preview = forms.BooleanField(
        label=gettext_lazy("Only show what it would move, keep nothing"), required=False
    )

    class Meta:
        model = ReasonRule
        fields: ClassVar = _RULE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("any")), *registry.choices()]
        self.fields["marketplace"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if "reason" in self.fields:
            offered = Q(is_active=True) | Q(pk=self.instance.reason_id)
            self.fields["reason"].queryset = Reason.objects.filter(offered).order_by("group", "name")  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        """Refuse words that fit everything or have their rule; a preview is told as an error, so that nothing is kept."""
        cleaned: dict[str, Any] = super().clean() or {}
        words, match_by = cleaned.get("words", ""), cleaned.get("match_by")
        if match_by == MatchBy.PART and len(plain(words)) < 3:
            self.add_error("words", _("A part of the text needs three letters at least."))
        self._refuse_a_twin(cleaned)
        if cleaned.get("only_preview") and not self.errors:
            rule = ReasonRule(pk=self.instance.pk, **{name: cleaned[name] for name in _RULE})
            moved = moved_by(rule)
            raise forms.ValidationError([preview_line(moved), *map(_line, moved[:_MOST_LINES])])
        self.instance.changed_at = timezone.now()
        return cleaned

    def _refuse_a_twin(self, cleaned: dict[str, Any]) -> None:
        """Of two active rules for the same words one would never be asked."""
        if self.errors or not cleaned["is_active"]:
            return
        others = ReasonRule.objects.filter(
            is_active=True, marketplace=cleaned["marketplace"], match_by=cleaned["match_by"]
        ).exclude(pk=self.instance.pk)
        for other in others:
            if plain(other.words) == plain(cleaned["words"]):
                said = _("There is a rule for these words already: %(words)s.") % {"words": other.words}
                self.add_error("words", said)
                return


def preview_line(moved: Sequence[Moved]) -> str:
    """How many returns would get another reason."""
    count = sum(one.seen for one in moved)
    return ngettext(
        "%(count)s return would get another reason.", "%(count)s returns would get another reason.", count
    ) % {"count": count}


def _line(one: Moved) -> str:
    return f"{one.word.words or one.word.words_id}: {one.old or '—'} → {one.new or '—'} ({one.seen})"
