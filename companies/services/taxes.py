"""Changes of how the seller pays taxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from companies.choices import LegalForm, TaxRegime
from companies.models import Company, TaxPeriod
from companies.selectors.legal import card_of
from companies.selectors.taxes import regime_trouble, vat_trouble

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


class BadTax(Exception):
    """The law does not allow it; `field` names what is wrong, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class PeriodExists(Exception):
    """Another period begins on the same day."""


@transaction.atomic
def add_tax_period(
    *, company: Company, regime: TaxRegime, vat_percent: Decimal | None, starts_on: date
) -> TaxPeriod:
    """Write down that from the day on the seller pays taxes so. Raises BadTax and PeriodExists."""
    return _put(
        TaxPeriod(company=_locked(company)), regime=regime, vat_percent=vat_percent, starts_on=starts_on
    )


@transaction.atomic
def change_tax_period(
    *, period: TaxPeriod, regime: TaxRegime, vat_percent: Decimal | None, starts_on: date
) -> TaxPeriod:
    """Correct a period. Raises BadTax and PeriodExists."""
    _locked(period.company)
    return _put(period, regime=regime, vat_percent=vat_percent, starts_on=starts_on)


@transaction.atomic
def delete_tax_period(*, period: TaxPeriod) -> None:
    """Forget a period: the one before it goes on in its place."""
    _locked(period.company)
    period.delete()


def _put(period: TaxPeriod, *, regime: TaxRegime, vat_percent: Decimal | None, starts_on: date) -> TaxPeriod:
    form = LegalForm(card_of(period.company).form)
    if trouble := regime_trouble(regime, form=form, on=starts_on):
        raise BadTax("regime", trouble)
    if trouble := vat_trouble(vat_percent, regime=regime, on=starts_on):
        raise BadTax("vat_percent", trouble)
    others = TaxPeriod.objects.for_company(period.company_id).exclude(pk=period.pk)
    if others.filter(starts_on=starts_on).exists():
        raise PeriodExists(starts_on)
    period.regime, period.vat_percent, period.starts_on = regime, vat_percent, starts_on
    period.save()
    return period


def _locked(company: Company) -> Company:
    """Whoever else changes the taxes of the company waits."""
    return Company.objects.select_for_update().get(pk=company.pk)
