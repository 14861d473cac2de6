"""The company card: which fields apply to a legal form, what is missing, what marketplaces tell of the seller."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from companies.choices import LegalForm, SignatoryBasis, TaxRegime
from companies.models import LegalDetails
from core import requisites

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

# What is typed, in the order of the page; the legal form and the basis are chosen, not typed.
TYPED: Final = (
    "full_name",
    "short_name",
    "inn",
    "kpp",
    "ogrn",
    "legal_address",
    "postal_address",
    "signatory_name",
    "signatory_position",
    "signatory_document",
    "email",
    "phone",
)
_EVERYBODYS: Final = frozenset({"full_name", "inn", "legal_address", "postal_address", "email", "phone"})
_SIGNED: Final = frozenset({"short_name", "ogrn", "signatory_name", "signatory_basis", "signatory_document"})
_COMPANYS: Final = _EVERYBODYS | _SIGNED | {"kpp", "signatory_position"}
APPLYING: Final[Mapping[LegalForm, frozenset[str]]] = {
    LegalForm.LLC: _COMPANYS,
    LegalForm.JSC: _COMPANYS,
    LegalForm.SOLE: _EVERYBODYS | _SIGNED,
    LegalForm.SELF_EMPLOYED: _EVERYBODYS,
}
# What has no meaning for some legal form.
CONDITIONAL: Final = _COMPANYS - _EVERYBODYS
# On what the seller himself acts; beside it there is only the power of attorney.
OWN_BASIS: Final[Mapping[LegalForm, SignatoryBasis]] = {
    LegalForm.LLC: SignatoryBasis.CHARTER,
    LegalForm.JSC: SignatoryBasis.CHARTER,
    LegalForm.SOLE: SignatoryBasis.REGISTRATION,
    LegalForm.SELF_EMPLOYED: SignatoryBasis.SELF,
}

_LABELS: Final[Mapping[str, StrOrPromise]] = {
    "form": _("Legal form"),
    "full_name": _("Full name"),
    "short_name": _("Short name"),
    "inn": _("INN"),
    "kpp": _("KPP"),
    "ogrn": _("OGRN"),
    "legal_address": _("Legal address"),
    "postal_address": _("Postal address"),
    "signatory_name": _("Signatory"),
    "signatory_position": _("Position"),
    "signatory_basis": _("Acts on the basis of"),
    "signatory_document": _("Power of attorney: number and date"),
    "email": _("E-mail"),
    "phone": _("Phone"),
}
_LABELS_OF_PERSONS: Final[Mapping[str, StrOrPromise]] = {
    "full_name": _("Surname, name, patronymic"),
    "ogrn": _("OGRNIP"),
    "legal_address": _("Address of registration"),
}
# Spelled-out forms of names, the longer first.
_SPELLED: Final = (
    ("общество с ограниченной ответственностью", "ооо"),
    ("непубличное акционерное общество", "ао"),
    ("публичное акционерное общество", "пао"),
    ("закрытое акционерное общество", "зао"),
    ("акционерное общество", "ао"),
    ("индивидуальный предприниматель", "ип"),
)
_NOT_WORDS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one marketplace account tells of the seller, in our words; only values that can be right.

    `values` are by the fields of LegalDetails, the legal form under `form`. `regimes` are the tax regimes that
    the marketplace's word may mean, the word itself is `regime_word`.
    """

    key: str
    title: str
    url: str
    values: Mapping[str, str] = field(default_factory=dict)
    regimes: frozenset[TaxRegime] = frozenset()
    regime_word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A field of the card that waits to be filled."""

    name: str
    label: StrOrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How far the card is filled, counting the fields that apply."""

    total: int
    missing: tuple[Gap, ...]

    @property
    def filled(self) -> int:
        """How many fields are filled."""
        return self.total - len(self.missing)

    @property
    def is_full(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A field of the card beside what a marketplace tells. `can_take`: it differs and applies to the form."""

    name: str
    label: StrOrPromise
    ours: StrOrPromise
    theirs: StrOrPromise
    is_same: bool
    can_take: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """One marketplace account beside the card."""

    told: Told
    rows: tuple[Compared, ...]

    @property
    def differences(self) -> int:
        """How many filled fields say something else."""
        return sum(bool(row.ours) and not row.is_same for row in self.rows)

    @property
    def can_fill(self) -> bool:
        """Whether an empty field could be filled from it."""
        return any(row.can_take and not row.ours for row in self.rows)


def card_of(company: Company) -> LegalDetails:
    """The card of the company; an empty one, not saved, where nothing has been filled yet."""
    found: LegalDetails | None = LegalDetails.objects.for_company(company).first()
    return found or LegalDetails(company=company)


def applies(name: str, form: LegalForm) -> bool:
    """Whether the field has a meaning for the legal form."""
    return name in APPLYING[form]


def label_of(name: str, form: LegalForm) -> StrOrPromise:
    """What the field is called for the legal form."""
    if form.is_person and name in _LABELS_OF_PERSONS and not (name == "full_name" and form == LegalForm.SOLE):
        return _LABELS_OF_PERSONS[name]
    return _LABELS[name]


def completeness(card: LegalDetails) -> Completeness:
    """Which of the fields that apply are still empty."""
    form = LegalForm(card.form)
    wanted = [name for name in TYPED if applies(name, form) and _is_wanted(name, card)]
    gaps = tuple(Gap(name=name, label=label_of(name, form)) for name in wanted if not getattr(card, name))
    return Completeness(total=len(wanted), missing=gaps)


def _is_wanted(name: str, card: LegalDetails) -> bool:
    return name != "signatory_document" or card.signatory_basis == SignatoryBasis.POWER_OF_ATTORNEY


def checked(name: str, value: str, *, form: LegalForm) -> str:
    """The value of a numbered field as it is kept. Raises core.requisites.BadRequisite."""
    if name == "inn":
        return requisites.inn(value, is_person=form.is_person)
    if name == "kpp":
        return requisites.kpp(value)
    if name == "ogrn":
        return requisites.ogrnip(value) if form.is_person else requisites.ogrn(value)
    return value


def told_of(company: Company) -> list[Told]:
    """What the witnesses of settings.COMPANY_WITNESSES know of the company."""
    witnesses: list[Callable[[Company], list[Told]]] = [
        import_string(path) for path in settings.COMPANY_WITNESSES
    ]
    return [told for witness in witnesses for told in witness(company)]


def compare(card: LegalDetails, told: Told, *, regime: TaxRegime | None) -> Testimony:
    """The card beside what was told, field by field; `regime` is the one in force."""
    form = LegalForm(card.form)
    rows = [
        _compared(card, name, told.values[name], form) for name in ("form", *TYPED) if name in told.values
    ]
    if told.regime_word:
        ours = regime.label if regime else ""
        rows.append(
            Compared(
                name="regime",
                label=_("Tax regime"),
                ours=ours,
                theirs=told.regime_word,
                is_same=regime in told.regimes,
                can_take=False,
            )
        )
    return Testimony(told=told, rows=tuple(rows))


def _compared(card: LegalDetails, name: str, theirs: str, form: LegalForm) -> Compared:
    ours = getattr(card, name) if name != "form" or card.pk else ""
    same = is_same(ours, theirs)
    if name == "form":
        return Compared(
            name=name,
            label=label_of(name, form),
            ours=form.label if ours else "",
            theirs=LegalForm(theirs).label,
            is_same=same,
            can_take=not same,
        )
    return Compared(
        name=name,
        label=label_of(name, form),
        ours=ours,
        theirs=theirs,
        is_same=same,
        can_take=not same and applies(name, form),
    )


def is_same(one: str, other: str) -> bool:
    """Whether two spellings mean the same: case, quotes, spaces, «ё», and forms spelled out make no difference."""
    return _essence(one) == _essence(other)


def _essence(text: str) -> str:
    plain = _NOT_WORDS.sub(" ", text.casefold().replace("ё", "е")).strip()
    for spelled, short in _SPELLED:
        plain = plain.replace(spelled, short)
    return plain
