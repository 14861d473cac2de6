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

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from companies.models import Company

# Returns rewritten in one transaction.
PORTION: Final = 5_000

_WORDS = """
    SELECT external_reason_id, external_reason, reason_id, count(*) FROM returns_return
    WHERE company_id = %s AND account_id = %s GROUP BY 1, 2, 3
"""
_MOVE = """
    WITH moving AS (
        SELECT held.id, held.reason_id AS old_reason, meant.reason_id AS new_reason
        FROM returns_return held
        JOIN unnest(%(words_id)s::text[], %(words)s::text[], %(reason)s::bigint[])
             AS meant (words_id, words, reason_id)
             ON meant.words_id = held.external_reason_id AND meant.words = held.external_reason
        WHERE held.company_id = %(company)s AND held.account_id = %(account)s
              AND held.reason_id IS DISTINCT FROM meant.reason_id
        ORDER BY held.id LIMIT %(most)s
    )
    UPDATE returns_return AS held SET reason_id = moving.new_reason, changed_at = %(now)s
    FROM moving WHERE held.id = moving.id
    RETURNING held.id, held.status, held.external_status, held.registered_date, moving.old_reason, moving.new_reason
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remapped:
    """How many returns went from one reason to another; empty codes: none."""

    moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def returns(self) -> int:
        """All that moved."""
        return sum(self.moves.values())


def remap_reasons(*, company: Company | None = None, is_dry: bool = False) -> Remapped:
    """Give every return, of a company or of all, the reason that the rules mean now, and say what moved.

    The same rules and words give the same reasons, whatever was there before. A portion is a transaction of its
    own; cut off, it goes on with the next call. Not to be called inside a transaction.
    """
    rulebook = Rulebook.read()
    codes: dict[int | None, str] = {None: "", **dict(Reason.objects.values_list("pk", "code"))}
    moves: Counter[tuple[str, str]] = Counter()
    for account in _accounts(company):
        held = _words_of(account)
        meant = {
            (words_id, words): rulebook.reason_id(account.marketplace, words_id=words_id, words=words)
            for words_id, words, _reason, _count in held
        }
        for words_id, words, reason, count in held:
            if reason != meant[words_id, words]:
                moves[codes[reason], codes[meant[words_id, words]]] += count
        if not is_dry:
            _move_all(account, meant, codes)
    if not is_dry:
        remap_words(rulebook)
    return Remapped(moves=moves)


@transaction.atomic
def remap_words(rulebook: Rulebook) -> int:
    """Say of all words ever seen which reason they mean now; how many changed."""
    changed = []
    for word in ReasonWord.objects.select_for_update().order_by("pk"):
        reason_id = rulebook.reason_id(word.marketplace, words_id=word.words_id, words=word.words)
        if reason_id != word.reason_id:
            word.reason_id = reason_id
            changed.append(word)
    ReasonWord.objects.bulk_update(changed, ["reason"], batch_size=500)
    return len(changed)


def _accounts(company: Company | None) -> list[MarketplaceAccount]:
    accounts = MarketplaceAccount.all_companies.order_by("pk")
    return list(accounts if company is None else accounts.filter(company=company))


def _words_of(account: MarketplaceAccount) -> list[tuple[str, str, int | None, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [account.company_id, account.pk])
        rows: list[tuple[str, str, int | None, int]] = cursor.fetchall()
        return rows


def _move_all(
    account: MarketplaceAccount, meant: dict[tuple[str, str], int | None], codes: dict[int | None, str]
) -> None:
    pairs = list(meant)
    values = {
        "words_id": [words_id for words_id, _words in pairs],
        "words": [words for _words_id, words in pairs],
        "reason": [meant[pair] for pair in pairs],
        "company": account.company_id,
        "account": account.pk,
        "most": PORTION,
    }
    while _move_portion(account, values, codes) == PORTION:
        pass


@transaction.atomic
def _move_portion(account: MarketplaceAccount, values: dict[str, Any], codes: dict[int | None, str]) -> int:
    # Nobody records returns by the old rules meanwhile.
    lock_until_commit("returns", account.pk)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {**values, "now": now})
        moved = cursor.fetchall()
    append(ReturnEvent, EVENTS.columns, _events(account, moved, codes, now=now))
    touch_days(company_id=account.company_id, days={row[3] for row in moved})
    return len(moved)


def _events(
    account: MarketplaceAccount,
    moved: Sequence[tuple[Any, ...]],
    codes: dict[int | None, str],
    *,
    now: datetime,
) -> list[tuple[Any, ...]]:
    return [
        (
            account.company_id,
            return_id,
            ReturnEventKind.REASON.value,
            status,
            status,
            word,
            Jsonb({"reason": [codes[old], codes[new]]}),
            now,
            Precision.EXACT.value,
            now,
            ReturnSource.RULES.value,
        )
        for return_id, status, word, _day, old, new in moved
    ]
