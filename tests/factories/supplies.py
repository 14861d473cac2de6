"""Supplies with their lines, boxes, papers and events."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import SupplySource
from supplies.models import PlanImport, Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from tests.factories.base import CompanyOwnedFactory
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory


class SupplyFactory(CompanyOwnedFactory):
    """Slot booked for the day after tomorrow, one line of 100 units declared.

    `lines` is how many lines are made with the supply (0 for none); traits move it on, `plan` makes a draft of
    the cabinet's own.
    """

    class Meta:
        model = Supply
        skip_postgeneration_save = True

    class Params:
        plan = factory.Trait(
            external_id="",
            number="",
            is_planned_here=True,
            status=SupplyStatus.DRAFT,
            external_status="",
            slot_from=None,
            slot_to=None,
            planned=100,
            declared=None,
        )
        shipped_off = factory.Trait(
            status=SupplyStatus.SHIPPED,
            external_status="IN_TRANSIT",
            shipped=100,
            shipped_at=factory.SelfAttribute("status_at"),
        )
        taken = factory.Trait(
            status=SupplyStatus.ACCEPTED,
            external_status="COMPLETED",
            shipped=100,
            accepted=100,
            on_sale=100,
            accepted_at=factory.SelfAttribute("status_at"),
        )

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    marketplace = factory.SelfAttribute("account.marketplace")
    external_id = factory.Sequence(lambda n: str(2_000_031_000 + n))
    number = factory.SelfAttribute("external_id")
    status = SupplyStatus.BOOKED
    external_status = "DATA_FILLING"
    status_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=5))
    status_precision = Precision.EXACT
    warehouse_name = "ХОРУГВИНО_РФЦ"
    slot_from = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))
    slot_to = factory.LazyAttribute(lambda row: row.slot_from + timedelta(hours=1) if row.slot_from else None)
    slot_zone = "Europe/Moscow"
    declared = 100
    lines_count = 1
    observed_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("status_at")

    @factory.post_generation
    def lines(self: Supply, create: bool, extracted: int | None, **fields: object) -> None:
        if not create:
            return
        for _number in range(1 if extracted is None else extracted):
            SupplyLineFactory(supply=self, **fields)


class SupplyLineFactory(CompanyOwnedFactory):
    """A hundred units, as the supply says."""

    class Meta:
        model = SupplyLine

    company = factory.SelfAttribute("supply.company")
    supply = factory.SubFactory(SupplyFactory, lines=0)
    listing = factory.SubFactory(ListingFactory, account=factory.SelfAttribute("..supply.account"))
    key = factory.SelfAttribute("marketplace_sku")
    marketplace_sku = factory.LazyAttribute(lambda row: row.listing.marketplace_sku if row.listing else "1")
    barcode = factory.LazyAttribute(lambda row: row.listing.barcodes[0] if row.listing else "")
    seller_sku = factory.LazyAttribute(lambda row: row.listing.seller_sku if row.listing else "UNKNOWN")
    name = factory.LazyAttribute(lambda row: row.listing.name if row.listing else "Неизвестный товар")
    planned = factory.SelfAttribute("supply.planned")
    declared = factory.SelfAttribute("supply.declared")
    shipped = factory.SelfAttribute("supply.shipped")
    accepted = factory.SelfAttribute("supply.accepted")
    on_sale = factory.SelfAttribute("supply.on_sale")
    price = Decimal("890.00")


class SupplyBoxFactory(CompanyOwnedFactory):
    class Meta:
        model = SupplyBox

    company = factory.SelfAttribute("supply.company")
    supply = factory.SubFactory(SupplyFactory)
    position = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: f"0460123403184{n:05}")


class SupplyDocumentFactory(CompanyOwnedFactory):
    class Meta:
        model = SupplyDocument

    company = factory.SelfAttribute("supply.company")
    supply = factory.SubFactory(SupplyFactory)
    kind = "act"
    number = factory.Sequence(lambda n: f"А-{n}")
    recorded_at = factory.LazyFunction(timezone.now)


class SupplyEventFactory(CompanyOwnedFactory):
    class Meta:
        model = SupplyEvent

    company = factory.SelfAttribute("supply.company")
    supply = factory.SubFactory(SupplyFactory)
    old_status = SupplyStatus.DRAFT
    new_status = SupplyStatus.BOOKED
    external_status = "DATA_FILLING"
    happened_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=5))
    recorded_at = factory.LazyAttribute(lambda row: row.happened_at + timedelta(minutes=3))
    precision = Precision.EXACT
    source = SupplySource.POLL


class PlanImportFactory(CompanyOwnedFactory):
    """A pasted list of nothing, read and not settled."""

    class Meta:
        model = PlanImport

    company = factory.SelfAttribute("supply.company")
    supply = factory.SubFactory(SupplyFactory, plan=True)
