"""The way from a new company to a cabinet full of data: which steps are done, which comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from core import formats
from core.components import CheckItem
from marketplaces import registry
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState, SyncRun

if TYPE_CHECKING:
    from companies.models import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """The steps in order. Once all are done, pages need not show them."""

    steps: tuple[CheckItem, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return all(step.is_done for step in self.steps)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def note(self) -> str:
        """How far it is, in words."""
        return _("%(done)s of %(total)s") % {"done": self.done, "total": len(self.steps)}


def onboarding(company: Company) -> Onboarding:
    """The steps of the company: created, an account connected, each stream read once; three queries."""
    accounts = list(MarketplaceAccount.objects.for_company(company).order_by("pk"))
    states = list(StreamState.objects.for_company(company).filter(account__in=accounts))
    running = {
        run.stream: run
        for run in SyncRun.objects.for_company(company).filter(finished_at=None, external_id="")
    }
    connected = _connected(company, accounts)
    streams = [
        _stream(company, code, title, states, running.get(code))
        for code, title in registry.streams().choices()
    ]
    return Onboarding(steps=(_created(company), connected, *(streams if accounts else map(_later, streams))))


def _created(company: Company) -> CheckItem:
    return CheckItem(name=_("The company is created"), is_done=True, note=company.name)


def _connected(company: Company, accounts: list[MarketplaceAccount]) -> CheckItem:
    rejected = [account for account in accounts if account.status == AccountStatus.REJECTED]
    if rejected and len(rejected) == len(accounts):
        return CheckItem(
            name=_("A marketplace account is connected"),
            is_failed=True,
            note=_("The marketplace does not accept the key."),
            action=_("Replace the key"),
            url=reverse("marketplaces:account-key", args=[company.slug, rejected[0].pk]),
        )
    if accounts:
        titles = ", ".join(account.title for account in accounts[:3])
        return CheckItem(name=_("A marketplace account is connected"), is_done=True, note=titles)
    return CheckItem(
        name=_("Connect a marketplace account"),
        note=_("Two fields: Client-Id and Api-Key."),
        action=_("Connect"),
        url=reverse("marketplaces:account-create", args=[company.slug]),
    )


def _stream(
    company: Company, code: str, title: str, states: list[StreamState], run: SyncRun | None
) -> CheckItem:
    mine = [state for state in states if state.stream == code]
    is_done = any(state.succeeded_at for state in mine)
    is_failed = bool(mine) and not is_done and not any(state.is_on for state in mine)
    name = _("Read: %(stream)s") % {"stream": title}
    sync_url = reverse("marketplaces:sync", args=[company.slug])
    if is_done:
        return CheckItem(name=name, is_done=True)
    if is_failed:
        return CheckItem(
            name=name, is_failed=True, note=_("The key has no right to them."), action=_("Look"), url=sync_url
        )
    return CheckItem(
        name=name,
        note=_running(run, is_connected=bool(mine)),
        action=_("Look") if mine else "",
        url=sync_url if mine else "",
    )


def _running(run: SyncRun | None, *, is_connected: bool) -> str:
    if run is None:
        if is_connected:
            return _("In turn, in a few minutes.")
        return _("By themselves, as soon as an account is connected.")
    done = formats.number(run.done)
    if run.total:
        return _("Being read now: %(done)s of %(total)s") % {"done": done, "total": formats.number(run.total)}
    return _("Being read now: %(done)s") % {"done": done}


def _later(step: CheckItem) -> CheckItem:
    return CheckItem(name=step.name, note=step.note)
