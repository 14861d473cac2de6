"""Recording prices as a marketplace tells them, and what they were before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from catalog.models import Listing
from core.locks import lock_until_commit
from marketplaces.contracts.pages import Rejected
from marketplaces.streams import PageResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from marketplaces.contracts.prices import PriceSnapshot
    from marketplaces.models import MarketplaceAccount

UNKNOWN_LISTING: Final = "unknown_listing"
_HOLD_REASON: Final = 300

# Only what is really new is written; an answer older than what is held changes nothing. A price that is the same
# still moves the moment as of which it is known, but not more often than the page could tell apart.
_UPDATE = """
    UPDATE catalog_listing listing SET
        price = told.price, old_price = told.old_price, min_price = told.min_price, currency = told.currency,
        held_price = told.held_price, hold_reason = told.hold_reason, prices_as_of = %(at)s
    FROM unnest(
        %(ids)s::bigint[], %(prices)s::numeric[], %(old)s::numeric[], %(least)s::numeric[],
        %(currencies)s::text[], %(held)s::numeric[], %(reasons)s::text[]
    ) AS told(id, price, old_price, min_price, currency, held_price, hold_reason)
    WHERE listing.id = told.id AND listing.company_id = %(company)s
      AND (listing.prices_as_of IS NULL OR listing.prices_as_of <= %(at)s)
      AND (listing.price, listing.old_price, listing.min_price, listing.currency, listing.held_price,
           listing.hold_reason)
          IS DISTINCT FROM (told.price, told.old_price, told.min_price, told.currency, told.held_price,
                            told.hold_reason)
    RETURNING listing.id
"""
_SEEN = """
    UPDATE catalog_listing SET prices_as_of = %(at)s
    WHERE id = ANY(%(ids)s) AND company_id = %(company)s
      AND (prices_as_of IS NULL OR prices_as_of < %(at)s - interval '10 minutes')
"""

# The open row of the history follows what the listing says now …
_CLOSE = """
    UPDATE catalog_listingprice was SET valid_to = listing.prices_as_of
    FROM catalog_listing listing
    WHERE listing.id = ANY(%(ids)s) AND listing.company_id = %(company)s
      AND was.company_id = %(company)s AND was.listing_id = listing.id AND was.valid_to IS NULL
      AND was.valid_from <= listing.prices_as_of
      AND (was.price, was.old_price, was.min_price, was.currency)
          IS DISTINCT FROM (listing.price, listing.old_price, listing.min_price, listing.currency)
"""
# … and a listing without an open row gets one.
_OPEN = """
    INSERT INTO catalog_listingprice
        (company_id, listing_id, price, old_price, min_price, currency, valid_from)
    SELECT company_id, id, price, old_price, min_price, currency, prices_as_of FROM catalog_listing listing
    WHERE id = ANY(%(ids)s) AND company_id = %(company)s AND prices_as_of IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM catalog_listingprice open
          WHERE open.company_id = %(company)s AND open.listing_id = listing.id AND open.valid_to IS NULL
      )
    ON CONFLICT (company_id, listing_id, valid_from) DO UPDATE SET
        price = EXCLUDED.price, old_price = EXCLUDED.old_price, min_price = EXCLUDED.min_price,
        currency = EXCLUDED.currency, valid_to = NULL
"""


@transaction.atomic(savepoint=False)
def record_prices(
    *, account: MarketplaceAccount, snapshots: Sequence[PriceSnapshot], observed_at: datetime
) -> PageResult:
    """Write the prices of listings that the assortment knows; the others go to quarantine.

    Reading the same page twice changes nothing, and a page older than what we hold changes nothing. A changed
    price closes the open row of the history and opens another.
    """
    lock_until_commit("prices", account.company_id)
    latest = {snapshot.external_id: snapshot for snapshot in snapshots}
    known = dict(
        Listing.objects.for_company(account.company_id)
        .filter(account=account, external_id__in=latest)
        .values_list("external_id", "pk")
    )
    told = [(pk, latest[external_id]) for external_id, pk in known.items()]
    changed = write_prices(company_id=account.company_id, told=told, at=observed_at)
    unknown = tuple(_unknown(latest[key]) for key in latest.keys() - known.keys())
    return PageResult(
        changed=len(changed), unchanged=len(snapshots) - len(changed) - len(unknown), rejected=unknown
    )


def write_prices(*, company_id: int, told: Sequence[tuple[int, PriceSnapshot]], at: datetime) -> list[int]:
    """Write prices by listing with their history; the listings that changed. Inside a transaction that holds
    the lock "prices"."""
    if not told:
        return []
    values: dict[str, Any] = {
        "company": company_id,
        "at": at,
        "ids": [pk for pk, _one in told],
        "prices": _column(one.price for _pk, one in told),
        "old": _column(one.old_price for _pk, one in told),
        "least": _column(one.min_price for _pk, one in told),
        "currencies": [one.currency for _pk, one in told],
        "held": _column(one.held_price for _pk, one in told),
        "reasons": [one.hold_reason[:_HOLD_REASON] for _pk, one in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, values)
        changed = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_SEEN, values)
        cursor.execute(_CLOSE, values)
        cursor.execute(_OPEN, values)
    return changed


def _column(amounts: Iterable[Decimal | None]) -> list[Decimal | None]:
    return list(amounts)


def _unknown(snapshot: PriceSnapshot) -> Rejected:
    return Rejected(
        external_id=snapshot.external_id,
        reason=UNKNOWN_LISTING,
        detail="external_id",
        payload={
            "external_id": snapshot.external_id,
            "price": None if snapshot.price is None else str(snapshot.price),
            "currency": snapshot.currency,
        },
    )
