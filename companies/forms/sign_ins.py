"""The second step of signing in: a wrong code is a line of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.adapters import refused
from companies.choices import SignInOutcome
from companies.selectors import wait_for_codes
from core import formats

if TYPE_CHECKING:
    from datetime import timedelta

    from companies.models import User


class _RecordsWrongCodes:
    def clean_code(self) -> str:
        """The code. Raises ValidationError for a wrong one, and when too many were tried."""
        try:
            return super().clean_code()  # type: ignore[misc,no-any-return]  # the other base has it
        except ValidationError as exc:
            user: User = self.user  # type: ignore[attr-defined]  # as above
            is_wrong = exc.code == "incorrect_code"
            outcome = SignInOutcome.FAILED if is_wrong else SignInOutcome.LOCKED
            refused(context.request, email=user.email, outcome=outcome, method="code")
            if is_wrong:
                raise
            raise _too_many(wait_for_codes(user)) from exc


def _too_many(wait: timedelta) -> ValidationError:
    opens_at = formats.clock(timezone.now() + wait)
    return ValidationError(
        _("Too many wrong codes. Even a right one is refused for %(wait)s more, until %(time)s Moscow time."),
        code="too_many",
        params={"wait": formats.duration(wait), "time": opens_at},
    )


class CodeForm(_RecordsWrongCodes, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code asked after the password."""


class ConfirmingCodeForm(_RecordsWrongCodes, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code asked before something weighty is changed."""
