"""How the accounts are, and what their syncs brought, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from marketplaces.models import AccountStatus, RunOutcome
from marketplaces.registry import streams
from marketplaces.selectors import Freshness, run_message

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from analytics.selectors.health import AccountHealth
    from core.statuses import Tone
    from marketplaces.models import SyncRun

_KEY_ENDS_SOON: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A badge of an account and the sentence below it."""

    label: StrOrPromise
    tone: Tone
    icon: str
    text: str


def told(run: SyncRun) -> str:
    """What a run brought, in a line."""
    if run.outcome in (RunOutcome.FAILED, RunOutcome.SUSPICIOUS, RunOutcome.LOST):
        return run_message(run) or str(run.outcome.label)
    title = streams().title(run.stream)
    found = [
        (_("new %(count)s"), run.inserted),
        (_("changed %(count)s"), run.changed),
        (_("in quarantine %(count)s"), run.quarantined),
    ]
    words = ", ".join(text % {"count": formats.number(count)} for text, count in found if count)
    return f"{title}: {words}"


def note_of(account: AccountHealth) -> Note:
    """How an account is, in a badge and a sentence."""
    if not account.is_active:
        status = account.account.status
        is_going = status == AccountStatus.ERASING
        text = (
            _("The data are being erased.")
            if is_going
            else _("Nothing is synced. The data we have are in place.")
        )
        return Note(label=status.label, tone=status.tone, icon=status.icon, text=text)
    if account.late:
        worst: Tone = (
            "danger" if any(stream.freshness is Freshness.STALE for stream in account.late) else "warning"
        )
        return Note(label=_("Falls behind"), tone=worst, icon="clock", text=_as_of_each(account))
    if account.unread:
        names = ", ".join(str(stream.title).lower() for stream in account.unread)
        text = _("Reading for the first time: %(names)s.") % {"names": names}
        return Note(label=_("First sync"), tone="progress", icon="refresh-cw", text=text)
    left = account.key_days_left
    if left is not None and left <= _KEY_ENDS_SOON:
        text = ngettext(
            "The key works for %(count)d day more.", "The key works for %(count)d days more.", left
        ) % {"count": left}
        return Note(label=_("Key ends soon"), tone="warning", icon="key-round", text=text)
    return Note(label=_("In order"), tone="success", icon="check", text=_as_of_each(account))


def _as_of_each(account: AccountHealth) -> str:
    known = [stream for stream in account.streams if stream.is_on]
    return ", ".join(f"{stream.title} {formats.as_of(stream.as_of)}" for stream in known)
