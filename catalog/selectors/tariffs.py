"""Tariffs for lists and for the page of a product: what is charged, since when, and what it was before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Listing, Tariff, TariffDay
from core import formats
from core.periods import business_day
from marketplaces.contracts.tariffs import TariffSubject, TariffUnit
from marketplaces.models import MarketplaceAccount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django_stubs_ext import StrOrPromise

    from catalog.models import Product
    from companies.models import Company

UNITS: Final[dict[str, StrOrPromise]] = {
    TariffUnit.PERCENT.value: _("of the price, %"),
    TariffUnit.MONEY.value: _("₽ a unit"),
    TariffUnit.MONEY_PER_LITRE.value: _("₽ a litre"),
    TariffUnit.COEFFICIENT.value: _("of the base tariff, %"),
}
# How far back the page looks for days that were not asked.
_DAYS_LOOKED_AT: Final = 30
_MOST_CATEGORY_TARIFFS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedDays:
    """Days on which the tariffs of an account were not read whole."""

    account: str
    days: tuple[date, ...]

    @property
    def words(self) -> str:
        """The days in words."""
        return ", ".join(formats.day(day) for day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingTariffs:
    """What is charged for one listing now: its own tariffs and those of its category."""

    listing: Listing
    tariffs: Sequence[Tariff]


def tariff_list(company: Company) -> Any:
    """Tariffs with their accounts; `before` is the value that stood until this one, `change` the difference."""
    earlier = (
        Tariff.objects.for_company(company)
        .filter(
            account=OuterRef("account"),
            subject=OuterRef("subject"),
            subject_id=OuterRef("subject_id"),
            raw_name=OuterRef("raw_name"),
            valid_from__lt=OuterRef("valid_from"),
        )
        .order_by("-valid_from")
    )
    rows = Tariff.objects.for_company(company).select_related("account", "listing")
    return rows.annotate(before=Subquery(earlier.values("value")[:1])).annotate(
        change=F("value") - F("before")
    )


def matching(tariffs: Any, text: str) -> Any:
    """Tariffs by the name or id of what they are of, the listing's article or name, or the marketplace's word."""
    return tariffs.filter(
        Q(subject_id__istartswith=text)
        | Q(subject_name__icontains=text)
        | Q(raw_name__icontains=text)
        | Q(listing__seller_sku__istartswith=text)
        | Q(listing__name__icontains=text)
    )


def valid_on(tariffs: Any, day: date) -> Any:
    """Tariffs in force on a day."""
    return tariffs.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


def change_of(tariff: Any) -> formats.Change | None:
    """How the value moved against the one before; dearer is bad."""
    moved: Decimal | None = tariff.change
    if not moved:
        return None
    text = formats.number(abs(moved), digits=_digits(moved))
    return formats.Change(direction="up" if moved > 0 else "down", text=text, is_good=moved < 0)


def value_of(tariff: Tariff, value: Decimal | None = None) -> str:
    """A value with as many places as it needs, and what it counts."""
    shown = tariff.value if value is None else value
    return f"{formats.number(shown, digits=_digits(shown))} {UNITS.get(tariff.unit, tariff.unit)}"


def missed_days(company: Company) -> list[MissedDays]:
    """Days of the last month on which an account's tariffs were not read whole, though they were before."""
    today = business_day(timezone.now(), company.zone)
    first = today - timedelta(days=_DAYS_LOOKED_AT)
    days = TariffDay.objects.for_company(company)
    begun = dict(days.values_list("account_id").annotate(first=Min("day")).values_list("account_id", "first"))
    read: dict[int, set[date]] = defaultdict(set)
    for account, day in days.filter(day__gte=first).values_list("account_id", "day"):
        read[account].add(day)
    accounts = MarketplaceAccount.objects.for_company(company).kept().filter(pk__in=begun).order_by("title")
    found = []
    for pk, title in accounts.values_list("pk", "title"):
        start = max(first, begun[pk])
        asked = [start + timedelta(days=number) for number in range((today - start).days)]
        missed = tuple(day for day in asked if day not in read[pk])
        if missed:
            found.append(MissedDays(account=title, days=missed))
    return found


def tariffs_of_product(company: Company, product: Product) -> list[ListingTariffs]:
    """The tariffs in force of each listing of a product, its category's among them."""
    listings = list(
        Listing.objects.for_company(company).filter(product=product).select_related("account").order_by("pk")
    )
    own = Q(listing__in=[one.pk for one in listings])
    places = {(one.account_id, one.category_id) for one in listings if one.category_id}
    of_category = Q(
        subject=TariffSubject.CATEGORY,
        account__in={account for account, _category in places},
        subject_id__in={category for _account, category in places},
    )
    rows = tariff_list(company).filter(own | of_category, valid_to=None).order_by("kind", "raw_name", "pk")
    held = list(rows[: _MOST_CATEGORY_TARIFFS * max(1, len(listings))])
    return [
        ListingTariffs(listing=one, tariffs=[tariff for tariff in held if _is_of(tariff, one)])
        for one in listings
    ]


def _is_of(tariff: Tariff, listing: Listing) -> bool:
    if tariff.subject == TariffSubject.LISTING:
        return bool(tariff.listing_id == listing.pk)
    return tariff.account_id == listing.account_id and tariff.subject_id == listing.category_id


def _digits(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
