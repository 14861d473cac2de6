"""What pages of figures share: the tile, and money on an axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypedDict

from django.utils.translation import gettext as _

from analytics.choices import Comparison
from core import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from analytics.selectors.known import KnownSince
    from analytics.selectors.scope import ReportScope


class Shapes(TypedDict):
    """The two series of a tile's sparkline."""

    shape: tuple[float | None, ...]
    shape_before: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What the `kpi` component takes."""

    label: StrOrPromise
    value: str | None
    unit: StrOrPromise
    definition: StrOrPromise
    change: formats.Change | None = None
    was: str = ""
    note: str = ""
    shape: tuple[float | None, ...] = ()
    shape_before: tuple[float | None, ...] = ()


class Compared(Protocol):
    """A report that is set against other days."""

    @property
    def scope(self) -> ReportScope:
        """Whose numbers these are."""

    @property
    def total_before(self) -> object | None:
        """The figures of the days compared with."""

    @property
    def known(self) -> KnownSince:
        """Since when orders are known."""


def nothing_before(found: Compared) -> str:
    """Why there is nothing to compare with, when there is not."""
    if found.total_before or found.scope.comparison is Comparison.NONE:
        return ""
    return orders_since(found.known, today=found.scope.today)


def orders_since(known: KnownSince, *, today: date) -> str:
    """That the days before are not known, of one account or of all together; nothing where no orders are."""
    if known.whole is None:
        return ""
    day = {"day": formats.day(known.whole, today=today)}
    if known.whole != known.first:
        return _("nothing to compare with: orders of all accounts since %(day)s") % day
    return _("nothing to compare with: orders since %(day)s") % day


def roubles(value: formats.Number | None) -> str:
    """`2 380 ₽`."""
    return formats.money(value)


def axis_roubles(values: Iterable[float | None]) -> Callable[[float | None], str]:
    """One unit for the whole axis, so that it stays narrow: roubles, thousands or millions."""
    largest = max((value for value in values if value is not None), default=0)
    if largest >= 2_000_000:
        return partial(_in_units, size=1_000_000, unit=_("m"), digits=1)
    if largest >= 2_000:
        return partial(_in_units, size=1_000, unit=_("k"), digits=0)
    return formats.number


def _in_units(value: float | None, *, size: int, unit: str, digits: int) -> str:
    if not value:
        return formats.number(value)
    return formats.NBSP.join((formats.number(value / size, digits=digits), unit))
