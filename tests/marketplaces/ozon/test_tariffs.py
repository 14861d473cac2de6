"""What Ozon charges for each product, read from the prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from marketplaces.contracts.tariffs import ChargeKind, TariffsQuery, TariffUnit
from marketplaces.ozon.schemas import PricedProduct
from marketplaces.ozon.tariffs import tariffs_of

if TYPE_CHECKING:
    from marketplaces.ozon.adapter import Adapter
    from sandbox.world import World

DAY = TariffsQuery(day=date(2026, 11, 24))


def test_every_product_tells_five_tariffs(adapter: Adapter, world: World) -> None:
    pages = list(adapter.fetch_tariffs(DAY, cursor={}))

    tariffs = [one for page in pages for one in page.snapshots]
    assert tariffs
    products = {one.subject_id for one in tariffs}
    assert len(tariffs) == 5 * len(products)
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert (pages[-1].cursor, sum(len(page.rejected) for page in pages)) == ({}, 0)
    assert products <= {
        one.external_id for page in adapter.fetch_products(cursor={}) for one in page.snapshots
    }


def test_values_units_and_bounds_are_those_of_the_answer() -> None:
    product = PricedProduct.model_validate(
        {
            "product_id": 77,
            "offer_id": "LN-1",
            "price": {"currency_code": "RUB"},
            "acquiring": 42.5,
            "commissions": {
                "sales_percent_fbo": 17.5,
                "sales_percent_fbs": 19.5,
                "fbo_deliv_to_customer_amount": 25,
                "fbo_direct_flow_trans_min_amount": 46,
                "fbo_direct_flow_trans_max_amount": "96.10",
                "fbo_return_flow_amount": None,
            },
        }
    )

    told = {one.kind: (one.value, one.unit, dict(one.details)) for one in tariffs_of(product)}

    assert told == {
        ChargeKind.COMMISSION: (Decimal("17.5"), TariffUnit.PERCENT, {}),
        ChargeKind.LAST_MILE: (Decimal(25), TariffUnit.MONEY, {}),
        ChargeKind.LOGISTICS_FORWARD: (Decimal("96.10"), TariffUnit.MONEY, {"min": "46"}),
        ChargeKind.ACQUIRING: (Decimal("42.5"), TariffUnit.MONEY, {}),
    }


@pytest.mark.parametrize(
    "product", [{"product_id": 1}, {"product_id": 1, "commissions": None, "acquiring": ""}]
)
def test_what_is_not_told_is_no_tariff(product: dict[str, object]) -> None:
    assert list(tariffs_of(PricedProduct.model_validate(product))) == []
