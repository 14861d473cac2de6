"""Pulling what Ozon charges for each product under FBO: commission, acquiring, logistics there and back.

They come with the prices (`/v5/product/info/prices`). Of logistics only the bounds are told; the dearer one is the
value. Products of the archive are not asked for: nothing is sold of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from core.money import currency_code
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.tariffs import ChargeKind, TariffSnapshot, TariffSubject, TariffUnit
from marketplaces.ozon.client import OzonClient, Rows
from marketplaces.ozon.schemas import Commissions, PricedProduct, PricedProducts

VISIBILITY: Final = "ALL"
# An empty answer is believed only when it is given this often.
TRIES: Final = 3

# Their word → what is charged for, and what the value counts.
COMMISSIONS: Final = {
    "sales_percent_fbo": (ChargeKind.COMMISSION, TariffUnit.PERCENT),
    "fbo_deliv_to_customer_amount": (ChargeKind.LAST_MILE, TariffUnit.MONEY),
    "fbo_direct_flow_trans_max_amount": (ChargeKind.LOGISTICS_FORWARD, TariffUnit.MONEY),
    "fbo_return_flow_amount": (ChargeKind.LOGISTICS_RETURN, TariffUnit.MONEY),
}


def pull_tariffs(client: OzonClient, *, cursor: Cursor, now: datetime) -> Iterator[Page[TariffSnapshot]]:
    """Pages of tariffs; a finished pull leaves an empty cursor."""
    token = cursor.get("cursor", "")
    tokens = {token}
    done = 0
    while True:
        rows = _ask(client, token)
        seen = len(rows.page.items) + len(rows.rejected)
        done += seen
        token = rows.page.cursor or ""
        # A repeated token would turn in a circle.
        is_end = not seen or token in {"", *tokens}
        tokens.add(token)
        yield Page(
            snapshots=tuple(one for product in rows.page.items for one in tariffs_of(product)),
            rejected=rows.rejected,
            cursor={} if is_end else {"cursor": token},
            observed_at=rows.sent_at if seen else now,
            done=done,
            total=rows.page.total,
            is_last=is_end,
        )
        if is_end:
            return


def tariffs_of(product: PricedProduct) -> Iterator[TariffSnapshot]:
    """What is charged for a product; what is not told is left out."""
    commissions = product.commissions or Commissions()
    currency = currency_code(product.price.currency_code if product.price else None)
    for word, (kind, unit) in COMMISSIONS.items():
        value = getattr(commissions, word)
        if isinstance(value, Decimal):
            details = _bounds(commissions) if kind is ChargeKind.LOGISTICS_FORWARD else {}
            yield _tariff(product, word, kind, value=value, unit=unit, currency=currency, details=details)
    if isinstance(product.acquiring, Decimal):
        yield _tariff(
            product,
            "acquiring",
            ChargeKind.ACQUIRING,
            value=product.acquiring,
            unit=TariffUnit.MONEY,
            currency=currency,
            details={},
        )


def _tariff(
    product: PricedProduct,
    word: str,
    kind: ChargeKind,
    *,
    value: Decimal,
    unit: TariffUnit,
    currency: str,
    details: dict[str, Any],
) -> TariffSnapshot:
    return TariffSnapshot(
        subject=TariffSubject.LISTING,
        subject_id=product.product_id,
        subject_name=product.offer_id or "",
        kind=kind,
        raw_name=word,
        value=value,
        unit=unit,
        currency=currency,
        details=details,
    )


def _bounds(commissions: Commissions) -> dict[str, Any]:
    least = commissions.fbo_direct_flow_trans_min_amount
    return {"min": str(least)} if isinstance(least, Decimal) else {}


def _ask(client: OzonClient, token: str) -> Rows[PricedProducts]:
    rows = client.priced_products(visibility=VISIBILITY, cursor=token)
    for _again in range(TRIES - 1):
        if rows.page.items or rows.rejected:
            break
        rows = client.priced_products(visibility=VISIBILITY, cursor=token)
    return rows
