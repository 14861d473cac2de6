"""What the filters of lists offer: a company's accounts, warehouses and clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Q

from catalog.models import Cluster, Listing, Product, Warehouse
from marketplaces import registry
from marketplaces.models import MarketplaceAccount, StreamState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta

    from django.db.models import QuerySet

    from companies.models import Company

Choices = list[tuple[str, str]]

# Enough of an article to be looked for, and no more listings than a person can have meant.
_LISTINGS_MEANT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old the data of a stream may be (`norm`) and are: the oldest of the accounts."""

    at: datetime | None
    norm: timedelta


def account_choices(company: Company) -> Choices:
    """The accounts of the company, those apart that are being erased."""
    rows = MarketplaceAccount.objects.for_company(company).kept().order_by("title", "pk")
    return [(str(pk), title) for pk, title in rows.values_list("pk", "title")]


def warehouse_choices(company: Company) -> Choices:
    """The marketplaces' warehouses that the company knows."""
    rows = Warehouse.objects.for_company(company).order_by("name", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def cluster_choices(company: Company, *, rows: QuerySet[Any], asked: str = "") -> Choices:
    """The clusters that the company knows, by name: orders carry no more. Of the regions that a marketplace tells by
    its orders only, the one that is `asked` for, if any of the `rows` went there."""
    names = Cluster.objects.for_company(company).order_by("name").values_list("name", flat=True).distinct()
    known = [(name, name) for name in names]
    is_told = asked.isprintable() and asked and (asked, asked) not in known
    return [*known, (asked, asked)] if is_told and rows.filter(cluster_to=asked).exists() else known


def cluster_id_choices(company: Company) -> Choices:
    """The clusters that the company knows, by our id."""
    rows = Cluster.objects.for_company(company).order_by("name", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def product_choice(company: Company, text: str) -> Choices:
    """The one product that the address names, if it is the company's; asks nothing when it names none."""
    if not text.isdecimal() or len(text) > 18:
        return []
    rows = Product.objects.for_company(company).filter(pk=text)
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def listings_meant(company: Company, text: str) -> Sequence[int]:
    """The listings whose article begins with the text, or whose barcode or marketplace SKU it is."""
    meant = Listing.objects.for_company(company).filter(
        Q(seller_sku__istartswith=text) | Q(marketplace_sku=text) | Q(barcodes__contains=[text])
    )
    return list(meant.values_list("pk", flat=True)[:_LISTINGS_MEANT])


def freshness(company: Company, *, stream: str, accounts: Collection[int] | None = None) -> Freshness:
    """Since when the data of the stream are true, over the company's accounts or some of them (one query)."""
    states = StreamState.objects.for_company(company).filter(stream=stream, is_on=True)
    if accounts is not None:
        states = states.filter(account_id__in=accounts)
    oldest = states.aggregate(at=Min("data_as_of"))["at"]
    return Freshness(at=oldest, norm=registry.streams()[stream].fresh_for)
