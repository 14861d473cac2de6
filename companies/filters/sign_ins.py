"""The filters of the history of sign-ins."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from companies.choices import SignInOutcome
from core.filters import AnyOfFilter, ListFilterSet


class SignInFilter(ListFilterSet):
    """How the attempts ended, and whether the browser was new."""

    outcome = AnyOfFilter(label=_("Outcome"), choices=SignInOutcome.choices)
    is_new_device = django_filters.ChoiceFilter(
        label=_("Browser"), choices=[("true", _("only new ones"))], empty_label=_("any")
    )
