"""Recording the marketplaces' warehouses and clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from catalog.models import Cluster, Warehouse
from core.merge import MergeRule, merge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from marketplaces.contracts.stock import WarehouseSnapshot
    from marketplaces.models import MarketplaceAccount

_CLUSTERS = MergeRule(
    model=Cluster,
    columns=("company_id", "marketplace", "external_id", "name"),
    key=("company_id", "marketplace", "external_id"),
    update={"name": None},
    when="t.name <> EXCLUDED.name",
)

_WAREHOUSES = MergeRule(
    model=Warehouse,
    columns=(
        "company_id",
        "marketplace",
        "external_id",
        "name",
        "cluster_id",
        "address",
        "time_zone",
        "is_active",
    ),
    key=("company_id", "marketplace", "external_id"),
    # An answer that names only the warehouse must not wipe what another answer told.
    update={
        "name": "coalesce(nullif(EXCLUDED.name, ''), t.name)",
        "cluster_id": "coalesce(EXCLUDED.cluster_id, t.cluster_id)",
        "address": "coalesce(nullif(EXCLUDED.address, ''), t.address)",
        "time_zone": "coalesce(nullif(EXCLUDED.time_zone, ''), t.time_zone)",
        "is_active": None,
    },
    when="(EXCLUDED.name <> '' AND t.name <> EXCLUDED.name)"
    " OR (EXCLUDED.cluster_id IS NOT NULL AND t.cluster_id IS DISTINCT FROM EXCLUDED.cluster_id)"
    " OR (EXCLUDED.address <> '' AND t.address <> EXCLUDED.address)"
    " OR (EXCLUDED.time_zone <> '' AND t.time_zone <> EXCLUDED.time_zone)"
    " OR t.is_active <> EXCLUDED.is_active",
)


@transaction.atomic(savepoint=False)
def record_warehouses(
    *, account: MarketplaceAccount, warehouses: Iterable[WarehouseSnapshot]
) -> dict[str, int]:
    """Write the warehouses and their clusters; give our id for each of their ids."""
    latest = {warehouse.external_id: warehouse for warehouse in warehouses}
    clusters = _cluster_ids(account=account, warehouses=latest.values())
    rows = [
        (
            account.company_id,
            account.marketplace,
            one.external_id,
            one.name,
            clusters.get(one.cluster_external_id),
            one.address,
            one.time_zone,
            one.is_active,
        )
        for one in latest.values()
    ]
    merge(_WAREHOUSES, rows)
    return warehouse_ids(account=account, external_ids=latest)


def warehouses_named(*, account: MarketplaceAccount, names: Mapping[str, str]) -> dict[str, int]:
    """Our id for each of their ids; a warehouse that is new is made with the name given."""
    known = warehouse_ids(account=account, external_ids=names)
    missing = names.keys() - known.keys()
    if not missing:
        return known
    rows = [
        (account.company_id, account.marketplace, external_id, names[external_id], None, "", "", True)
        for external_id in sorted(missing)
    ]
    merge(_WAREHOUSES, rows)
    return warehouse_ids(account=account, external_ids=names)


def warehouse_ids(*, account: MarketplaceAccount, external_ids: Collection[str]) -> dict[str, int]:
    """Our ids of the warehouses that we know."""
    held = Warehouse.objects.for_company(account.company_id).filter(
        marketplace=account.marketplace, external_id__in=external_ids
    )
    return dict(held.values_list("external_id", "pk"))


def _cluster_ids(*, account: MarketplaceAccount, warehouses: Iterable[WarehouseSnapshot]) -> dict[str, int]:
    names = {one.cluster_external_id: one.cluster_name for one in warehouses if one.cluster_external_id}
    if not names:
        return {}
    merge(
        _CLUSTERS,
        [(account.company_id, account.marketplace, external_id, name) for external_id, name in names.items()],
    )
    held = Cluster.objects.for_company(account.company_id).filter(
        marketplace=account.marketplace, external_id__in=names
    )
    return dict(held.values_list("external_id", "pk"))
