"""Erasing the supplies of an account that goes, those planned for it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import formats
from core.locks import lock_until_commit
from marketplaces.holdings import AccountHolding
from supplies.models import Supply

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.models import MarketplaceAccount

# A supply goes with hundreds of lines and boxes, so a portion holds few of them.
_AT_ONCE: Final = 100


class Supplies(AccountHolding):
    """Supplies with their lines, boxes, papers and history."""

    code = "supplies"
    title: ClassVar[StrOrPromise] = _("Supplies")

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """«больше 1 000 поставок»."""
        rows = Supply.objects.for_company(account.company_id).filter(account=account)
        count = rows[: most + 1].count()
        if count > most:
            return ngettext("more than %(count)s supply", "more than %(count)s supplies", most) % {
                "count": formats.number(most)
            }
        return ngettext("%(count)s supply", "%(count)s supplies", count) % {"count": count} if count else ""

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete supplies with all that hangs on them."""
        # Nobody records them anew while they go.
        lock_until_commit("supplies", account_id)
        rows = Supply.objects.for_company(company_id)
        chosen = list(
            rows.filter(account_id=account_id)
            .order_by("pk")
            .values_list("pk", flat=True)[: min(most, _AT_ONCE)]
        )
        rows.filter(pk__in=chosen).delete()
        return len(chosen)
