"""What the components of core.ui take: small frozen rows, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from django_stubs_ext import StrOrPromise

    from core.statuses import Tone

StepState = Literal["done", "now", "next", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One link of the path above a page title."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab, a saved view or an item of a segment; `count` only when it was measured."""

    label: StrOrPromise
    url: str
    is_current: bool = False
    count: int | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One cell of the strip of status counters: each is a link that filters."""

    label: StrOrPromise
    value: str
    url: str
    note: StrOrPromise = ""
    tone: Tone | Literal[""] = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter in force, in words; `url` is the page without it."""

    label: StrOrPromise
    value: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label over (or beside) a value; `is_total` draws the darker line above."""

    label: StrOrPromise
    value: StrOrPromise
    note: StrOrPromise = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a process: when it happened, or when it is expected, and what is worth saying about it."""

    name: StrOrPromise
    state: StepState
    when: StrOrPromise = ""
    note: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """An event with its two times: when it happened there, and when we learned of it.

    Give `old` and `new` for a change of status, or `text` for anything else. `is_late` says that the two
    times lie further apart than the norm; `lag` says by how much.
    """

    happened_at: datetime
    recorded_at: datetime | None = None
    text: StrOrPromise = ""
    old: StrOrPromise = ""
    new: StrOrPromise = ""
    note: StrOrPromise = ""
    tone: Tone = "neutral"
    is_late: bool = False
    lag: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that waits for a decision: the money at stake, why, until when, and the button that settles it."""

    title: StrOrPromise
    why: StrOrPromise
    amount: str
    share: float
    action: StrOrPromise
    url: str
    until: StrOrPromise = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """A row of a menu: a link, or a POST when `post` is set; `is_separated` draws a line above it."""

    label: StrOrPromise
    url: str
    icon: str = ""
    is_current: bool = False
    post: bool = False
    is_separated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """A row of a checklist; `url` with `action` is the button that does it."""

    name: StrOrPromise
    is_done: bool = False
    is_failed: bool = False
    note: StrOrPromise = ""
    action: StrOrPromise = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a whole in a flat bar."""

    label: StrOrPromise
    value: float | Decimal
    text: str
    tone: Tone | Literal["accent", "ozon", "wb", "yandex"] = "accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyOption:
    """A row of the company switcher: what one is there, and what is wrong there, if anything."""

    pk: int
    name: str
    url: str
    role: StrOrPromise
    note: StrOrPromise = ""
    tone: Tone = "neutral"
