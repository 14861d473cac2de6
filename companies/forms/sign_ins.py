"""The second step of signing in: a wrong code is a line of the history."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError

from companies.adapters import refused
from companies.choices import SignInOutcome


class _RecordsWrongCodes:
    def clean_code(self) -> str:
        """The code. Raises ValidationError for a wrong one, and when too many were tried."""
        try:
            return super().clean_code()  # type: ignore[misc,no-any-return]  # the other base has it
        except ValidationError as exc:
            outcome = SignInOutcome.FAILED if exc.code == "incorrect_code" else SignInOutcome.LOCKED
            refused(context.request, email=self.user.email, outcome=outcome, method="code")  # type: ignore[attr-defined]
            raise


class CodeForm(_RecordsWrongCodes, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code asked after the password."""


class ConfirmingCodeForm(_RecordsWrongCodes, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code asked before something weighty is changed."""
