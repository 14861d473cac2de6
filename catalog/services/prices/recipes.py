"""How new prices are made of those that stand: the steps that a person chooses, pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.money import LARGEST, round_kopecks

if TYPE_CHECKING:
    from catalog.models import Listing

_HUNDRED: Final = Decimal(100)


class Step(models.TextChoices):
    """What is done to the price."""

    KEEP = "keep", gettext_lazy("leave as it is")
    SET = "set", gettext_lazy("set to, ₽")
    PERCENT = "percent", gettext_lazy("change by, %")
    AMOUNT = "amount", gettext_lazy("change by, ₽")


class Rounding(models.TextChoices):
    """To what a new price is rounded, half up."""

    KOPECKS = "", gettext_lazy("do not round")
    ROUBLES = "1", gettext_lazy("to whole roubles")
    TENS = "10", gettext_lazy("to tens")
    NINETIES = "90", gettext_lazy("so that it ends in 90")


class KeepOr(models.TextChoices):
    """What becomes of the price before the discount, and of the lowest one."""

    KEEP = "keep", gettext_lazy("leave as it is")
    SET = "set", gettext_lazy("set to, ₽")
    ABOVE = "above", gettext_lazy("from the new price, %")
    NONE = "none", gettext_lazy("take away")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrices:
    """The prices of a listing as the recipe makes them; None where there is none."""

    price: Decimal
    old_price: Decimal | None
    min_price: Decimal | None


class CannotMake(Exception):
    """No price can be made of what stands; `code` says why: `no_price`, `not_positive`, `too_large`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A change of prices in a person's words.

    `value` is roubles or percent by `step` and may be negative; `old_value` is roubles, or percent above the new
    price; `min_value` is roubles, or percent of the new price that may be given away.
    """

    step: Step
    value: Decimal = Decimal(0)
    rounding: Rounding = Rounding.KOPECKS
    old: KeepOr = KeepOr.KEEP
    old_value: Decimal = Decimal(0)
    least: KeepOr = KeepOr.KEEP
    min_value: Decimal = Decimal(0)

    def of(self, listing: Listing) -> NewPrices:
        """The new prices of a listing. Raises CannotMake."""
        price = self._price(listing.price)
        old = _other(self.old, self.old_value, held=listing.old_price, price=price, sign=1)
        if old is not None and self.old is KeepOr.ABOVE:
            old = _rounded(old, Rounding.ROUBLES)
        # A price before the discount that is no longer above the price crosses nothing out.
        if self.old is KeepOr.KEEP and old is not None and old <= price:
            old = None
        least = _other(self.least, self.min_value, held=listing.min_price, price=price, sign=-1)
        if any(one is not None and one > LARGEST for one in (price, old, least)):
            raise CannotMake("too_large")
        return NewPrices(price=price, old_price=old, min_price=least)

    def words(self) -> str:
        """What is changed and how: «цена +5 %, округление до десятков»."""
        parts = [
            _price_words(self.step, self.value),
            "" if self.rounding is Rounding.KOPECKS else str(self.rounding.label),
            _other_words(_("before discount"), self.old, self.old_value, sign=1),
            _other_words(_("lowest price"), self.least, self.min_value, sign=-1),
        ]
        return "; ".join(filter(None, parts))[:300]

    def _price(self, was: Decimal | None) -> Decimal:
        if self.step is not Step.SET and was is None:
            raise CannotMake("no_price")
        held = was or Decimal(0)
        match self.step:
            case Step.SET:
                made = self.value
            case Step.PERCENT:
                made = held * (_HUNDRED + self.value) / _HUNDRED
            case Step.AMOUNT:
                made = held + self.value
            case _:
                made = held
        price = made if self.step is Step.KEEP else _rounded(made, self.rounding)
        if price <= 0:
            raise CannotMake("not_positive")
        return price


def _rounded(amount: Decimal, rounding: Rounding) -> Decimal:
    match rounding:
        case Rounding.ROUBLES:
            return round_kopecks(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        case Rounding.TENS:
            return round_kopecks((amount / 10).quantize(Decimal(1), rounding=ROUND_HALF_UP) * 10)
        case Rounding.NINETIES:
            # The nearest of …90: at least 90, halves go up.
            hundreds = ((amount - 90) / _HUNDRED + Decimal("0.5")).to_integral_value(rounding=ROUND_FLOOR)
            return round_kopecks(max(hundreds, Decimal(0)) * _HUNDRED + 90)
    return round_kopecks(amount)


def _other(how: KeepOr, value: Decimal, *, held: Decimal | None, price: Decimal, sign: int) -> Decimal | None:
    match how:
        case KeepOr.NONE:
            return None
        case KeepOr.SET:
            return round_kopecks(value) or None
        case KeepOr.ABOVE:
            return round_kopecks(price * (_HUNDRED + sign * value) / _HUNDRED)
    return held


def _price_words(step: Step, value: Decimal) -> str:
    match step:
        case Step.SET:
            return _("price %(price)s") % {"price": formats.money(value)}
        case Step.PERCENT:
            return _("price by %(percent)s %%") % {"percent": _signed(value)}
        case Step.AMOUNT:
            return _("price by %(amount)s ₽") % {"amount": _signed(value)}
    return ""


def _other_words(name: str, how: KeepOr, value: Decimal, *, sign: int) -> str:
    match how:
        case KeepOr.SET:
            return _("%(name)s: %(price)s") % {"name": name, "price": formats.money(value)}
        case KeepOr.ABOVE:
            return _("%(name)s: the new price %(percent)s %%") % {
                "name": name,
                "percent": _signed(value * sign),
            }
        case KeepOr.NONE:
            return _("%(name)s: none") % {"name": name}
    return ""


def _signed(value: Decimal) -> str:
    return formats.number(value, digits=_digits(value), signed=True)


def _digits(value: Decimal) -> int:
    return 0 if value == value.to_integral_value() else 2
