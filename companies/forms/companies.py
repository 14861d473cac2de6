"""What a person fills in about a company."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import ZONES
from companies.slugs import LONGEST_SLUG


def zone_choices(now: datetime | None = None) -> list[tuple[str, str]]:
    """The zones of Russia, from west to east, each with its distance from UTC."""
    moment = now or timezone.now()
    return [(name, f"{label}, UTC{moment.astimezone(ZoneInfo(name)):%z}"[:-2]) for name, label in ZONES]


class CompanyForm(forms.Form):
    """A new company: its name, its address in the cabinet, its business day."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As you call it yourself; legal details come later."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        label=_("Address in the cabinet"),
        max_length=LONGEST_SLUG,
        required=False,
        validators=[validate_slug],
        help_text=_("Latin letters, digits and hyphens. Leave it empty and we will make it from the name."),
        error_messages={"invalid": _("Only Latin letters, digits and hyphens.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Business day"),
        choices=zone_choices,
        initial="Europe/Moscow",
        help_text=_("The day begins at midnight in this zone. Marketplaces count by Moscow time."),
    )

    def clean_slug(self) -> str:
        """Addresses are written in small letters."""
        slug: str = self.cleaned_data["slug"]
        return slug.lower()
