"""How far the erasing of accounts is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplaces import registry
from marketplaces.models import Erasure

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureStep:
    """What is erased: rows gone so far; done when a later step has begun."""

    title: StrOrPromise
    rows: int
    is_done: bool
    is_going_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureProgress:
    """An account that is being erased."""

    account: MarketplaceAccount
    erasure: Erasure
    steps: tuple[ErasureStep, ...]

    @property
    def done(self) -> int:
        """How many steps are behind."""
        return sum(step.is_done for step in self.steps)


def erasures(*, company: Company, account_id: int | None = None) -> list[ErasureProgress]:
    """The company's accounts that are being erased, the oldest wish first; one query."""
    rows = Erasure.objects.for_company(company).select_related("account", "requested_by")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    found = list(rows.order_by("requested_at", "pk"))
    for row in found:
        row.account.company = company
    return [ErasureProgress(account=row.account, erasure=row, steps=_steps(row)) for row in found]


def _steps(erasure: Erasure) -> tuple[ErasureStep, ...]:
    codes = list(registry.holdings())
    # A step without rows leaves no mark: it is done as soon as a later one has begun.
    current = max((codes.index(code) for code in erasure.erased if code in codes), default=0)
    return tuple(
        ErasureStep(
            title=holding.title,
            rows=erasure.erased.get(code, 0),
            is_done=place < current,
            is_going_on=place == current,
        )
        for place, (code, holding) in enumerate(registry.holdings().items())
    )


def account_amounts(account: MarketplaceAccount, *, most: int = 1000) -> list[str]:
    """What is held for the account, in words; nobody counts beyond `most`."""
    return [
        words
        for _code, holding in registry.holdings().items()
        for words in [holding().amount(account, most=most)]
        if words
    ]
