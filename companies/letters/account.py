"""Letters that allauth sends: proof of the e-mail, a new password, news of a changed sign-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from allauth.account import app_settings
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.devices import device_words
from core.letters import Action, Letter, link, told_moment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Context = Mapping[str, Any]


class UnknownAccountLetter(LookupError):
    """allauth sends a letter for which we have no words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """A change of the sign-in that has happened: told with when, from where and what to do."""

    subject: StrOrPromise
    lead: StrOrPromise


_NEWS: Final[dict[str, _News]] = {
    "account/email/password_changed": _News(
        subject=gettext_lazy("The password was changed"),
        lead=gettext_lazy("The password of your account was changed. The other sessions have ended."),
    ),
    "account/email/password_reset": _News(
        subject=gettext_lazy("A new password was set"),
        lead=gettext_lazy(
            "A new password was set by the link from a letter. All earlier sessions have ended."
        ),
    ),
    "account/email/password_set": _News(
        subject=gettext_lazy("A password was set"),
        lead=gettext_lazy("Your account has a password now."),
    ),
    "account/email/email_changed": _News(
        subject=gettext_lazy("The e-mail of your account was changed"),
        lead=gettext_lazy("From now on you sign in with %(to_email)s instead of %(from_email)s."),
    ),
    "account/email/email_confirm": _News(
        subject=gettext_lazy("The e-mail is confirmed"),
        lead=gettext_lazy("You have confirmed the e-mail of your account."),
    ),
    "account/email/email_deleted": _News(
        subject=gettext_lazy("An e-mail was removed from your account"),
        lead=gettext_lazy("The e-mail %(deleted_email)s does not belong to your account any more."),
    ),
    "mfa/email/totp_activated": _News(
        subject=gettext_lazy("Codes from the app are on"),
        lead=gettext_lazy("From now on a code from the authenticator app is asked at sign-in."),
    ),
    "mfa/email/totp_deactivated": _News(
        subject=gettext_lazy("Codes from the app are off"),
        lead=gettext_lazy("A code from the authenticator app is not asked at sign-in any more."),
    ),
    "mfa/email/webauthn_added": _News(
        subject=gettext_lazy("A passkey was added"),
        lead=gettext_lazy("Your account can be opened with one more passkey."),
    ),
    "mfa/email/webauthn_removed": _News(
        subject=gettext_lazy("A passkey was removed"),
        lead=gettext_lazy("A passkey does not open your account any more."),
    ),
    "mfa/email/recovery_codes_generated": _News(
        subject=gettext_lazy("New recovery codes"),
        lead=gettext_lazy("New recovery codes were made. The earlier ones do not work any more."),
    ),
}


def account_letter(kind: str, *, to: str, language: str, context: Context) -> Letter:
    """The letter for a template prefix of allauth and its context. Raises UnknownAccountLetter."""
    with translation.override(language):
        if kind in _NEWS:
            return _news(_NEWS[kind], to, language, context)
        try:
            write = _WRITERS[kind]
        except KeyError:
            raise UnknownAccountLetter(kind) from None
        return write(to, language, context)


def account_letters() -> list[tuple[str, StrOrPromise]]:
    """Every letter of allauth that we send: its prefix and what it is called."""
    return [*_TITLES.items(), *((kind, news.subject) for kind, news in _NEWS.items())]


def sample_account_letter(kind: str, language: str) -> Letter:
    """The letter with invented data, for the preview. Raises UnknownAccountLetter."""
    page = link("/accounts/sample/MQ-3kY2sample/")
    context = {
        "activate_url": page, "password_reset_url": page, "signup_url": link(reverse("account_signup")),
        "from_email": "anna@example.com", "to_email": "anna.lebedeva@example.com",
        "deleted_email": "anna.old@example.com", "ip": "203.0.113.7", "timestamp": timezone.now(),
        "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Safari/605.1.15",
    }  # fmt: skip
    return account_letter(kind, to="anna@example.com", language=language, context=context)


