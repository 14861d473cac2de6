"""The error catalogue: what happened, whose side, what is safe, what to do; in the seller's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from django_stubs_ext import StrOrPromise


class Side(StrEnum):
    """Whose side the trouble is on."""

    THEIRS = "theirs"
    OURS = "ours"
    YOURS = "yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trouble. `title` may name `%(marketplace)s`; `advice` is what the seller does, empty: nothing."""

    title: StrOrPromise
    side: Side
    is_safe: StrOrPromise
    advice: StrOrPromise = ""


_KEPT = _("The data we have are in place.")

ERRORS: Final[dict[str, Entry]] = {
    "temporary": Entry(
        title=_("%(marketplace)s does not answer or answers with an error."), side=Side.THEIRS, is_safe=_KEPT
    ),
    "rate_limited": Entry(
        title=_("%(marketplace)s asks for a pause: too many requests."), side=Side.THEIRS, is_safe=_KEPT
    ),
    "waits_for_turn": Entry(
        title=_("%(marketplace)s allows the next request later; the reading goes on then by itself."),
        side=Side.THEIRS,
        is_safe=_("What was read is saved."),
    ),
    "credentials_rejected": Entry(
        title=_("%(marketplace)s does not accept the key: it is wrong, revoked or expired."),
        side=Side.YOURS,
        is_safe=_("The data we have are in place, nothing is asked with this key any more."),
        advice=_("Make a new key in the marketplace's cabinet and replace it here."),
    ),
    "right_missing": Entry(
        title=_("The key has no right to read this in %(marketplace)s."),
        side=Side.YOURS,
        is_safe=_("The other data are synced as before."),
        advice=_("Add the role to the key, or make a key with it and replace it here."),
    ),
    "request_rejected": Entry(
        title=_("%(marketplace)s understood the request and refused it."),
        side=Side.THEIRS,
        is_safe=_KEPT,
        advice=_("Check that the object still exists in the marketplace's cabinet."),
    ),
    "cursor_rejected": Entry(
        title=_("%(marketplace)s has forgotten where we stopped."), side=Side.THEIRS, is_safe=_KEPT
    ),
    "unexpected_response": Entry(
        title=_("The answer of %(marketplace)s cannot be read: its shape has changed."),
        side=Side.OURS,
        is_safe=_KEPT,
    ),
    "suspicious_empty": Entry(
        title=_("%(marketplace)s sent nothing where there was something before."),
        side=Side.THEIRS,
        is_safe=_("Nothing is overwritten."),
    ),
    "worker_lost": Entry(
        title=_("The run was cut off."), side=Side.OURS, is_safe=_("What was read is saved.")
    ),
    "account_stopped": Entry(
        title=_("The account was stopped while it was read."),
        side=Side.YOURS,
        is_safe=_("What was read is saved."),
    ),
    "continues": Entry(
        title=_("There is a lot to read."), side=Side.OURS, is_safe=_("What was read is saved.")
    ),
    "unexpected": Entry(
        title=_("An error of ours: it is recorded and will be looked at."), side=Side.OURS, is_safe=_KEPT
    ),
}

# Why a record stands in quarantine (the codes of contracts.pages.Rejected.reason).
REASONS: Final[dict[str, StrOrPromise]] = {
    "wrong_type": _("A value of another kind than agreed"),
    "missing_field": _("A required value is missing"),
    "out_of_range": _("A value that cannot be"),
    "unreadable": _("The record cannot be read"),
    "bad_sum": _("The sums do not agree"),
    "mixed_currency": _("Several currencies in one record"),
    "missing_record": _("Named in the list, absent from the details"),
    "not_listed": _("No longer in the marketplace's list; it stays here as it was"),
    "no_lines": _("An order without positions"),
    "from_the_future": _("A date in the future"),
    "unknown_listing": _("An item that the assortment does not know"),
}


def entry(code: str) -> Entry:
    """The entry of the code; that of `unexpected` for a code nobody wrote an entry for."""
    return ERRORS.get(code, ERRORS["unexpected"])


def reason_title(code: str) -> str:
    """Why a record stands in quarantine, in words."""
    return str(REASONS.get(code, REASONS["unreadable"]))


def message(code: str, *, marketplace: str, zone: ZoneInfo, next_at: datetime | None = None) -> str:
    """What the seller is told: what happened, what is safe, what to do, when it is tried again."""
    found = entry(code)
    parts = [str(found.title) % {"marketplace": marketplace}, str(found.is_safe), str(found.advice)]
    if next_at is not None:
        parts.append(_when(next_at, zone))
    return " ".join(part for part in parts if part)


def _when(moment: datetime, zone: ZoneInfo) -> str:
    local = timezone.localtime(moment, zone)
    if local.date() == timezone.localtime(timezone.now(), zone).date():
        return say("We will try again at %(time)s.") % {"time": date_format(local, "H:i")}
    return say("We will try again on %(day)s at %(time)s.") % {
        "day": date_format(local, "j E"),
        "time": date_format(local, "H:i"),
    }
