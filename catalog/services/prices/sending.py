"""Sending queued prices: marked as sent and committed first, then sent, once.

A row leaves QUEUED before anything goes over the network, so a worker that dies at any moment leaves a row that is
QUEUED (nothing was sent) or SENT (perhaps it was): the first is sent by the next run, the second is only read back.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

import structlog
from django.db import transaction
from django.utils import timezone

from catalog.choices import ChangeState
from catalog.models import PriceChange
from catalog.services.prices.answers import write_answers
from catalog.services.prices.finishing import decide
from catalog.services.prices.wishes import reason_text, setter_of, wish_of
from core.locks import lock_until_commit
from marketplaces.connections import open_adapter
from marketplaces.errors import (
    CredentialsRejected,
    MarketplaceError,
    RateLimited,
    RequestRejected,
    RightMissing,
)
from marketplaces.models import AccountStatus, MarketplaceAccount
from marketplaces.sync.endings import stop_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from marketplaces.adapter import SetsPrices
    from marketplaces.contracts.prices import PricesSent, PriceWish

log = structlog.get_logger(__name__)

# As many as one look into the queue takes; the portion is cut from them by the marketplace's rules.
_LOOKED_AT: Final = 20_000
FIRST_CHECK: Final = timedelta(seconds=10)
_REFERENCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a try to send did: how many prices left, whether more wait, and from when on they may go."""

    sent: int = 0
    has_more: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portion:
    """Rows that are marked as sent, of one request."""

    company_id: int
    token: uuid.UUID
    wishes: tuple[PriceWish, ...]
    has_more: bool

    @property
    def rows(self) -> QuerySet[PriceChange]:
        """The rows that nobody has decided meanwhile."""
        return PriceChange.objects.for_company(self.company_id).filter(
            portion=self.token, state=ChangeState.SENT
        )


def accounts_to_send() -> list[int]:
    """The accounts whose queue holds prices."""
    rows = PriceChange.all_companies.filter(state=ChangeState.QUEUED).order_by("account_id")
    return list(rows.values_list("account_id", flat=True).distinct())


def send_next_portion(*, account_id: int) -> Sending:
    """Send the next portion of an account's queue, once.

    Nothing of the marketplace is raised: a refusal decides the rows, a limit puts them back into the queue, and
    after any other failure they stay SENT, to be read back.
    """
    account: MarketplaceAccount | None = (
        MarketplaceAccount.all_companies.select_related("company").filter(pk=account_id).first()
    )
    if account is None:
        return Sending()
    if account.status != AccountStatus.ACTIVE:
        return _give_up(account, code="account_off")
    if setter_of(account.marketplace) is None:
        return _give_up(account, code="cannot_set")
    try:
        with open_adapter(account) as adapter:
            return _send(account, cast("SetsPrices", adapter))
    except CredentialsRejected as exc:
        # Raised before a portion was marked, when the sealed key cannot be opened.
        log.warning("prices_not_sent", account=account.pk, why=str(exc))
        stop_account(account)
        return _give_up(account, code="key_refused")


def _send(account: MarketplaceAccount, adapter: SetsPrices) -> Sending:
    portion = _claim(account, type(adapter))
    if portion is None:
        return Sending()
    try:
        answer = adapter.send_prices(portion.wishes)
    except RateLimited as exc:
        # Our own limiter before the request, or their refusal of it: nothing was taken.
        _put_back(portion)
        return Sending(has_more=True, retry_after=exc.retry_after)
    except CredentialsRejected as exc:
        log.warning("prices_refused", account=account.pk, why=str(exc))
        stop_account(account)
        _reject(portion, code="key_refused", text="")
        return _give_up(account, code="key_refused")
    except RightMissing as exc:
        log.warning("prices_refused", account=account.pk, why=str(exc))
        _reject(portion, code="right_missing", text="")
        return _give_up(account, code="right_missing")
    except RequestRejected as exc:
        log.warning("prices_refused", account=account.pk, why=str(exc))
        _reject(portion, code="portion_refused", text=str(exc))
    except MarketplaceError as exc:
        # Nobody knows whether it arrived: the rows stay as they are and are read back.
        log.warning("prices_unanswered", account=account.pk, code=exc.code, why=str(exc))
    else:
        _keep_answer(account, portion, answer)
    return Sending(sent=len(portion.wishes), has_more=portion.has_more)


@transaction.atomic
def _claim(account: MarketplaceAccount, setter: type[SetsPrices]) -> _Portion | None:
    """Mark the next portion as sent, so that nobody sends it again whatever happens next."""
    rows = list(
        PriceChange.objects.for_company(account.company_id)
        .filter(account=account, state=ChangeState.QUEUED)
        .select_related("listing")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:_LOOKED_AT]
    )
    if not rows:
        return None
    wishes = setter.price_portions([wish_of(row, row.listing) for row in rows])[0]
    taken = _taken(rows, wishes, prices_cards=setter.prices_cards)
    token, now = uuid.uuid4(), timezone.now()
    PriceChange.objects.for_company(account.company_id).filter(pk__in=taken).update(
        state=ChangeState.SENT,
        portion=token,
        reference="",
        sent_at=now,
        checks=0,
        check_at=now + FIRST_CHECK,
    )
    return _Portion(
        company_id=account.company_id, token=token, wishes=wishes, has_more=len(taken) < len(rows)
    )


def _taken(rows: Sequence[PriceChange], wishes: Sequence[PriceWish], *, prices_cards: bool) -> list[int]:
    """The rows that go with the wishes: their own, and those of other sizes that get their price with them."""
    items = {wish.external_id for wish in wishes}
    cards = {wish.card_id for wish in wishes if wish.card_id} if prices_cards else set()
    return [row.pk for row in rows if row.listing.external_id in items or row.listing.card_id in cards]


@transaction.atomic
def _keep_answer(account: MarketplaceAccount, portion: _Portion, answer: PricesSent) -> None:
    # Before the rows, as who reads them back does.
    lock_until_commit("prices", account.company_id)
    portion.rows.update(reference=answer.reference[:_REFERENCE])
    write_answers(account=account, rows=portion.rows, answers=answer.answers)


@transaction.atomic
def _put_back(portion: _Portion) -> None:
    portion.rows.update(state=ChangeState.QUEUED, portion=None, sent_at=None, check_at=None)


@transaction.atomic
def _reject(portion: _Portion, *, code: str, text: str) -> None:
    decide(portion.rows, state=ChangeState.REJECTED, code=code, reason=text or reason_text(code))


@transaction.atomic
def _give_up(account: MarketplaceAccount, *, code: str) -> Sending:
    """Decide the whole queue: prices must not leave days later, when the account has long been forgotten."""
    queue = PriceChange.objects.for_company(account.company_id).filter(
        account=account, state=ChangeState.QUEUED
    )
    decide(queue, state=ChangeState.REJECTED, code=code, reason=reason_text(code))
    return Sending()
