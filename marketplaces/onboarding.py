"""The way from a new company to a cabinet full of data: which steps are done, which comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from companies.choices import Permission
from companies.selectors.beginnings import beginnings
from core import formats
from core.components import CheckItem
from marketplaces import registry
from marketplaces.models import AccountStatus, MarketplaceAccount, StreamState, SyncRun

if TYPE_CHECKING:
    from companies.models import Company
    from companies.selectors.beginnings import Beginnings
    from companies.selectors.legal import Completeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """The steps in order, and those that may be left out. Once the steps are done, pages need not show them."""

    needed: tuple[CheckItem, ...]
    optional: tuple[CheckItem, ...] = ()

    @property
    def steps(self) -> tuple[CheckItem, ...]:
        """Every step, as a page lists them."""
        return self.needed + self.optional

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do that must be done."""
        return all(step.is_done for step in self.needed)

    @property
    def done(self) -> int:
        """How many of the needed steps are done."""
        return sum(step.is_done for step in self.needed)

    @property
    def note(self) -> str:
        """How far it is, in words."""
        return _("%(done)s of %(total)s") % {"done": self.done, "total": len(self.needed)}


def onboarding(company: Company, *, rights: frozenset[Permission] = frozenset(Permission)) -> Onboarding:
    """The steps of the company: created, an account connected, each stream read once, its details filled in.

    A step carries its button where the rights open the page behind it. Five queries.
    """
    accounts = [
        account
        for account in MarketplaceAccount.objects.for_company(company).order_by("pk")
        if not account.status.is_final
    ]
    states = list(StreamState.objects.for_company(company).filter(account__in=accounts))
    running = {
        run.stream: run
        for run in SyncRun.objects.for_company(company).filter(finished_at=None, external_id="")
    }
    connected = _connected(company, accounts)
    streams = [
        _stream(company, code, title, states, running.get(code)) for code, title in registry.first_streams()
    ]
    details = beginnings(company)
    return Onboarding(
        needed=(
            _created(company),
            _allowed(connected, Permission.MANAGE_ACCOUNTS, rights),
            *(streams if accounts else map(_later, streams)),
            _allowed(_card(company, details.card), Permission.MANAGE_COMPANY, rights),
            _allowed(_payouts(company, details), Permission.MANAGE_PAYOUTS, rights),
        ),
        optional=(_allowed(_colleagues(company, details), Permission.MANAGE_PEOPLE, rights),),
    )


def _allowed(step: CheckItem, permission: Permission, rights: frozenset[Permission]) -> CheckItem:
    """The step, without its button for those who may not press it."""
    return step if permission in rights else replace(step, action="", url="")


def _card(company: Company, card: Completeness) -> CheckItem:
    if card.is_full:
        return CheckItem(name=_("The company card is filled"), is_done=True)
    return CheckItem(
        name=_("Fill the company card"),
        note=_("%(done)s of %(total)s fields.") % {"done": card.filled, "total": card.total},
        action=_("Fill"),
        url=reverse("settings:company", args=[company.slug]),
    )


def _payouts(company: Company, details: Beginnings) -> CheckItem:
    if details.has_payouts:
        return CheckItem(name=_("Payout details are given"), is_done=True)
    return CheckItem(
        name=_("Give the payout details"),
        note=_("The bank account that marketplaces pay to."),
        action=_("Add an account"),
        url=reverse("settings:payout-create", args=[company.slug]),
    )


def _colleagues(company: Company, details: Beginnings) -> CheckItem:
    if details.has_colleagues:
        return CheckItem(name=_("Colleagues are invited"), is_done=True)
    return CheckItem(
        name=_("Invite colleagues"),
        note=_("If you do not work alone: each gets a role of his own."),
        action=_("Invite"),
        url=reverse("settings:invitation-create", args=[company.slug]),
    )


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
        note=_("With the key that you make in its cabinet."),
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
