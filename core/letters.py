"""Letters: what one person is told by e-mail, as text and as HTML, and how it is sent. The kinds are in the apps."""

from __future__ import annotations

import re
import secrets
import smtplib
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from celery import current_app
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from core import formats

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from django_stubs_ext import StrOrPromise

log = structlog.get_logger(__name__)

TASK: Final = "core.send_letter"
# How long a letter that was sent is remembered, so that a task delivered twice sends it once.
_REMEMBERED_SECONDS: Final = 86_400
_LONGEST_SUBJECT: Final = 150
# A row of digits this long is an account number, however it is spaced.
_NUMBER: Final = re.compile(r"\d(?:[\s.\-]?\d){14,}")
_ADDRESS_IN_NAME: Final = re.compile(r"(?<=\w)\.(?=\w{2,})")


class UnknownLetter(LookupError):
    """No class of settings.LETTERS has this kind."""


class NotSent(Exception):
    """The mail server did not take the letter; worth another try. Carries nothing of the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A link of a letter: the button, or a plain one below the text."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is told. All texts are plain, in `language`: both bodies are made from them.

    `lead` stands above the facts, `after` below the link, with a second link in plain, `why` at the foot: why this
    person gets the letter.
    """

    to: str
    language: str
    subject: str
    lead: tuple[str, ...]
    why: str
    facts: tuple[tuple[str, str], ...] = ()
    action: Action | None = None
    after: tuple[str, ...] = ()
    also: Action | None = None


class LetterKind(ABC):
    """A kind of letter, listed in settings.LETTERS. Ids come in, so that nothing secret waits in a queue."""

    kind: ClassVar[str]
    title: ClassVar[StrOrPromise]

    @abstractmethod
    def write(self, **ids: int) -> Letter | None:
        """The letter; None when there is nothing to tell any more: the row or the right is gone."""

    @abstractmethod
    def sample(self, language: str) -> Letter:
        """A letter about invented people, for the preview."""


def post(kind: str, **ids: int) -> None:
    """Send a letter of this kind to one person as soon as the transaction commits. Raises UnknownLetter."""
    if kind not in kinds():
        raise UnknownLetter(kind)
    transaction.on_commit(partial(_hand_over, kind, ids, secrets.token_hex(16)))


@cache
def kinds() -> Mapping[str, LetterKind]:
    """Every kind of letter by its name. Raises ImproperlyConfigured when two have the same."""
    found: dict[str, LetterKind] = {}
    for path in settings.LETTERS:
        kind = import_string(path)()
        if kind.kind in found:
            raise ImproperlyConfigured(f"LETTERS: two classes have the kind {kind.kind!r}.")
        found[kind.kind] = kind
    return found


def deliver(kind: str, ids: Mapping[str, int], *, mark: str) -> bool:
    """Write the letter and give it to the mail server; whether there was one. Raises NotSent."""
    letter = kinds()[kind].write(**ids)
    if letter is None:
        log.info("letter_needless", kind=kind, **ids)
        return False
    try:
        send(message(letter, mark=mark))
    except NotSent as exc:
        log.warning("letter_not_sent", kind=kind, why=str(exc), **ids)
        raise
    log.info("letter_sent", kind=kind, **ids)
    return True


def deliver_once(kind: str, ids: Mapping[str, int], *, mark: str) -> bool:
    """`deliver`, unless a letter with this mark was handed to the mail server before. Raises NotSent.

    A worker that dies between the two steps leaves a letter unsent rather than sent twice.
    """
    key = f"letter:{mark}"
    if not shared_cache.add(key, 1, _REMEMBERED_SECONDS):
        log.warning("letter_seen_before", kind=kind, **ids)
        return False
    try:
        return deliver(kind, ids, mark=mark)
    except NotSent:
        shared_cache.delete(key)
        raise


def send(mail: EmailMultiAlternatives) -> None:
    """Give a message to the mail server. Raises NotSent; a refusal for good is logged and not raised."""
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as exc:
        # Neither the exception nor its cause goes on: they quote addresses and parts of the letter.
        reason, is_final = _reason(exc), _is_final(exc)
    else:
        return
    if not is_final:
        raise NotSent(reason)
    log.error("letter_refused", why=reason)


def message(letter: Letter, *, mark: str = "") -> EmailMultiAlternatives:
    """The letter as an e-mail with a text and an HTML body. `mark` makes the Message-ID: a copy is known as one."""
    subject, text, html = render(letter)
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if mark:
        headers["Message-ID"] = f"<{mark}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
    mail = EmailMultiAlternatives(subject, text, None, [letter.to], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


def render(letter: Letter) -> tuple[str, str, str]:
    """Subject, text and HTML of the letter."""
    with translation.override(letter.language):
        context = {"letter": letter, "subject": one_line(letter.subject), "home": settings.PUBLIC_URL}
        text = render_to_string("letters/letter.txt", context)
        html = render_to_string("letters/letter.html", context)
    subject = one_line(letter.subject)
    if len(subject) > _LONGEST_SUBJECT:
        subject = f"{subject[: _LONGEST_SUBJECT - 1].rstrip()}…"
    return subject, text.strip() + "\n", html.strip() + "\n"


def link(path: str) -> str:
    """The address of a page, as it is written in a letter."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def one_line(text: str) -> str:
    """The text without line breaks, control and direction marks: fit for a subject or a line of facts."""
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf"))


def name_of(text: str) -> str:
    """A name that somebody chose, shown to a person who does not know him: mail programs find no link in it."""
    return _ADDRESS_IN_NAME.sub(". ", one_line(text).replace("://", ": "))[:120]


def mask_numbers(text: str) -> str:
    """The text with every account number in it cut to its last four digits."""
    return _NUMBER.sub(lambda found: f"…{re.sub(r'[^0-9]', '', found.group())[-4:]}", text)


def told_moment(value: datetime, zone: tzinfo | None = None) -> str:
    """`24 ноября, 22:14 МСК`: a moment in words that stay true whenever and wherever the letter is read."""
    local = value.astimezone(zone or ZoneInfo(settings.BUSINESS_TIME_ZONE))
    hours = local.strftime("%z")
    name = _("MSK") if hours == "+0300" else f"UTC{hours[:3]}:{hours[3:]}"
    return f"{formats.long_day(local.date())}, {local:%H:%M} {name}"


def _hand_over(kind: str, ids: dict[str, int], mark: str) -> None:
    if settings.LETTERS_ARE_QUEUED:
        try:
            current_app.send_task(TASK, kwargs={"kind": kind, "ids": ids, "mark": mark}, retry=False)
        except OperationalError:
            log.warning("broker_unreachable", letter=kind)
        else:
            return
    try:
        deliver(kind, ids, mark=mark)
    except NotSent:
        # Nobody is left to try again, and the change that the letter tells of is made.
        log.error("letter_lost", kind=kind, **ids)  # noqa: TRY400 - the traceback quotes the letter


def _reason(exc: Exception) -> str:
    code = getattr(exc, "smtp_code", None)
    return f"{type(exc).__name__} {code}" if code else type(exc).__name__


def _is_final(exc: Exception) -> bool:
    """Whether the server said no for good: the address does not exist, the letter is unwanted."""
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _words in exc.recipients.values())
    # A wrong password of ours is mended by the operator.
    if isinstance(exc, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(exc, smtplib.SMTPResponseException) and 500 <= exc.smtp_code < 600
