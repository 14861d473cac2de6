"""Erasing the orders of an account that goes: their tally goes down with them, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import formats
from core.locks import lock_until_commit
from marketplaces.holdings import AccountHolding
from orders.models import Order, OrderTally

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.models import MarketplaceAccount

_CHILDREN = (
    "DELETE FROM orders_orderline WHERE order_id = ANY(%(orders)s)",
    "DELETE FROM orders_orderevent WHERE order_id = ANY(%(orders)s)",
)
_ORDERS = """
    WITH gone AS (
        DELETE FROM orders_order WHERE company_id = %(company)s AND id = ANY(%(orders)s)
        RETURNING placed_date, status, units, amount
    ), sums AS (
        SELECT placed_date, status, count(*) AS orders, sum(units) AS units, sum(amount) AS amount
        FROM gone GROUP BY placed_date, status
    )
    UPDATE orders_ordertally tally
    SET orders = tally.orders - sums.orders, units = tally.units - sums.units, amount = tally.amount - sums.amount
    FROM sums
    WHERE tally.company_id = %(company)s AND tally.account_id = %(account)s
      AND tally.day = sums.placed_date AND tally.status = sums.status
"""


class Orders(AccountHolding):
    """Orders with their lines, history and tally."""

    code = "orders"
    title: ClassVar[StrOrPromise] = _("Orders")

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """«больше 1 000 заказов»."""
        rows = Order.objects.for_company(account.company_id).filter(account=account)
        count = rows[: most + 1].count()
        if count > most:
            return ngettext("more than %(count)s order", "more than %(count)s orders", most) % {
                "count": formats.number(most)
            }
        return ngettext("%(count)s order", "%(count)s orders", count) % {"count": count} if count else ""

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete orders; the tallies once no order is left."""
        # Nobody counts the orders anew while they go.
        lock_until_commit("orders", account_id)
        rows = Order.objects.for_company(company_id).filter(account_id=account_id)
        orders = list(rows.order_by("external_id").values_list("pk", flat=True)[:most])
        if not orders:
            return _erase_tallies(account_id=account_id, company_id=company_id, most=most)
        values: dict[str, Any] = {"orders": orders, "company": company_id, "account": account_id}
        with connection.cursor() as cursor:
            for statement in (*_CHILDREN, _ORDERS):
                cursor.execute(statement, values)
        return len(orders)


def _erase_tallies(*, account_id: int, company_id: int, most: int) -> int:
    tallies = OrderTally.objects.for_company(company_id)
    chosen = tallies.filter(account_id=account_id).order_by("pk").values("pk")[:most]
    deleted, _by_model = tallies.filter(pk__in=chosen).delete()
    return int(deleted)
