"""Which plan a supply of the marketplace may be: by where it goes and what is in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from supplies.models import OPEN, Supply, SupplyLine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from companies.models import Company

_MOST_PROPOSED: Final = 5
_MOST_PLANS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Units of a supply by the keys of its lines, and by which barcode a key goes too."""

    units: Mapping[str, int]
    barcodes: Mapping[str, str]

    def in_keys_of(self, other: Goods) -> dict[str, int]:
        """The units, by the keys that `other` has for the same products."""
        by_barcode = {barcode: key for key, barcode in other.barcodes.items() if barcode}
        found: dict[str, int] = {}
        for key, units in self.units.items():
            known = key if key in other.units else by_barcode.get(self.barcodes.get(key, ""), key)
            found[known] = found.get(known, 0) + units
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An open plan that the supply may be: `share` of the units that both have (0–1), how many lines differ."""

    plan: Supply
    share: float
    differing: int
    is_same_place: bool

    @property
    def percent(self) -> int:
        """The share in whole percent, 100 only for the very same goods."""
        return int(self.share * 100)


def proposals(company: Company, supply: Supply) -> list[Proposal]:
    """The open plans of the account that are most like the supply, the likest first."""
    plans = open_plans(company.pk, supply.account_id)
    goods = goods_of(company.pk, [supply.pk, *(plan.pk for plan in plans)])
    told = goods[supply.pk]
    found = [_proposal(plan, goods[plan.pk], supply, told) for plan in plans]
    found.sort(key=lambda one: (one.share, one.is_same_place, one.plan.pk), reverse=True)
    return found[:_MOST_PROPOSED]


def open_plans(company_id: int, account_id: int) -> Sequence[Supply]:
    """Plans with goods that no supply of the marketplace is tied to yet, the newest first."""
    rows = Supply.objects.for_company(company_id).filter(
        account_id=account_id, is_planned_here=True, external_id="", status__in=OPEN, lines_count__gt=0
    )
    return list(rows.order_by("-pk")[:_MOST_PLANS])


def goods_of(company_id: int, supply_ids: Collection[int]) -> dict[int, Goods]:
    """What is in the supplies: as planned, as declared where nothing was planned."""
    units: dict[int, dict[str, int]] = defaultdict(dict)
    barcodes: dict[int, dict[str, str]] = defaultdict(dict)
    rows = SupplyLine.objects.for_company(company_id).filter(supply_id__in=supply_ids)
    for supply_id, key, barcode, planned, declared in rows.values_list(
        "supply_id", "key", "barcode", "planned", "declared"
    ):
        units[supply_id][key] = (declared if planned is None else planned) or 0
        barcodes[supply_id][key] = barcode
    return {pk: Goods(units=units[pk], barcodes=barcodes[pk]) for pk in supply_ids}


def goes_to_the_same_place(plan: Supply, told: Supply) -> bool:
    """The same warehouse where both name one, else the same cluster."""
    if plan.warehouse_id and told.warehouse_id:
        return bool(plan.warehouse_id == told.warehouse_id)
    if plan.warehouse_name and told.warehouse_name:
        return _folded(plan.warehouse_name) == _folded(told.warehouse_name)
    return bool(plan.cluster_name) and _folded(plan.cluster_name) == _folded(told.cluster_name)


def has_the_same_goods(plan: Goods, told: Goods) -> bool:
    """The same products, each in the same number of units."""
    wanted = {key: units for key, units in plan.units.items() if units}
    return bool(wanted) and wanted == {key: units for key, units in told.in_keys_of(plan).items() if units}


def _proposal(plan: Supply, goods: Goods, supply: Supply, told: Goods) -> Proposal:
    brought = told.in_keys_of(goods)
    keys = goods.units.keys() | brought.keys()
    pairs = [(goods.units.get(key, 0), brought.get(key, 0)) for key in keys]
    most = max(sum(planned for planned, _told in pairs), sum(told for _planned, told in pairs), 1)
    return Proposal(
        plan=plan,
        share=sum(min(pair) for pair in pairs) / most,
        differing=sum(1 for planned, told_units in pairs if planned != told_units),
        is_same_place=goes_to_the_same_place(plan, supply),
    )


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()
