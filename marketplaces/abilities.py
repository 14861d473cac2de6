"""What an account gives and what not, since when and why: the marketplace's word, and the rights of the key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplaces import registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from core.statuses import Tone
    from marketplaces.contracts.accounts import Capability
    from marketplaces.models import MarketplaceAccount

# Nouns that a marketplace may name before this cabinet reads them.
_OTHER_NOUNS: Final[dict[str, StrOrPromise]] = {
    "returns": _("Returns"),
    "supplies": _("Supplies"),
    "finance": _("Finance"),
    "prices": _("Prices"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One noun of one account: read or not, in a word with its tone, since when, and why."""

    title: StrOrPromise
    word: StrOrPromise
    tone: Tone
    icon: str
    since: date | None
    reason: str


def abilities(account: MarketplaceAccount) -> list[Ability]:
    """What the marketplace of the account gives, in the order in which it says so."""
    adapters = registry.adapters()
    if account.marketplace not in adapters:
        return []
    return [_ability(capability, account) for capability in adapters[account.marketplace].capabilities]


def _ability(capability: Capability, account: MarketplaceAccount) -> Ability:
    titles: dict[str, StrOrPromise] = {**_OTHER_NOUNS, **dict(registry.streams().choices())}
    is_missing = capability.stream in account.missing
    word, tone, icon = _verdict(is_available=capability.is_available, is_missing=is_missing)
    reason = gettext(capability.reason) if capability.reason else ""
    if is_missing:
        reason = gettext(
            "The key has no right to this: its pages stay empty. Replace the key by one with the role."
        )
    return Ability(
        title=titles.get(capability.stream, capability.stream),
        word=word,
        tone=tone,
        icon=icon,
        since=date.fromisoformat(capability.since) if capability.since else None,
        reason=reason,
    )


def _verdict(*, is_available: bool, is_missing: bool) -> tuple[StrOrPromise, Tone, str]:
    if not is_available:
        return _("not read"), "neutral", "ban"
    return (_("no right"), "danger", "key-round") if is_missing else (_("read"), "success", "check")