def _confirmation(to: str, language: str, context: Context) -> Letter:
    days = app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS
    return Letter(
        to=to,
        language=language,
        subject=_("Confirm your e-mail"),
        lead=(_("You gave this e-mail in FBO Cabinet. Confirm that it is yours."),),
        action=Action(label=_("Confirm the e-mail"), url=str(context["activate_url"])),
        after=(
            ngettext("The link works for %(days)d day.", "The link works for %(days)d days.", days)
            % {"days": days},
            _("If it was not you, do nothing: nobody gets in this way."),
        ),
        why=_("This letter came because somebody gave your address in FBO Cabinet."),
    )


def _new_password(to: str, language: str, context: Context) -> Letter:
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return Letter(
        to=to,
        language=language,
        subject=_("A new password for FBO Cabinet"),
        lead=(_("A new password was asked for this e-mail. Set it on the page of the link."),),
        action=Action(label=_("Set a new password"), url=str(context["password_reset_url"])),
        after=(
            ngettext(
                "The link works once, for %(hours)d hour.", "The link works once, for %(hours)d hours.", hours
            )
            % {"hours": hours},
            _("If it was not you, do nothing: the password stays as it is."),
        ),
        why=_("This letter came because a new password was asked on the sign-in page of FBO Cabinet."),
    )


def _exists_already(to: str, language: str, context: Context) -> Letter:
    return Letter(
        to=to,
        language=language,
        subject=_("You have an account already"),
        lead=(
            _("Somebody tried to sign up with this e-mail, and it has an account in FBO Cabinet already."),
            _("If it was you, sign in. If you do not remember the password, set a new one."),
        ),
        action=Action(label=_("Set a new password"), url=str(context["password_reset_url"])),
        after=(_("If it was not you, do nothing: nobody learns that the account exists."),),
        why=_("This letter came because somebody gave your address in FBO Cabinet."),
    )


def _no_account(to: str, language: str, context: Context) -> Letter:
    return Letter(
        to=to,
        language=language,
        subject=_("There is no account with this e-mail"),
        lead=(
            _("A new password was asked for this e-mail, and it has no account in FBO Cabinet."),
            _("Perhaps you signed up with another e-mail. Or sign up with this one."),
        ),
        action=Action(label=_("Sign up"), url=str(context["signup_url"])),
        after=(_("If it was not you, do nothing."),),
        why=_("This letter came because a new password was asked on the sign-in page of FBO Cabinet."),
    )


def _news(news: _News, to: str, language: str, context: Context) -> Letter:
    return Letter(
        to=to,
        language=language,
        subject=str(news.subject),
        lead=(str(news.lead) % context, _("If it was you, there is nothing to do.")),
        facts=(
            (_("When"), told_moment(context["timestamp"])),
            (_("Browser"), device_words(str(context["user_agent"]))),
            (_("From the address"), str(context["ip"])),
        ),
        action=Action(label=_("See where you are signed in"), url=link(reverse("usersessions_list"))),
        after=(_("If it was not you, set a new password at once and end the other sessions."),),
        also=Action(label=_("Set a new password"), url=link(reverse("account_reset_password"))),
        why=_("This letter goes to the owner of the account; it cannot be switched off."),
    )


_WRITERS: Final[dict[str, Callable[[str, str, Context], Letter]]] = {
    "account/email/email_confirmation_signup": _confirmation,
    "account/email/email_confirmation": _confirmation,
    "account/email/password_reset_key": _new_password,
    "account/email/account_already_exists": _exists_already,
    "account/email/unknown_account": _no_account,
}
_TITLES: Final[dict[str, StrOrPromise]] = {
    "account/email/email_confirmation_signup": gettext_lazy("Confirmation of the e-mail"),
    "account/email/password_reset_key": gettext_lazy("Link for a new password"),
    "account/email/account_already_exists": gettext_lazy("Sign-up with an e-mail that has an account"),
    "account/email/unknown_account": gettext_lazy("New password for an unknown e-mail"),
}
