"""Changes of the company card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from companies.choices import LegalForm, SignatoryBasis
from companies.models import Company, LegalDetails
from companies.selectors.legal import OWN_BASIS, TYPED, Told, applies, card_of, checked, label_of
from core.requisites import BadRequisite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """The card after a change: the fields that were emptied because the legal form has no such thing, and those
    that were taken from a marketplace, by their labels."""

    card: LegalDetails
    cleared: tuple[StrOrPromise, ...] = ()
    taken: tuple[StrOrPromise, ...] = ()


class NothingTold(Exception):
    """The marketplace says nothing of this field, or what it says is no use for this legal form."""


@transaction.atomic
def save_card(
    *,
    company: Company,
    name: str,
    time_zone: str,
    form: LegalForm,
    basis: SignatoryBasis,
    values: Mapping[str, str],
) -> SavedCard:
    """Write the card and the company's name and zone; empty fields are a draft.

    What does not apply to the legal form is emptied, and a basis that does not suit it becomes its own.
    """
    held = _locked(company)
    if (held.name, held.time_zone) != (name, time_zone):
        held.name, held.time_zone = name, time_zone
        held.save(update_fields=["name", "time_zone"])
    card = card_of(held)
    cleared = tuple(
        label_of(field, LegalForm(card.form))
        for field in TYPED
        if not applies(field, form) and (getattr(card, field) or values.get(field))
    )
    _write(card, form=form, basis=basis, values={field: values.get(field, "") for field in TYPED})
    return SavedCard(card=card, cleared=cleared)


@transaction.atomic
def fill_card(*, company: Company, told: Told) -> SavedCard:
    """Fill the empty fields of the card with what a marketplace tells; what is filled stays as it is."""
    card = card_of(_locked(company))
    form = LegalForm(told.values["form"]) if not card.pk and "form" in told.values else LegalForm(card.form)
    values = {field: getattr(card, field) for field in TYPED}
    taken: list[StrOrPromise] = [label_of("form", form)] if form != card.form else []
    for field in TYPED:
        usable = "" if values[field] else _usable(told, field, form)
        if usable:
            values[field] = usable
            taken.append(label_of(field, form))
    if taken:
        _write(card, form=form, basis=SignatoryBasis(card.signatory_basis), values=values)
    return SavedCard(card=card, taken=tuple(taken))


@transaction.atomic
def take_field(*, company: Company, told: Told, field: str) -> SavedCard:
    """Put what a marketplace tells of one field over what stands in the card.

    Raises NothingTold, and BadRequisite when the value does not fit the legal form of the card.
    """
    card = card_of(_locked(company))
    form, basis = LegalForm(card.form), SignatoryBasis(card.signatory_basis)
    values = {name: getattr(card, name) for name in TYPED}
    if field == "form" and "form" in told.values:
        form = LegalForm(told.values["form"])
    elif field in TYPED and told.values.get(field) and applies(field, form):
        values[field] = checked(field, told.values[field], form=form)
    else:
        raise NothingTold(field)
    cleared = tuple(
        label_of(name, LegalForm(card.form)) for name in TYPED if not applies(name, form) and values[name]
    )
    _write(card, form=form, basis=basis, values=values)
    return SavedCard(card=card, cleared=cleared, taken=(label_of(field, form),))


def _usable(told: Told, field: str, form: LegalForm) -> str:
    """What was told of the field, empty when it does not fit the legal form."""
    value = told.values.get(field, "")
    if not value or not applies(field, form):
        return ""
    try:
        return checked(field, value, form=form)
    except BadRequisite:
        return ""


def _write(card: LegalDetails, *, form: LegalForm, basis: SignatoryBasis, values: Mapping[str, str]) -> None:
    is_by_attorney = basis == SignatoryBasis.POWER_OF_ATTORNEY and applies("signatory_basis", form)
    wanted = {field: values[field] if applies(field, form) else "" for field in TYPED}
    wanted["form"] = form.value
    wanted["signatory_basis"] = (basis if is_by_attorney else OWN_BASIS[form]).value
    if not is_by_attorney:
        wanted["signatory_document"] = ""
    if card.pk and all(getattr(card, field) == value for field, value in wanted.items()):
        return
    for field, value in wanted.items():
        setattr(card, field, value)
    card.updated_at = timezone.now()
    card.save()


def _locked(company: Company) -> Company:
    """Two people who save at once come one after the other."""
    return Company.objects.select_for_update().get(pk=company.pk)
