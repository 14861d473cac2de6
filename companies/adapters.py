"""What allauth asks of us: letters in our look, the history of sign-ins, sealed second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from companies.choices import SignInOutcome, VisitEnding
from companies.letters.account import account_letter
from companies.models import User
from companies.services import record_refusal, record_sign_in
from companies.services.second_factors import seal, unseal
from companies.services.sign_ins import printable
from companies.visiting import close_visit
from core import letters
from core.addresses import client_address
from core.devices import known_mark, mark_browser

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)


def refused(request: HttpRequest, *, email: str, outcome: SignInOutcome, method: str) -> None:
    """Write down an attempt to sign in that did not succeed."""
    record_refusal(
        email=email,
        outcome=outcome,
        method=method,
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        device=known_mark(request),
        now=timezone.now(),
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-ins are written down, letters are in the language of the person and in our look."""

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Mark the browser and write the sign-in down; a new browser is told to the person by e-mail."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        record_sign_in(
            user=user,
            method=_methods(request, user, is_signup=bool(kwargs.get("signup"))),
            address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
            device=mark_browser(request, response),
            now=timezone.now(),
        )
        return response

    def logout(self, request: HttpRequest) -> None:
        """Sign out; a visit to a seller's cabinet ends with it."""
        close_visit(request, ending=VisitEnding.SIGNED_OUT)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write a wrong password down; of the password itself nothing."""
        is_locked = getattr(request, "axes_locked_out", False)
        outcome = SignInOutcome.LOCKED if is_locked else SignInOutcome.FAILED
        refused(request, email=credentials.get("email") or "", outcome=outcome, method="password")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: wrong passwords are counted by axes, in PostgreSQL (fbo_cabinet.lockout)."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address of the client. Raises PermissionDenied when the server was not told any."""
        return client_address(request) or str(super().get_client_ip(request))

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """What the browser says of itself, without what no table takes."""
        return printable(request.headers.get("User-Agent", ""))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person of a change of his sign-in."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter of allauth in the language of the person.

        When the mail server does not take it, the page says so: the answer is the same whoever has the e-mail.
        """
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        language = user.language if user else translation.get_language() or settings.LANGUAGE_CODE
        letter = account_letter(template_prefix, to=email, language=language, context=context)
        try:
            letters.send(letters.message(letter))
        except letters.NotSent as exc:
            log.error("letter_lost", kind=template_prefix, why=str(exc))  # noqa: TRY400 - it is all said
            text = _("The letter could not be sent just now. Try again in a few minutes.")
            messages.error(self.request, text)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The secrets of second factors are sealed in the database."""

    def encrypt(self, text: str) -> str:
        """The secret as it is kept."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret in clear. Raises core.crypto.CannotDecrypt."""
        return unseal(encrypted_text)


def _methods(request: HttpRequest, user: User, *, is_signup: bool) -> str:
    """How the person proved who he is, step by step: `password+totp`."""
    records = get_authentication_records(request, user)
    steps = [record["type"] if record["method"] == "mfa" else record["method"] for record in records]
    return "+".join(dict.fromkeys(steps)) or ("signup" if is_signup else "email")
