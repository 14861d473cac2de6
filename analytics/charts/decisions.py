"""What needs a decision, in rows: the money first, each with why, until when, and the one link that settles it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.selectors.decisions import HORIZON
from core import formats
from core.components import Decision
from marketplaces.registry import adapters
from returns.choices import AttentionKind as ReturnsKind
from supplies.choices import AttentionKind as SupplyKind
from supplies.selectors.deadlines import tone_of
from supplies.selectors.slots import moment_text, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from decimal import Decimal

    from analytics.selectors.decisions import Decisions, Gap, SupplyDecision
    from analytics.selectors.scope import Scope
    from core.statuses import Tone
    from returns.selectors.attention import Waiting as ReturnsWaiting
    from supplies.selectors.attention import Waiting as SupplyWaiting

# Sooner than this a day burns.
_BURNS: Final = timedelta(days=2)
_NEARS: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row and the money by which it stands; None stands behind all others."""

    amount: Decimal | None
    decision: Decision


class _Rows:
    """The rows of a company at a moment; their lists show what the page shows."""

    def __init__(self, scope: Scope, *, narrowed: dict[str, str], now: datetime) -> None:
        self._company, self._narrowed, self._now = scope.company, narrowed, now
        self._today = now.astimezone(scope.company.zone).date()

    def all(self, found: Decisions) -> Iterator[_Row]:
        """The rows of everything that waits."""
        yield from (self._gap(gap) for gap in found.gaps)
        yield from (self._supply(one) for one in found.supplies)
        yield from (self._returns(waiting) for waiting in _told_once(found.returns))
        counted: tuple[tuple[int, Callable[[], _Row]], ...] = (
            (found.missing.units, lambda: self._missing(found)),
            (found.stuck.count, lambda: self._stuck(found)),
            (found.more_supplies, lambda: self._more_supplies(found)),
            (found.held_prices, lambda: self._held_prices(found.held_prices)),
            (found.pairs, lambda: self._pairs(found.pairs)),
        )
        yield from (row() for count, row in counted if count)

    def _gap(self, gap: Gap) -> _Row:
        why = _(
            "Sold a day × price × days without stock of the next %(days)s; what is on its way is counted in."
        )
        why %= {"days": formats.days(HORIZON.days)}
        if gap.ended:
            ended = ngettext(
                "%(count)s has nothing to sell already.", "%(count)s have nothing to sell already.", gap.ended
            )
            why = f"{ended % {'count': formats.number(gap.ended)}} {why}"
        title = ngettext(
            "%(marketplace)s: %(count)s listing runs out within %(days)s",
            "%(marketplace)s: %(count)s listings run out within %(days)s",
            gap.listings,
        )
        until, tone = self._until_day(gap.ends_on)
        return self._row(
            gap.lost,
            title % {
                "marketplace": adapters().title(gap.marketplace),
                "count": formats.number(gap.listings),
                "days": formats.days(HORIZON.days),
            },
            why,
            until=_("now") if gap.ended else until,
            tone="danger" if gap.ended else tone,
            action=_("Look at the gaps"),
            url=self._list("analytics:turnover", marketplace=gap.marketplace),
        )  # fmt: skip

    def _supply(self, one: SupplyDecision) -> _Row:
        waiting = one.waiting
        until, tone = self._until_of_supply(waiting)
        told = {"number": str(waiting.supply), "units": formats.units(waiting.units)}
        is_discrepancy = waiting.kind is SupplyKind.DISCREPANCY
        return self._row(
            one.amount,
            _SUPPLY_TITLES[waiting.kind] % told,
            self._why_of_supply(one),
            until=until,
            tone=tone,
            action=_("Object to the count") if is_discrepancy else _("Open the supply"),
            url=self._url("supplies:supply-detail", waiting.supply.pk),
        )

    def _until_of_supply(self, waiting: SupplyWaiting) -> tuple[str, Tone]:
        is_discrepancy = waiting.kind is SupplyKind.DISCREPANCY
        if waiting.until is None:
            return (_("see the contract"), "warning") if is_discrepancy else ("", "neutral")
        zone = self._company.zone if is_discrepancy else zone_of(waiting.supply)
        text = _("until %(moment)s") % {"moment": moment_text(waiting.until, zone)}
        return text, tone_of(waiting.until, now=self._now)

    def _why_of_supply(self, one: SupplyDecision) -> str:
        waiting = one.waiting
        supply = waiting.supply
        place = supply.warehouse_name or supply.cluster_name or adapters().title(supply.marketplace)
        if waiting.kind is SupplyKind.DISCREPANCY:
            counted = formats.day((supply.accepted_at or supply.status_at).astimezone(self._company.zone))
            return _("%(place)s, counted %(day)s. What the missing units cost.") % {
                "place": place, "day": counted,
            }  # fmt: skip
        if waiting.since:
            since = formats.day(waiting.since.astimezone(self._company.zone))
            return _("%(place)s, since %(day)s. At the seller's price.") % {"place": place, "day": since}
        return _("%(place)s, %(units)s at the seller's price.") % {
            "place": place, "units": formats.units(waiting.units),
        }  # fmt: skip

    def _returns(self, waiting: ReturnsWaiting) -> _Row:
        has_stake = waiting.kind is not ReturnsKind.UNMATCHED
        until, tone = self._until_day(waiting.until)
        title, why = _RETURNS_WORDS[waiting.kind](waiting.returns)
        return self._row(
            waiting.amount if has_stake else None,
            title % {"count": formats.number(waiting.returns)},
            why % {"units": formats.units(waiting.units)},
            until=until,
            tone=tone,
            action=_("Look at the returns"),
            url=self._list("returns:return-list", waits=waiting.kind.value),
        )

    def _missing(self, found: Decisions) -> _Row:
        missing = found.missing
        title = ngettext(
            "%(units)s of %(count)s listing is missing in the warehouses",
            "%(units)s of %(count)s listings are missing in the warehouses",
            missing.listings,
        )
        return self._row(
            missing.amount,
            title % {"units": formats.units(missing.units), "count": formats.number(missing.listings)},
            _("Accepted and brought back, less sold, taken away and what lies there; at cost price."),
            action=_("Open the balance"),
            url=self._list("analytics:conservation", verdict="missing"),
        )

    def _stuck(self, found: Decisions) -> _Row:
        stuck = found.stuck
        title = ngettext("%(count)s order is stuck", "%(count)s orders are stuck", stuck.count)
        if stuck.is_more:
            title = _("More than %(count)s orders are stuck")
        parts = ", ".join(
            f"{str(status.label).lower()} {formats.number(count)}"
            for status, count in sorted(stuck.by_status.items(), key=lambda one: -one[1])
        )
        return self._row(
            stuck.amount,
            title % {"count": formats.number(stuck.count)},
            _("Longer in their status than nine of ten orders: %(parts)s. At the seller's price.")
            % {"parts": parts},
            action=_("Look at the orders"),
            url=f"{self._list('analytics:processing')}#stuck",
        )

    def _more_supplies(self, found: Decisions) -> _Row:
        count = found.more_supplies
        title = ngettext("%(count)s more supply waits", "%(count)s more supplies wait", count)
        return self._row(
            None,
            title % {"count": formats.number(count)},
            _("Less is at stake in each of them than in those above.")
            if found.are_all_valued
            else _("There are too many to be valued: the list has them all."),
            action=_("Look at the supplies"),
            url=self._list("supplies:supply-list", attention="true"),
        )

    def _held_prices(self, count: int) -> _Row:
        title = ngettext(
            "%(count)s new price is held back", "%(count)s new prices are held back", count
        )  # fmt: skip
        return self._row(
            None,
            title % {"count": formats.number(count)},
            _("The marketplace does not sell at them until they are confirmed there."),
            action=_("Look at the prices"),
            url=self._list("catalog:price-list", price="held"),
        )

    def _pairs(self, count: int) -> _Row:
        title = ngettext(
            "%(count)s pair of listings may be the same goods",
            "%(count)s pairs of listings may be the same goods",
            count,
        )
        return self._row(
            None,
            title % {"count": formats.number(count)},
            _("Until somebody says so, their sales and stock are told apart."),
            action=_("Compare them"),
            url=self._url("catalog:pair-list"),
        )

    def _until_day(self, day: date | None) -> tuple[str, Tone]:
        if day is None:
            return "", "neutral"
        left = day - self._today
        tone: Tone = "danger" if left < _BURNS else "warning" if left < _NEARS else "neutral"
        return _("until %(moment)s") % {"moment": formats.day(day, today=self._today)}, tone

    def _row(self, amount: Decimal | None, title: str, why: str, **more: Any) -> _Row:
        return _Row(
            amount=amount,
            decision=Decision(title=title, why=why, amount=formats.money(amount), share=0, **more),
        )

    def _url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self._company.slug, *args])

    def _list(self, name: str, **asked: str) -> str:
        query = urlencode({**self._narrowed, **asked})
        return f"{self._url(name)}?{query}" if query else self._url(name)


