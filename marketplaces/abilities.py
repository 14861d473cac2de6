"""What an account gives and what not, since when and why: the marketplace's word, the rights of the key, the state
of the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.statuses import StatusChoices
from marketplaces import registry
from marketplaces.contracts.accounts import NOUNS, Capability
from marketplaces.models import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

PUSH: Final = "push"
_OTHER_NOUNS: Final[dict[str, StrOrPromise]] = {
    "products": _("Products"),
    "stock": _("Stock"),
    "orders": _("Orders"),
    "tariffs": _("Tariffs"),
    "returns": _("Returns"),
    "supplies": _("Supplies"),
    "finance": _("Finance"),
    "prices": _("Prices"),
    PUSH: _("Notices"),
}


class Verdict(StatusChoices):
    """Whether a noun of an account comes into the cabinet."""

    READ = "read", "success", "check", False, _("read")
    ON = "on", "success", "check", False, _("on")
    NO_RIGHT = "no_right", "danger", "key-round", False, _("no right")
    PAUSED = "paused", "neutral", "pause", False, _("paused")
    STOPPED = "stopped", "neutral", "unplug", False, _("stopped")
    OFF = "off", "neutral", "ban", False, _("off")
    NOT_READ = "not_read", "neutral", "clock", False, _("not read by the cabinet yet")
    NOT_GIVEN = "not_given", "neutral", "ban", False, _("not given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One noun of one account: what comes of it, since when that is so (None: from the beginning), and why."""

    noun: str
    title: StrOrPromise
    verdict: Verdict
    since: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityRow:
    """One noun of several accounts, in their order."""

    title: StrOrPromise
    cells: tuple[tuple[MarketplaceAccount, Ability], ...]


def abilities(account: MarketplaceAccount, *, company: Company) -> list[Ability]:
    """What the account gives, noun by noun; asks nothing of the database."""
    adapters = registry.adapters()
    if account.marketplace not in adapters:
        return []
    known = {one.stream: one for one in adapters[account.marketplace].capabilities}
    # What a marketplace does not speak of is nothing that the cabinet could read.
    return [
        _ability(known.get(noun, Capability(stream=noun, is_available=False)), account, company)
        for noun in (*NOUNS, *(noun for noun in known if noun not in NOUNS))
    ]


def ability_rows(accounts: Sequence[MarketplaceAccount], *, company: Company) -> list[AbilityRow]:
    """The accounts side by side, a row for each noun."""
    columns = [{one.noun: one for one in abilities(account, company=company)} for account in accounts]
    nouns = dict.fromkeys(noun for column in columns for noun in column)
    return [
        AbilityRow(
            title=_title(noun),
            cells=tuple(
                (account, column.get(noun, Ability(noun=noun, title=_title(noun), verdict=Verdict.NOT_GIVEN)))
                for account, column in zip(accounts, columns, strict=True)
            ),
        )
        for noun in nouns
    ]


def _ability(capability: Capability, account: MarketplaceAccount, company: Company) -> Ability:
    noun = capability.stream
    if not capability.is_available:
        return Ability(
            noun=noun,
            title=_title(noun),
            verdict=Verdict.NOT_READ if capability.is_given else Verdict.NOT_GIVEN,
            since=date.fromisoformat(capability.since) if capability.since else None,
            reason=gettext(capability.reason) if capability.reason else "",
        )
    verdict, since, reason = _of_account(noun, account, company)
    return Ability(noun=noun, title=_title(noun), verdict=verdict, since=since, reason=reason)


def _of_account(noun: str, account: MarketplaceAccount, company: Company) -> tuple[Verdict, date | None, str]:
    """What the state of the account and the rights of its key make of a noun that the cabinet reads."""
    if account.status.is_final:
        since = account.disconnected_at and timezone.localtime(account.disconnected_at, company.zone).date()
        return Verdict.STOPPED, since, gettext("The account is disconnected; what was read before stays.")
    if account.status == AccountStatus.REJECTED:
        return Verdict.STOPPED, None, gettext("The marketplace does not accept the key. Replace it.")
    if account.status == AccountStatus.PAUSED:
        return (
            Verdict.PAUSED,
            None,
            gettext("The account is paused. Resume it, and the missed days are read."),
        )
    if noun in account.missing:
        told = gettext(
            "The key has no right to this: its pages stay empty. Replace the key by one with the role."
        )
        return Verdict.NO_RIGHT, None, told
    if noun != PUSH:
        return Verdict.READ, None, ""
    if account.push_is_on:
        return Verdict.ON, None, gettext("Changes come at once.")
    return (
        Verdict.OFF,
        None,
        gettext(
            "The marketplace cannot reach this cabinet or did not accept its address; changes come with the schedule."
        ),
    )


def _title(noun: str) -> StrOrPromise:
    streams = registry.streams()
    return str(streams[noun].title) if noun in streams else _OTHER_NOUNS.get(noun, noun)
