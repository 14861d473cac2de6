"""Recording returns as a marketplace tells them: rows, events, reasons, ties to orders, touched days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from catalog.services.days import touch_days
from core.locks import lock_until_commit
from core.merge import merge
from core.money import LARGEST
from core.periods import business_day
from marketplaces.contracts.pages import Rejected
from marketplaces.streams import PageResult
from returns.models import Return
from returns.selectors.rulebook import Rulebook
from returns.services.events import append_events
from returns.services.rows import RETURNS, return_row
from returns.services.ties import tie_returns
from returns.services.told import Told, fingerprint
from returns.services.words import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from marketplaces.contracts.returns import ReturnSnapshot
    from marketplaces.models import MarketplaceAccount

_FUTURE = timedelta(days=1)
_MOST_UNITS = 1_000_000
_LONGEST_ID = 300
_MOMENTS = ("registered_at", "changed_at", "received_at", "settled_at")
_AMOUNTS = ("price", "storage_cost", "disposal_cost", "compensation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A return with what we held of it before (None: new) and what we know now."""

    before: Return | None
    told: Told
    told_of: bytes


@transaction.atomic(savepoint=False)
def record_returns(
    *,
    account: MarketplaceAccount,
    snapshots: Sequence[ReturnSnapshot],
    observed_at: datetime,
    source: str,
) -> PageResult:
    """Write returns with the events of real changes, their reasons, and the orders they belong to.

    `observed_at` is when the request was sent. Answers may come in any order and any number of times
    (returns.services.told). Snapshots that break a rule come back as rejected.
    """
    lock_until_commit("returns", account.pk)
    sound, rejected = _sound(snapshots, observed_at=observed_at)
    news = _news(account, sound, observed_at=observed_at)
    if not news:
        return PageResult(unchanged=len(sound), rejected=tuple(rejected))
    now = timezone.now()
    rulebook = Rulebook.read()
    rows = {
        external_id: return_row(
            heard.told,
            account=account,
            external_id=external_id,
            rulebook=rulebook,
            told_of=heard.told_of,
            observed_at=observed_at,
            now=now,
        )
        for external_id, heard in news.items()
    }
    ids = {row[2]: row[0] for row in merge(RETURNS, rows.values())}
    append_events(
        account=account,
        steps=[(ids[external_id], heard.before, heard.told) for external_id, heard in news.items()],
        source=source,
        recorded_at=now,
    )
    count_words(
        marketplace=account.marketplace,
        told=[(heard.before, heard.told.values.get("reason", ("", ""))) for heard in news.values()],
        rulebook=rulebook,
        now=now,
    )
    touch_days(company_id=account.company_id, days=_days(account, news.values()))
    tie_returns(account=account, ids=ids.values())
    inserted = sum(1 for heard in news.values() if heard.before is None)
    return PageResult(
        inserted=inserted,
        changed=len(news) - inserted,
        unchanged=len(snapshots) - len(rejected) - len(news),
        rejected=tuple(rejected),
    )


def _sound(
    snapshots: Iterable[ReturnSnapshot], *, observed_at: datetime
) -> tuple[list[ReturnSnapshot], list[Rejected]]:
    """The snapshots that keep the rules, and those that do not."""
    sound, rejected = [], []
    for snapshot in snapshots:
        broken = _broken_rule(snapshot, observed_at=observed_at)
        if not broken:
            sound.append(snapshot)
            continue
        rejected.append(
            Rejected(
                external_id=snapshot.external_id,
                reason=broken,
                detail=f"{snapshot.quantity} × {snapshot.price}, {snapshot.registered_at or ''}",
                payload={"return": snapshot.external_id, "status": snapshot.external_status},
            )
        )
    return sound, rejected


def _broken_rule(snapshot: ReturnSnapshot, *, observed_at: datetime) -> str:
    if not snapshot.external_id or len(snapshot.external_id) > _LONGEST_ID or "\x00" in snapshot.external_id:
        return "missing_field"
    if not 0 < snapshot.quantity <= _MOST_UNITS:
        return "out_of_range"
    amounts = [amount for amount in (getattr(snapshot, name) for name in _AMOUNTS) if amount is not None]
    if any(not Decimal(0) <= amount <= LARGEST / snapshot.quantity for amount in amounts):
        return "out_of_range"
    moments = [moment for moment in (getattr(snapshot, name) for name in _MOMENTS) if moment is not None]
    if any(moment > observed_at + _FUTURE for moment in moments):
        return "from_the_future"
    return ""


def _news(
    account: MarketplaceAccount, sound: Sequence[ReturnSnapshot], *, observed_at: datetime
) -> dict[str, Heard]:
    """The returns of which the snapshots say something that we do not hold yet."""
    prints = {id(snapshot): fingerprint(snapshot) for snapshot in sound}
    known = _fingerprints(account, {snapshot.external_id for snapshot in sound})
    fresh = [snapshot for snapshot in sound if known.get(snapshot.external_id) != prints[id(snapshot)]]
    held = _held(account, {snapshot.external_id for snapshot in fresh})
    heard: dict[str, Told] = {}
    last: dict[str, bytes] = {}
    for snapshot in fresh:
        if snapshot.external_id not in heard:
            row = held.get(snapshot.external_id)
            heard[snapshot.external_id] = Told() if row is None else Told.of(row)
        heard[snapshot.external_id].hear(snapshot, observed_at=observed_at)
        last[snapshot.external_id] = prints[id(snapshot)]
    return {
        external_id: Heard(before=held.get(external_id), told=told, told_of=last[external_id])
        for external_id, told in heard.items()
        if external_id not in held or told != Told.of(held[external_id])
    }


def _fingerprints(account: MarketplaceAccount, external_ids: set[str]) -> dict[str, bytes]:
    """What was read last of the returns: most of what is read again is the same."""
    rows = Return.objects.for_company(account.company_id).filter(
        account=account, external_id__in=external_ids
    )
    return {external_id: bytes(mark) for external_id, mark in rows.values_list("external_id", "fingerprint")}


def _held(account: MarketplaceAccount, external_ids: set[str]) -> dict[str, Return]:
    rows = Return.objects.for_company(account.company_id).filter(
        account=account, external_id__in=external_ids
    )
    return {row.external_id: row for row in rows}


def _days(account: MarketplaceAccount, news: Iterable[Heard]) -> set[date]:
    """The business days whose facts change: those that the returns are counted on, before and now."""
    days = set()
    for heard in news:
        days.add(business_day(heard.told.registered_at, account.company.zone))
        if heard.before is not None:
            days.add(heard.before.registered_date)
    return days
