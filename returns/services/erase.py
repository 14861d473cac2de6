"""Erasing the returns of an account that goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import formats
from core.locks import lock_until_commit
from marketplaces.holdings import AccountHolding
from returns.models import Return

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.models import MarketplaceAccount


class Returns(AccountHolding):
    """Returns with their history."""

    code = "returns"
    title: ClassVar[StrOrPromise] = _("Returns")

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """«больше 1 000 возвратов»."""
        rows = Return.objects.for_company(account.company_id).filter(account=account)
        count = rows[: most + 1].count()
        if count > most:
            return ngettext("more than %(count)s return", "more than %(count)s returns", most) % {
                "count": formats.number(most)
            }
        return ngettext("%(count)s return", "%(count)s returns", count) % {"count": count} if count else ""

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete returns with their history."""
        # Nobody ties them anew while they go.
        lock_until_commit("returns", account_id)
        rows = Return.objects.for_company(company_id).filter(account_id=account_id)
        returns = list(rows.order_by("external_id").values_list("pk", flat=True)[:most])
        if not returns:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM returns_returnevent WHERE return_of_id = ANY(%s)", [returns])
            cursor.execute(
                "DELETE FROM returns_return WHERE company_id = %s AND id = ANY(%s)", [company_id, returns]
            )
        return len(returns)