def decision_rows(
    found: Decisions, scope: Scope, *, narrowed: dict[str, str], now: datetime
) -> list[Decision]:
    """The rows, the most at stake first; what has no price stands last. `narrowed` are the account and the
    marketplace of the address, which the lists behind the links are of, too."""
    rows = sorted(
        _Rows(scope, narrowed=narrowed, now=now).all(found),
        key=lambda row: (row.amount is None, -(row.amount or 0)),
    )
    most = max((row.amount for row in rows if row.amount is not None), default=None)
    return [
        replace(row.decision, share=float(row.amount / most) if row.amount and most else 0) for row in rows
    ]


def _told_once(returns: tuple[ReturnsWaiting, ...]) -> list[ReturnsWaiting]:
    """What must be picked up or is disposed of is one thing where it is the same returns."""
    kept: dict[tuple[int, int, Decimal], ReturnsWaiting] = {}
    for one in returns:
        urgent = one.kind in (ReturnsKind.PICK_UP, ReturnsKind.DISPOSAL)
        key = (one.returns, one.units, one.amount) if urgent else (-len(kept), 0, one.amount)
        kept.setdefault(key, one)
    return list(kept.values())


_SUPPLY_TITLES: Final = {
    SupplyKind.DISCREPANCY: gettext_lazy("Supply %(number)s: %(units)s missing"),
    SupplyKind.WAITING: gettext_lazy("Supply %(number)s: %(units)s accepted and not on sale"),
    SupplyKind.OVERDUE: gettext_lazy("Supply %(number)s: the slot has passed"),
    SupplyKind.SOON: gettext_lazy("Supply %(number)s: the slot is near and it is not ready"),
    SupplyKind.FILL: gettext_lazy("Supply %(number)s: the data must be filled in"),
}
_RETURNS_WORDS: Final = {
    ReturnsKind.PICK_UP: lambda count: (
        ngettext("%(count)s return waits to be picked up", "%(count)s returns wait to be picked up", count),
        _("%(units)s at the seller's price; afterwards they are disposed of or cost storage."),
    ),
    ReturnsKind.DISPOSAL: lambda count: (
        ngettext("%(count)s return is disposed of soon", "%(count)s returns are disposed of soon", count),
        _("%(units)s at the seller's price."),
    ),
    ReturnsKind.LONG: lambda count: (
        ngettext("%(count)s return has not ended", "%(count)s returns have not ended", count),
        _("%(units)s at the seller's price began over a month ago and came neither on sale nor to you."),
    ),
    ReturnsKind.UNMATCHED: lambda count: (
        ngettext("%(count)s return is without its order", "%(count)s returns are without their order", count),
        _("%(units)s that no order is known of: the list tells the cause of each."),
    ),
}
