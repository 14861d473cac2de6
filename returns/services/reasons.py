"""Giving returns the reasons that the rules mean now: history is rewritten, the marketplace's words stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from catalog.services.days import touch_days
from core.locks import lock_until_commit
from core.merge import append
from marketplaces.contracts.orders import Precision
from marketplaces.models import MarketplaceAccount
from returns.choices import ReturnEventKind, ReturnSource
from returns.models import Reason, ReasonWord, ReturnEvent
from returns.selectors.rulebook import Rulebook
from returns.services.events import EVENTS
from returns.services.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from companies.models import Company, User

# Returns rewritten in one transaction.
PORTION: Final = 5_000

_WORDS = """
    SELECT external_reason_id, external_reason, reason_id, count(*) FROM returns_return
    WHERE company_id = %s AND account_id = %s AND id > %s GROUP BY 1, 2, 3
"""
_MOVE = """
    WITH moving AS (
        SELECT held.id, meant.reason_id AS new_reason, coalesce(was.code, '') AS old_code,
               coalesce(becomes.code, '') AS new_code
        FROM returns_return held
        JOIN unnest(%(words_id)s::text[], %(words)s::text[], %(reason)s::bigint[])
             AS meant (words_id, words, reason_id)
             ON meant.words_id = held.external_reason_id AND meant.words = held.external_reason
        LEFT JOIN returns_reason was ON was.id = held.reason_id
        LEFT JOIN returns_reason becomes ON becomes.id = meant.reason_id
        WHERE held.company_id = %(company)s AND held.account_id = %(account)s AND held.id > %(after)s
              AND held.reason_id IS DISTINCT FROM meant.reason_id
        ORDER BY held.id LIMIT %(most)s
    )
    UPDATE returns_return AS held SET reason_id = moving.new_reason, changed_at = %(now)s
    FROM moving WHERE held.id = moving.id
    RETURNING held.id, held.status, held.external_status, held.registered_date, moving.old_code, moving.new_code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remapped:
    """How many returns went from one reason to another; empty codes: none."""

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def returns(self) -> int:
        """All that moved."""
        return sum(self.moves.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """Words (id, text) of `returns` returns of an account, whose reason is not the one that the rules mean now."""

    words: tuple[str, str]
    held: int | None
    meant: int | None
    returns: int


def remap_reasons(
    *, company: Company | None = None, is_dry: bool = False, actor: User | None = None
) -> Remapped:
    """Give every return, of a company or of all, the reason that the rules mean now, and say what moved.

    The same rules and words give the same reasons, whatever was there before. A portion is a transaction of its
    own, which reads the rules anew once nobody else writes returns of the account: of any number of remaps at once
    none brings back what an older rule meant, and each of them ends. Cut off, it goes on with the next call. Not to
    be called inside a transaction.
    """
    moves: Counter[tuple[str, str]] = Counter()
    for account in _accounts(company):
        moves += _would_move(account) if is_dry else _move_all(account, actor)
    if not is_dry:
        remap_words()
    return Remapped(moves=moves)


@transaction.atomic
def remap_words() -> int:
    """Say of all words ever seen which reason they mean now; how many changed."""
    # In the order in which `count_words` writes them. The rules are read after: nobody puts back an older meaning.
    words = list(ReasonWord.objects.select_for_update().order_by(*WORDS.key))
    rulebook = Rulebook.read()
    changed = []
    for word in words:
        reason_id = rulebook.reason_id(word.marketplace, words_id=word.words_id, words=word.words)
        if reason_id != word.reason_id:
            word.reason_id = reason_id
            changed.append(word)
    ReasonWord.objects.bulk_update(changed, ["reason"], batch_size=500)
    return len(changed)


def _accounts(company: Company | None) -> list[MarketplaceAccount]:
    accounts = MarketplaceAccount.all_companies.order_by("pk")
    return list(accounts if company is None else accounts.filter(company=company))


def _misread(account: MarketplaceAccount, *, after: int = 0) -> list[Misread]:
    """What the rules mean otherwise now, among the returns with an id above `after`."""
    rulebook = Rulebook.read()
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [account.company_id, account.pk, after])
        rows = cursor.fetchall()
    found = [
        Misread(
            words=(words_id, words),
            held=held,
            meant=rulebook.reason_id(account.marketplace, words_id=words_id, words=words),
            returns=count,
        )
        for words_id, words, held, count in rows
    ]
    return [one for one in found if one.held != one.meant]


def _would_move(account: MarketplaceAccount) -> Counter[tuple[str, str]]:
    misread = _misread(account)
    codes: dict[int | None, str] = {None: "", **dict(Reason.objects.values_list("pk", "code"))}
    moves: Counter[tuple[str, str]] = Counter()
    for one in misread:
        moves[codes[one.held], codes[one.meant]] += one.returns
    return moves


def _move_all(account: MarketplaceAccount, actor: User | None) -> Counter[tuple[str, str]]:
    moves: Counter[tuple[str, str]] = Counter()
    last = 0
    while True:
        moved = _move_portion(account, after=last, actor=actor)
        moves.update((old, new) for *_row, old, new in moved)
        if len(moved) < PORTION:
            return moves
        last = max(row[0] for row in moved)


@transaction.atomic
def _move_portion(
    account: MarketplaceAccount, *, after: int, actor: User | None
) -> Sequence[tuple[Any, ...]]:
    """Move the next returns with an id above `after`: (id, status, their status, day, old code, new code)."""
    # Nobody records returns by older rules meanwhile.
    lock_until_commit("returns", account.pk)
    meant = {one.words: one.meant for one in _misread(account, after=after)}
    if not meant:
        return ()
    now = timezone.now()
    values: dict[str, Any] = {
        "words_id": [words_id for words_id, _words in meant],
        "words": [words for _words_id, words in meant],
        "reason": list(meant.values()),
        "company": account.company_id,
        "account": account.pk,
        "after": after,
        "most": PORTION,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        moved: list[tuple[Any, ...]] = cursor.fetchall()
    append(ReturnEvent, (*EVENTS.columns, "actor_id"), _events(account, moved, actor=actor, now=now))
    touch_days(company_id=account.company_id, days={row[3] for row in moved})
    return moved


def _events(
    account: MarketplaceAccount, moved: Sequence[tuple[Any, ...]], *, actor: User | None, now: datetime
) -> list[tuple[Any, ...]]:
    return [
        (
            account.company_id,
            return_id,
            ReturnEventKind.REASON.value,
            status,
            status,
            word,
            Jsonb({"reason": [old, new]}),
            now,
            Precision.EXACT.value,
            now,
            ReturnSource.RULES.value,
            actor.pk if actor else None,
        )
        for return_id, status, word, _day, old, new in moved
    ]
