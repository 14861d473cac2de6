"""Recording supplies in tests, and looking at what is held of them then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from supplies.choices import SupplyEventKind
from supplies.models import Supply, SupplyDocument, SupplyEvent, SupplyLine
from supplies.services.record import record_supplies
from tests.supplies.snapshots import SEEN

if TYPE_CHECKING:
    from datetime import datetime

    from marketplaces.contracts.supplies import SupplySnapshot
    from marketplaces.models import MarketplaceAccount
    from marketplaces.streams import PageResult


def record(account: MarketplaceAccount, *snapshots: SupplySnapshot, at: datetime = SEEN) -> PageResult:
    return record_supplies(account=account, snapshots=snapshots, observed_at=at, source="poll")


def the_supply(account: MarketplaceAccount) -> Supply:
    return Supply.objects.for_company(account.company_id).get()


def the_lines(account: MarketplaceAccount) -> list[SupplyLine]:
    return list(SupplyLine.objects.for_company(account.company_id).order_by("key"))


def history(account: MarketplaceAccount, *kinds: str) -> list[tuple[str, str]]:
    events = SupplyEvent.objects.for_company(account.company_id).order_by("happened_at", "id")
    shown = kinds or (SupplyEventKind.STATUS, SupplyEventKind.CORRECTION)
    return [(str(one.old_status), str(one.new_status)) for one in events if one.kind in shown]


def details(account: MarketplaceAccount, kind: str) -> list[dict[str, Any]]:
    events = SupplyEvent.objects.for_company(account.company_id).filter(kind=kind).order_by("id")
    return [one.details for one in events]


def everything(account: MarketplaceAccount) -> Any:
    """All that stands in the tables of supplies, but when it was learnt."""
    held = the_supply(account)
    told = [
        str(getattr(held, name))
        for name in (
            "status", "external_status", "number", "kind", "slot_from", "slot_to", "warehouse", "warehouse_name",
            "cluster_name", "shipped_at", "arrived_at", "accepted_at", "reason", "declared", "shipped", "accepted",
            "on_sale", "surplus", "missing_units", "missing_amount", "lines_count",
        )
    ]  # fmt: skip
    lines = [
        (
            one.key,
            one.declared,
            one.shipped,
            one.accepted,
            one.on_sale,
            one.shortage,
            one.surplus,
            one.defect,
            one.price,
            one.name,
        )
        for one in the_lines(account)
    ]
    papers = SupplyDocument.objects.for_company(account.company_id).order_by("kind", "number")
    return told, lines, list(papers.values_list("kind", "number", "issued_at"))
