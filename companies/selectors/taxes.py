"""How the seller pays taxes on which day, and what the law says of a regime and a rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from companies.choices import REGIME_FORMS, VAT_RATES, LegalForm, TaxRegime
from companies.models import TaxPeriod
from core import formats
from core.statuses import StatusChoices

if TYPE_CHECKING:
    from companies.choices import VatRate
    from companies.models import Company

# The first day on which the law knows a regime.
REGIME_SINCE: Final = {
    TaxRegime.GENERAL: date(1992, 1, 1),
    TaxRegime.SIMPLIFIED_INCOME: date(2003, 1, 1),
    TaxRegime.SIMPLIFIED_PROFIT: date(2003, 1, 1),
    TaxRegime.AUTOMATED: date(2022, 7, 1),
    TaxRegime.PATENT: date(2013, 1, 1),
    TaxRegime.PROFESSIONAL: date(2019, 1, 1),
}
_SIMPLIFIED: Final = frozenset({TaxRegime.SIMPLIFIED_INCOME, TaxRegime.SIMPLIFIED_PROFIT})
# Before this day the simplified regime knew no VAT.
_SIMPLIFIED_VAT_SINCE: Final = date(2025, 1, 1)


class TaxState(StatusChoices):
    """Where a period lies, seen from today."""

    NOW = "now", "success", "check", False, _("In force")
    NEXT = "next", "progress", "clock", False, _("Will begin")
    PAST = "past", "neutral", "history", True, _("Past")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """A period with its last day (None: until further notice) and where it lies."""

    period: TaxPeriod
    last_day: date | None
    state: TaxState

    @property
    def dialog(self) -> str:
        """The name of the dialog that asks before the period is deleted."""
        return f"tax-delete-{self.period.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRate:
    """A rate that is still written down though the law has ended it, and what took its place, if anything did."""

    percent: Decimal
    last_day: date
    successor: Decimal | None
    since: date


def tax_on(company: Company, day: date) -> TaxPeriod | None:
    """The period in force on the day; None before the first."""
    return (
        TaxPeriod.objects.for_company(company)
        .filter(starts_on__lte=day)
        .order_by("-starts_on", "-pk")
        .first()
    )


def tax_history(company: Company, *, today: date) -> list[TaxRow]:
    """Every period, the newest first."""
    periods = list(TaxPeriod.objects.for_company(company).order_by("starts_on", "pk"))
    rows = [
        _row(period, after.starts_on - timedelta(days=1) if after else None, today)
        for period, after in pairwise([*periods, None])
        if period is not None
    ]
    return rows[::-1]


def _row(period: TaxPeriod, last_day: date | None, today: date) -> TaxRow:
    if period.starts_on > today:
        state = TaxState.NEXT
    else:
        state = TaxState.PAST if last_day is not None and last_day < today else TaxState.NOW
    return TaxRow(period=period, last_day=last_day, state=state)


def in_force(history: list[TaxRow]) -> TaxPeriod | None:
    """The period of the history that is in force."""
    return next((row.period for row in history if row.state == TaxState.NOW), None)


def ended_rate(period: TaxPeriod | None, *, today: date) -> EndedRate | None:
    """The rate of the period in force, if the law has ended it."""
    if period is None or period.vat_percent is None:
        return None
    rate = _rate(period.vat_percent)
    if rate is None or rate.until is None or today < rate.until:
        return None
    # The ordinary rate is the highest of its day.
    after = [one.percent for one in VAT_RATES if one.since == rate.until]
    return EndedRate(
        percent=rate.percent,
        last_day=rate.until - timedelta(days=1),
        successor=max(after, default=None),
        since=rate.until,
    )


def _rate(percent: Decimal) -> VatRate | None:
    return next((rate for rate in VAT_RATES if rate.percent == percent), None)


def regime_trouble(regime: TaxRegime, *, form: LegalForm, on: date) -> str:
    """Why a seller of the form cannot use the regime from the day on; empty when he can."""
    if form not in REGIME_FORMS[regime]:
        return say("The regime “%(regime)s” is not for this legal form: %(form)s.") % {
            "regime": regime.label,
            "form": form.label,
        }
    if on < REGIME_SINCE[regime]:
        return say("The law knows this regime since %(day)s.") % {
            "day": formats.long_day(REGIME_SINCE[regime])
        }
    return ""


def vat_trouble(percent: Decimal | None, *, regime: TaxRegime, on: date) -> str:
    """Why the rate cannot be used with the regime from the day on; empty when it can."""
    if percent is None:
        return ""
    rate = _rate(percent)
    if rate is None:
        return say("The law knows no such rate.")
    if regime not in rate.regimes:
        return _wrong_regime(rate, regime)
    since = max(rate.since, _SIMPLIFIED_VAT_SINCE) if regime in _SIMPLIFIED else rate.since
    words = {"rate": formats.number(percent), "day": formats.long_day(since)}
    if on < since:
        return say("The rate of %(rate)s %% is in force with this regime since %(day)s.") % words
    if rate.until is not None and on >= rate.until:
        words["day"] = formats.long_day(rate.until - timedelta(days=1))
        return say("The rate of %(rate)s %% was in force until %(day)s.") % words
    return ""


def _wrong_regime(rate: VatRate, regime: TaxRegime) -> str:
    if not any(regime in one.regimes for one in VAT_RATES):
        return say("With the regime “%(regime)s” no VAT is paid.") % {"regime": regime.label}
    return say("The rate of %(rate)s %% is not for the regime “%(regime)s”.") % {
        "rate": formats.number(rate.percent),
        "regime": regime.label,
    }
