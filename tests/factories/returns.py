"""Returns with their events, and the dictionary of reasons."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from core.periods import business_day
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnKind, ReturnStatus
from returns.choices import MatchBy, ReasonGroup
from returns.models import Reason, ReasonRule, ReasonWord, Return, ReturnEvent
from tests.factories.base import CompanyOwnedFactory
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory


class ReasonFactory(factory.django.DjangoModelFactory):
    """A reason of the group `size`."""

    class Meta:
        model = Reason

    code = factory.Sequence(lambda n: f"reason-{n}")
    group = ReasonGroup.SIZE
    name = factory.Sequence(lambda n: f"Причина {n}")


class ReasonRuleFactory(factory.django.DjangoModelFactory):
    """A rule of any marketplace that looks at the whole text."""

    class Meta:
        model = ReasonRule

    match_by = MatchBy.TEXT
    words = factory.Sequence(lambda n: f"слова {n}")
    reason = factory.SubFactory(ReasonFactory)


class ReasonWordFactory(factory.django.DjangoModelFactory):
    """Words that no rule knows, seen once."""

    class Meta:
        model = ReasonWord

    marketplace = "ozon"
    words = factory.Sequence(lambda n: f"неизвестные слова {n}")
    seen = 1


class ReturnFactory(CompanyOwnedFactory):
    """A client return of one unit at 2 490 ₽ that began yesterday and is on its way back, tied to no order."""

    class Meta:
        model = Return

    company = factory.SelfAttribute("account.company")
    account = factory.SubFactory(AccountFactory)
    marketplace = factory.SelfAttribute("account.marketplace")
    external_id = factory.Sequence(lambda n: f"{700_000_000 + n}")
    number = factory.SelfAttribute("external_id")
    kind = ReturnKind.CLIENT_RETURN
    status = ReturnStatus.IN_TRANSIT
    external_status = "MovingToOzon"
    status_at = factory.SelfAttribute("registered_at")
    status_precision = Precision.EXACT
    registered_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    registered_date = factory.LazyAttribute(lambda row: business_day(row.registered_at))
    listing = factory.SubFactory(ListingFactory, account=factory.SelfAttribute("..account"))
    marketplace_sku = factory.LazyAttribute(lambda row: row.listing.marketplace_sku if row.listing else "1")
    seller_sku = factory.LazyAttribute(lambda row: row.listing.seller_sku if row.listing else "UNKNOWN")
    name = factory.LazyAttribute(lambda row: row.listing.name if row.listing else "Неизвестный товар")
    price = Decimal("2490.00")
    amount = factory.LazyAttribute(lambda row: row.price * row.quantity)
    quantity = 1
    observed_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("status_at")


class ReturnEventFactory(CompanyOwnedFactory):
    class Meta:
        model = ReturnEvent

    company = factory.SelfAttribute("return_of.company")
    return_of = factory.SubFactory(ReturnFactory)
    old_status = ""
    new_status = ReturnStatus.IN_TRANSIT
    external_status = "MovingToOzon"
    happened_at = factory.SelfAttribute("return_of.registered_at")
    recorded_at = factory.LazyAttribute(lambda row: row.happened_at + timedelta(minutes=30))
    precision = Precision.EXACT
    source = "poll"
