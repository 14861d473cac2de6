"""Tariffs that Wildberries publishes: percents by category, logistics, storage and removal by warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.money import LARGEST, currency_code
from marketplaces.contracts.pages import Cursor, Page
from marketplaces.contracts.tariffs import (
    ChargeKind,
    TariffSnapshot,
    TariffsQuery,
    TariffSubject,
    TariffUnit,
)
from marketplaces.errors import CursorRejected
from marketplaces.wildberries import client as api
from marketplaces.wildberries.client import WildberriesClient
from marketplaces.wildberries.schemas import Commission, WarehouseTariff

_COMMISSION: Final = "paidStorageKgvp"
_NONE: Final = frozenset({"", "-", "–", "—"})
_STAGES: Final = (api.COMMISSION, api.BOX, api.PALLET, api.RETURN)


@dataclass(frozen=True, slots=True)
class _Column:
    kind: ChargeKind
    unit: TariffUnit


_DELIVERY: Final = ChargeKind.LOGISTICS_FORWARD
# Columns of FBS (`…Marketplace…`) are left out. Coefficients are in the sums beside them already.
COLUMNS: Final[Mapping[str, Mapping[str, _Column]]] = {
    api.BOX: {
        "boxDeliveryBase": _Column(_DELIVERY, TariffUnit.MONEY),
        "boxDeliveryLiter": _Column(_DELIVERY, TariffUnit.MONEY_PER_LITRE),
        "boxDeliveryCoefExpr": _Column(_DELIVERY, TariffUnit.COEFFICIENT),
        "boxStorageBase": _Column(ChargeKind.STORAGE, TariffUnit.MONEY),
        "boxStorageLiter": _Column(ChargeKind.STORAGE, TariffUnit.MONEY_PER_LITRE),
        "boxStorageCoefExpr": _Column(ChargeKind.STORAGE, TariffUnit.COEFFICIENT),
    },
    api.PALLET: {
        "palletDeliveryValueBase": _Column(_DELIVERY, TariffUnit.MONEY),
        "palletDeliveryValueLiter": _Column(_DELIVERY, TariffUnit.MONEY_PER_LITRE),
        "palletDeliveryExpr": _Column(_DELIVERY, TariffUnit.COEFFICIENT),
        "palletStorageValueExpr": _Column(ChargeKind.STORAGE, TariffUnit.MONEY),
        "palletStorageExpr": _Column(ChargeKind.STORAGE, TariffUnit.COEFFICIENT),
    },
    api.RETURN: {
        "deliveryDumpSupOfficeBase": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpSupOfficeLiter": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY_PER_LITRE),
        "deliveryDumpSupCourierBase": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpSupCourierLiter": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY_PER_LITRE),
        "deliveryDumpSupReturnExpr": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpKgtOfficeBase": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpKgtOfficeLiter": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY_PER_LITRE),
        "deliveryDumpKgtReturnExpr": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpSrgOfficeExpr": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
        "deliveryDumpSrgReturnExpr": _Column(ChargeKind.REMOVAL, TariffUnit.MONEY),
    },
}


def pull_tariffs(
    client: WildberriesClient, query: TariffsQuery, *, cursor: Cursor
) -> Iterator[Page[TariffSnapshot]]:
    """A page for each of the four lists; the cursor names the next one."""
    begun = cursor.get("list", api.COMMISSION)
    if begun not in _STAGES:
        raise CursorRejected("a list of tariffs that is read no more")
    done = 0
    for number, path in enumerate(_STAGES):
        if number < _STAGES.index(begun):
            continue
        page = _commissions(client) if path == api.COMMISSION else _warehouses(client, path, query)
        done += len(page.snapshots)
        following = _STAGES[number + 1] if number + 1 < len(_STAGES) else ""
        yield Page(
            snapshots=page.snapshots,
            rejected=page.rejected,
            cursor={"list": following} if following else {},
            observed_at=page.observed_at,
            done=done,
            is_last=not following,
        )


def decimal_of(value: object) -> Decimal | None:
    """A number of theirs: a decimal comma, thousands with spaces, "-" for none; None for what is no number."""
    text = str(value).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    if text in _NONE or len(text) > 20 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return None
    number = Decimal(text)
    return number if number <= LARGEST else None


def _commissions(client: WildberriesClient) -> Page[TariffSnapshot]:
    rows = client.commissions()
    return Page(
        snapshots=tuple(one for row in rows.page.report for one in _commission(row)),
        rejected=rows.rejected,
        observed_at=rows.sent_at,
    )


def _commission(row: Commission) -> Iterator[TariffSnapshot]:
    if row.paidStorageKgvp is None:
        return
    yield TariffSnapshot(
        subject=TariffSubject.CATEGORY,
        subject_id=row.subjectID,
        subject_name=(row.subjectName or "")[:200],
        kind=ChargeKind.COMMISSION,
        raw_name=_COMMISSION,
        value=row.paidStorageKgvp,
        unit=TariffUnit.PERCENT,
        details={"parent": (row.parentName or "")[:200]},
    )


def _warehouses(client: WildberriesClient, path: str, query: TariffsQuery) -> Page[TariffSnapshot]:
    rows = client.warehouse_tariffs(path, query.day)
    data = rows.page.response.data
    currency = currency_code(data.currency or None)
    return Page(
        snapshots=tuple(one for row in data.warehouseList for one in _of_warehouse(row, path, currency)),
        rejected=rows.rejected,
        observed_at=rows.sent_at,
    )


def _of_warehouse(row: WarehouseTariff, path: str, currency: str) -> Iterator[TariffSnapshot]:
    told = row.model_extra or {}
    for name, column in COLUMNS[path].items():
        value = decimal_of(told.get(name, ""))
        if value is None:
            continue
        yield TariffSnapshot(
            subject=TariffSubject.WAREHOUSE,
            subject_id=row.warehouseName,
            subject_name=row.warehouseName,
            kind=column.kind,
            raw_name=name,
            value=value,
            unit=column.unit,
            currency=currency,
            details={"geo": row.geoName} if row.geoName else {},
        )
