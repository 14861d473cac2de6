"""The company's own warehouses."""

from __future__ import annotations

import factory

from companies.models import OwnWarehouse
from tests.factories.base import CompanyOwnedFactory
from tests.factories.companies import CompanyFactory


class OwnWarehouseFactory(CompanyOwnedFactory):
    class Meta:
        model = OwnWarehouse

    class Params:
        archived = factory.Trait(is_active=False)

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Склад {n}")
    address = "Иваново, улица Лежневская, 120"
    contact_name = "Пётр Соколов"
    contact_phone = "+79161234567"
