"""The columns of the history of sign-ins."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from companies.choices import SignInOutcome
from core.tables import BaseTable, Column


class SignInTable(BaseTable):
    """Attempts to sign in, the newest first."""

    default_sort: ClassVar[str] = "-at"

    user_agent = Column(_("Browser"), css="fit k-full")
    outcome = Column(_("Outcome"), statuses=SignInOutcome, css="tight")
    address = Column(_("Address"), css="tight")
    at = Column(_("When"), kind="moment", sort="at", css="n tight")
