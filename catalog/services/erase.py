"""Erasing what an account that goes has listed, its stock, its prices and its tariffs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import (
    DoubtfulPair,
    Listing,
    ListingMove,
    ListingPrice,
    PriceChange,
    Product,
    StockInterval,
    StockLevel,
    Tariff,
    TariffDay,
)
from catalog.services.prices.finishing import finish_batches
from core import formats
from core.locks import lock_until_commit
from core.periods import business_day
from marketplaces.holdings import AccountHolding

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from marketplaces.models import MarketplaceAccount

# A listing is looked for in every table that may speak of it, so a portion holds few of them.
_LISTINGS_AT_ONCE = 200
# The oldest stock is enough to say since when there is a history.
_LISTINGS_LOOKED_AT = 100
_STOCK = """
    WITH listing AS (
        SELECT id FROM catalog_listing WHERE company_id = %(company)s AND account_id = %(account)s
    )
    DELETE FROM {table} WHERE id IN (
        SELECT held.id FROM {table} held JOIN listing ON listing.id = held.listing_id
        WHERE held.company_id = %(company)s LIMIT %(most)s
    )
"""


class Stock(AccountHolding):
    """Stock now, as it was, and what new orders hold of it."""

    code = "stock"
    title: ClassVar[StrOrPromise] = _("Stock and its history")
    tables = ("catalog_stockhold", "catalog_stockinterval", "catalog_stocklevel")

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """«история остатков за 142 дня»."""
        levels = StockLevel.objects.for_company(account.company_id).filter(account=account)
        known = StockInterval.objects.for_company(account.company_id).filter(
            listing_id__in=levels.order_by("pk").values("listing_id")[:_LISTINGS_LOOKED_AT]
        )
        first = known.order_by("valid_from").values_list("valid_from", flat=True).first()
        if first is None:
            return ""
        zone = account.company.zone
        days = (business_day(timezone.now(), zone) - business_day(first, zone)).days + 1
        words = ngettext("stock history of %(count)s day", "stock history of %(count)s days", days)
        return words % {"count": formats.number(days)}

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete from one table after the other."""
        lock_until_commit("stock", company_id)
        values = {"company": company_id, "account": account_id, "most": most}
        with connection.cursor() as cursor:
            for table in self.tables:
                cursor.execute(_STOCK.format(table=table), values)
                if cursor.rowcount:
                    return int(cursor.rowcount)
        return 0


class Prices(AccountHolding):
    """Prices as they were, and the new ones that were sent."""

    code = "prices"
    title: ClassVar[StrOrPromise] = _("Prices and their changes")

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete from one table after the other; a change of which nothing is left to decide is closed."""
        lock_until_commit("prices", company_id)
        for rows in (
            PriceChange.objects.for_company(company_id).filter(account_id=account_id),
            ListingPrice.objects.for_company(company_id).filter(listing__account_id=account_id),
        ):
            if found := list(rows.order_by("pk").values_list("pk", flat=True)[:most]):
                doomed = rows.model.objects.for_company(company_id).filter(pk__in=found)
                batches = set(doomed.values_list("batch", flat=True)) if rows.model is PriceChange else ()
                doomed.delete()
                finish_batches(company_id=company_id, batch_ids=batches)
                return len(found)
        return 0


class Tariffs(AccountHolding):
    """Tariffs as they were published."""

    code = "tariffs"
    title: ClassVar[StrOrPromise] = _("Tariffs and their history")

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete the tariffs, then the days on which they were read."""
        for model in (Tariff, TariffDay):
            rows = model.objects.for_company(company_id).filter(account_id=account_id)
            if found := list(rows.order_by("pk").values_list("pk", flat=True)[:most]):
                model.objects.for_company(company_id).filter(pk__in=found).delete()
                return len(found)
        return 0


class Listings(AccountHolding):
    """Listings, and the products that no other account lists."""

    code = "listings"
    title: ClassVar[StrOrPromise] = _("Listings and products")

    def amount(self, account: MarketplaceAccount, *, most: int) -> str:
        """«87 карточек»."""
        rows = Listing.objects.for_company(account.company_id).filter(account=account)
        count = rows[: most + 1].count()
        if count > most:
            return ngettext("more than %(count)s listing", "more than %(count)s listings", most) % {
                "count": formats.number(most)
            }
        return ngettext("%(count)s listing", "%(count)s listings", count) % {"count": count} if count else ""

    @transaction.atomic(savepoint=False)
    def erase(self, *, account_id: int, company_id: int, most: int) -> int:
        """Delete listings, and of their products those that are left without any."""
        # Another account must not list a product just as it goes.
        lock_until_commit("catalog", company_id)
        rows = Listing.objects.for_company(company_id).filter(account_id=account_id).order_by("pk")
        found = list(rows.values_list("pk", "product_id")[: min(most, _LISTINGS_AT_ONCE)])
        if not found:
            return 0
        products = {product for _listing, product in found}
        gone = [pk for pk, _product in found]
        # What people decided of these listings: no decision is left without its listing.
        DoubtfulPair.objects.for_company(company_id).filter(listing_id__in=gone).delete()
        ListingMove.objects.for_company(company_id).filter(listing_id__in=gone).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalog_listing WHERE id = ANY(%s)", [gone])
        Product.objects.for_company(company_id).filter(pk__in=products, listings=None).delete()
        return len(found)
