"""What a higher app must give so that an account can be erased with all that was read for it
(settings.ACCOUNT_HOLDINGS)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.models import MarketplaceAccount


class AccountHolding(ABC):
    """One noun held for an account: how much there is of it, and how it is erased."""

    code: ClassVar[str]
    title: ClassVar[StrOrPromise]

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """How much there is, in words; nobody counts beyond `most`. Empty: nothing worth telling."""
        return ""

    @abstractmethod
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete up to `most` rows of the account, with what hangs on them, and say how many; 0: none is left.

        Runs inside a transaction of its own. Nothing reads for the account any more; the rows of the company's
        other accounts stay as they are.
        """
