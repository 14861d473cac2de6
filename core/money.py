"""Amounts of money: parse what marketplaces send, round, split. Formatting lives in core.formats."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

KOPECK: Final = Decimal("0.01")
# numeric(14, 2) holds this much; anything larger is a broken answer, not a price.
LARGEST: Final = Decimal("999999999999.99")
# Yandex Market still says RUR, the code that RUB replaced in 1998.
_CURRENCY_NAMES: Final = {"RUR": "RUB"}


class NotMoney(ValueError):
    """The value cannot be an amount of money."""


def parse_amount(value: object) -> Decimal:
    """Read an amount in currency units from a string, an int, a Decimal or a JSON float; round to kopecks.

    Raises NotMoney for anything else, for NaN and infinities, and beyond ±999 999 999 999.99.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise NotMoney(f"not an amount: {type(value).__name__}")
    text = str(value).strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if len(text) > 40:
        raise NotMoney("not an amount: too long")
    try:
        amount = Decimal(text)
    except InvalidOperation as exc:
        raise NotMoney("not an amount") from exc
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise NotMoney("not an amount: out of range")
    return round_kopecks(amount)


def round_kopecks(amount: Decimal) -> Decimal:
    """Round half up to two places, as invoices do."""
    return amount.quantize(KOPECK, rounding=ROUND_HALF_UP)


def currency_code(value: str | None, default: str = "RUB") -> str:
    """The ISO 4217 code of a marketplace's word for a currency."""
    code = (value or default).strip().upper()
    return _CURRENCY_NAMES.get(code, code)[:3]


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split an amount by weights into kopeck-exact parts whose sum is the amount.

    The kopecks left over by rounding go to the largest remainders, ties to the first. Weights must not be
    negative and must not all be zero (ValueError).
    """
    total = sum(Decimal(weight) for weight in weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    kopecks = int((amount / KOPECK).to_integral_value(rounding=ROUND_HALF_UP))
    exact = [Decimal(kopecks) * Decimal(weight) / total for weight in weights]
    parts = [int(share.to_integral_value(rounding=ROUND_FLOOR)) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: kopecks - sum(parts)]:
        parts[index] += 1
    return [part * KOPECK for part in parts]
