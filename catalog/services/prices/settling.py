"""Reading back what became of sent prices, ever more seldom, until it is known or given up."""

from __future__ import annotations

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
from marketplaces.connections import open_adapter
from marketplaces.errors import CredentialsRejected, MarketplaceError, RateLimited
from marketplaces.models import AccountStatus, MarketplaceAccount
from marketplaces.sync.endings import stop_account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from marketplaces.adapter import SetsPrices
    from marketplaces.contracts.prices import PriceAnswer

log = structlog.get_logger(__name__)

SHORTEST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)
# A price that they neither show nor reject for so long, though they were asked, is nobody's to guess.
UNDECIDED_FOR: Final = timedelta(hours=2)
# When they could not even be asked, we wait longer.
UNASKED_FOR: Final = timedelta(hours=24)
# Nobody else reads a portion back while it is being read.
_READING_FOR: Final = timedelta(minutes=5)


def accounts_to_settle() -> list[int]:
    """The accounts with sent prices whose time to be read back has come."""
    rows = PriceChange.all_companies.filter(state=ChangeState.SENT, check_at__lte=timezone.now())
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def settle_next_portion(*, account_id: int) -> bool:
    """Read back one sent portion of the account; False when none is due. Nothing is ever sent again."""
    portion = _claim(account_id)
    if not portion:
        return False
    account = portion[0].account
    answers: tuple[PriceAnswer, ...] = ()
    pause, is_asked = timedelta(0), False
    try:
        if account.status == AccountStatus.ACTIVE and setter_of(account.marketplace) is not None:
            wishes = [wish_of(one, one.listing) for one in portion]
            with open_adapter(account) as adapter:
                answers = cast("SetsPrices", adapter).read_price_answers(portion[0].reference, wishes)
            is_asked = True
    except MarketplaceError as exc:
        log.warning("prices_not_read_back", account=account.pk, code=exc.code, why=str(exc))
        if isinstance(exc, CredentialsRejected):
            stop_account(account)
        if isinstance(exc, RateLimited):
            pause = exc.retry_after
    _write(account, portion, answers, pause=pause, is_asked=is_asked)
    return True


@transaction.atomic
def _claim(account_id: int) -> Sequence[PriceChange]:
    """The rows of the portion that has waited longest, kept from other workers for a while."""
    now = timezone.now()
    due = PriceChange.all_companies.filter(
        account_id=account_id, state=ChangeState.SENT, check_at__lte=now
    ).order_by("check_at", "pk")
    first = due.select_for_update(of=("self",), skip_locked=True).first()
    if first is None:
        return ()
    rows = list(
        PriceChange.objects.for_company(first.company_id)
        .filter(account_id=account_id, state=ChangeState.SENT, portion=first.portion, check_at__lte=now)
        .select_related("listing", "account__company")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    PriceChange.objects.for_company(first.company_id).filter(pk__in=[one.pk for one in rows]).update(
        check_at=now + _READING_FOR
    )
    return rows


@transaction.atomic
def _write(
    account: MarketplaceAccount,
    portion: Sequence[PriceChange],
    answers: Sequence[PriceAnswer],
    *,
    pause: timedelta,
    is_asked: bool,
) -> None:
    rows = PriceChange.objects.for_company(account.company_id).filter(
        pk__in=[one.pk for one in portion], state=ChangeState.SENT
    )
    write_answers(account=account, rows=rows, answers=answers)
    now = timezone.now()
    patience = UNDECIDED_FOR if is_asked else UNASKED_FOR
    late = rows.filter(sent_at__lte=now - patience)
    decide(late, state=ChangeState.UNKNOWN, code="not_confirmed", reason=reason_text("not_confirmed"))
    checks = max(one.checks for one in portion) + 1
    rows.update(checks=min(checks, 1000), check_at=_next_check(checks, now=now, pause=pause))


def _next_check(checks: int, *, now: datetime, pause: timedelta) -> datetime:
    """Ten seconds, twenty, forty … at most ten minutes; not before they allow it."""
    step: timedelta = min(SHORTEST_PAUSE * 2 ** min(checks, 10), LONGEST_PAUSE)
    return now + max(step, pause)
