"""What people and marketplaces add to the assortment: pairs, moves, costs, prices, tariffs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from catalog.choices import ChangeState, MoveKind, PairReason
from catalog.models import (
    CostPrice,
    DoubtfulPair,
    ListingMove,
    ListingPrice,
    PriceBatch,
    PriceChange,
    Tariff,
    TariffDay,
)
from marketplaces.contracts.tariffs import ChargeKind, TariffSubject, TariffUnit
from tests.factories.base import CompanyOwnedFactory
from tests.factories.catalog import ListingFactory, ProductFactory
from tests.factories.companies import CompanyFactory
from tests.factories.marketplaces import AccountFactory


class DoubtfulPairFactory(CompanyOwnedFactory):
    """A listing whose barcode another product carries."""

    class Meta:
        model = DoubtfulPair

    company = factory.SelfAttribute("listing.company")
    listing = factory.SubFactory(ListingFactory)
    product = factory.SubFactory(ProductFactory, company=factory.SelfAttribute("..company"))
    reason = PairReason.BARCODE
    score = 90


class ListingMoveFactory(CompanyOwnedFactory):
    """Linked by hand to another product."""

    class Meta:
        model = ListingMove

    company = factory.SelfAttribute("listing.company")
    kind = MoveKind.LINK
    listing = factory.SubFactory(ListingFactory)
    from_product = factory.SelfAttribute("listing.product")
    to_product = factory.SubFactory(ProductFactory, company=factory.SelfAttribute("..company"))
    old_link = "article"


class CostPriceFactory(CompanyOwnedFactory):
    """520 roubles since the beginning of the year."""

    class Meta:
        model = CostPrice

    company = factory.SelfAttribute("product.company")
    product = factory.SubFactory(ProductFactory)
    valid_from = date(2026, 1, 1)
    cost = Decimal("520.00")


class ListingPriceFactory(CompanyOwnedFactory):
    """What the listing costs, since now."""

    class Meta:
        model = ListingPrice

    company = factory.SelfAttribute("listing.company")
    listing = factory.SubFactory(ListingFactory)
    price = Decimal("2490.00")
    valid_from = factory.LazyFunction(timezone.now)


class PriceBatchFactory(CompanyOwnedFactory):
    """A draft."""

    class Meta:
        model = PriceBatch

    company = factory.SubFactory(CompanyFactory)
    about = "Цены −5 %"


class PriceChangeFactory(CompanyOwnedFactory):
    """2 490 → 2 365.50 roubles, not confirmed yet."""

    class Meta:
        model = PriceChange

    company = factory.SelfAttribute("listing.company")
    batch = factory.SubFactory(PriceBatchFactory, company=factory.SelfAttribute("..company"))
    account = factory.SelfAttribute("listing.account")
    listing = factory.SubFactory(ListingFactory)
    price = Decimal("2365.50")
    was_price = Decimal("2490.00")
    state = ChangeState.DRAFT


class TariffFactory(CompanyOwnedFactory):
    """A commission of 20 % on a listing, open since the first of November."""

    class Meta:
        model = Tariff

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    subject = TariffSubject.LISTING
    subject_id = factory.Sequence(str)
    kind = ChargeKind.COMMISSION
    raw_name = "sales_percent_fbo"
    value = Decimal("20.0000")
    unit = TariffUnit.PERCENT
    valid_from = date(2026, 11, 1)
    seen_on = date(2026, 11, 24)


class TariffDayFactory(CompanyOwnedFactory):
    """The tariffs were read on the 24th of November."""

    class Meta:
        model = TariffDay

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    day = date(2026, 11, 24)
