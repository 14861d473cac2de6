"""Tariffs: commissions by subject, and lists by warehouse that change a little with the weeks."""

from datetime import timedelta
from typing import Any

from sandbox.wildberries.calls import Call, Words
from sandbox.wildberries.errors import not_found, short
from sandbox.wildberries.words import CATEGORIES, MOSCOW, WAREHOUSE_LARGE, WAREHOUSE_RU, comma
from sandbox.world.catalog import FAMILIES, Product
from sandbox.world.moments import DAY, day_number
from sandbox.world.seeds import mix

_WORDS = Words(lambda call, text: short(text, at=call.now, origin="openapi-tariffs"))
_AHEAD = 30
_OWN, _OWN_LARGE = "Свой склад РФ", "Свой склад СГТ РФ"
_FOREIGN = (("Астана", "Казахстан"), ("Актобе", "Казахстан"), ("Минск", "Беларусь"), ("СЦ Ереван", "Армения"))
_OTHERS = (
    "Плед",
    "Покрывало",
    "Подушка",
    "Одеяло",
    "Матрас",
    "Ковёр",
    "Скатерть-клеёнка",
    "Прихватка",
    "Юбка",
)
_TILL = "2027-01-31"


# ---- commissions ------------------------------------------------------------------------------------------
def commission_of(product: Product, at: int) -> int:
    """Return what Wildberries keeps of a sale from its own warehouse at an instant, in hundredths of a per cent."""
    return _percent(product.family.kind, product.family.commission, (at + MOSCOW) // DAY)


def _percent(subject: int, base: int, day: int) -> int:
    """Return a subject's percentage in hundredths: it moves by a half now and then, each subject at its own time."""
    turn = (day + mix(subject, 93) % 60) // 60
    return base * 100 + 250 + mix(subject, turn, 94) % 3 * 50


def commission(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/tariffs/commission`: the names say what they do not mean, `paidStorageKgvp` is of FBW."""
    day = (call.seen_at + MOSCOW) // DAY
    kinds = {family.kind: (family.kind_name, family.commission, family.category) for family in FAMILIES}
    others = {
        50_000 + place: (name, 15 + place, next(iter(CATEGORIES))) for place, name in enumerate(_OTHERS)
    }
    return {
        "report": [
            {
                "kgvpBooking": (percent + 150) / 100,
                "kgvpMarketplace": (percent + 350) / 100,
                "kgvpPickup": (percent + 350) / 100,
                "kgvpSupplier": (percent + 100) / 100,
                "kgvpSupplierExpress": 3,
                "paidStorageKgvp": percent / 100,
                "parentID": category % 100_000,
                "parentName": CATEGORIES[category],
                "subjectID": subject,
                "subjectName": name,
            }
            for subject, (name, base, category) in (kinds | others).items()
            for percent in (_percent(subject, base, day),)
        ]
    }


# ---- by warehouse -----------------------------------------------------------------------------------------
def box(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/tariffs/box`: foreign warehouses, and the seller's own ones in Russia."""
    rows = []
    for name, country in (*_FOREIGN, (_OWN, "Россия"), (_OWN_LARGE, "Россия")):
        delivery, storage = _shares(call, name, 1), _shares(call, name, 2)
        has_storage = name not in (_OWN, _OWN_LARGE)
        rows.append(
            {
                "boxDeliveryBase": comma(46 * delivery),
                "boxDeliveryCoefExpr": str(delivery),
                "boxDeliveryLiter": comma(14 * delivery),
                "boxDeliveryMarketplaceBase": comma(40 * delivery),
                "boxDeliveryMarketplaceCoefExpr": str(delivery),
                "boxDeliveryMarketplaceLiter": comma(11 * delivery),
                "boxStorageBase": comma(storage * 8 // 100) if has_storage else "-",
                "boxStorageCoefExpr": str(storage) if has_storage else "-",
                "boxStorageLiter": comma(storage * 7 // 100) if has_storage else "-",
                "geoName": country,
                "warehouseName": name,
            }
        )
    return _told(call, rows, ("dtNextBox", "dtTillMax"))


def pallet(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/tariffs/pallet`: foreign warehouses only."""
    rows = []
    for name, _country in _FOREIGN:
        delivery, storage = _shares(call, name, 1), _shares(call, name, 3)
        rows.append(
            {
                "palletDeliveryExpr": str(delivery),
                "palletDeliveryValueBase": comma(51 * delivery),
                "palletDeliveryValueLiter": comma(12 * delivery),
                "palletStorageExpr": str(storage) if name != "Минск" else "-",
                "palletStorageValueExpr": comma(23 * storage) if name != "Минск" else "-",
                "warehouseName": name,
            }
        )
    return _told(call, rows, ("dtNextPallet", "dtTillMax"))


def returning(call: Call) -> dict[str, Any]:
    """Answer `/api/v1/tariffs/return`: what it costs to get goods back."""
    rows = []
    names = (*(name for name, _ in _FOREIGN), _OWN, _OWN_LARGE, WAREHOUSE_RU, WAREHOUSE_LARGE)
    for name in names:
        share = _shares(call, name, 4)
        is_large = name in (_OWN_LARGE, WAREHOUSE_LARGE)
        rows.append(
            {
                "deliveryDumpKgtOfficeBase": comma(1039 * share) if is_large else "-",
                "deliveryDumpKgtOfficeLiter": comma(9 * share) if is_large else "-",
                "deliveryDumpKgtReturnExpr": comma(1050 * share) if is_large else "-",
                "deliveryDumpSrgOfficeExpr": comma(170 * share),
                "deliveryDumpSrgReturnExpr": comma(170 * share),
                "deliveryDumpSupCourierBase": comma(229 * share),
                "deliveryDumpSupCourierLiter": comma(9 * share),
                "deliveryDumpSupOfficeBase": comma(129 * share),
                "deliveryDumpSupOfficeLiter": comma(9 * share),
                "deliveryDumpSupReturnExpr": comma(250 * share),
                "warehouseName": name,
            }
        )
    names_of_days = ("dtNextDeliveryDumpKgt", "dtNextDeliveryDumpSrg", "dtNextDeliveryDumpSup")
    return _told(call, rows, names_of_days)


def _day(call: Call) -> int:
    return day_number(_WORDS.day(call, "date"))


def _shares(call: Call, name: str, kind: int) -> int:
    """Return a coefficient in per cent; it holds for a fortnight, each warehouse from its own day."""
    letters = sum(map(ord, name))
    turn = (_day(call) + letters % 14) // 14
    return 100 + mix(letters, kind, turn) % 6 * 5


def _told(call: Call, rows: list[dict[str, Any]], days: tuple[str, ...]) -> dict[str, Any]:
    """Wrap a list; of days that are too far ahead there is none."""
    asked = _WORDS.day(call, "date")
    is_known = _day(call) <= (call.at + MOSCOW) // DAY + _AHEAD
    following = str(asked + timedelta(days=14)) if is_known else ""
    told = {name: _TILL if name == "dtTillMax" else following for name in days}
    return {"response": {"data": {"currency": "RUB", **told, "warehouseList": rows if is_known else None}}}


def switched_off(call: Call) -> dict[str, Any]:
    """Answer a method that is switched off: since August 2026 the acceptance coefficients, others for good."""
    raise not_found(at=call.now)
