"""What a person fills in about the seller by law, and what a page of the card asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.choices import LegalForm, SignatoryBasis
from companies.forms.companies import zone_choices
from companies.selectors.legal import CONDITIONAL, OWN_BASIS, TYPED, applies, checked, label_of
from core.phones import PhoneField
from core.text import LineField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from companies.models import Company, LegalDetails

# The groups of the page; of each field its width in sixths.
_GROUPS: Final[tuple[tuple[StrOrPromise, Mapping[str, int]], ...]] = (
    (_("Cabinet"), {"name": 3, "time_zone": 3}),
    (_("Seller"), {"form": 3, "inn": 3, "kpp": 3, "ogrn": 3, "full_name": 6, "short_name": 6}),
    (_("Addresses"), {"legal_address": 6, "postal_is_legal": 6, "postal_address": 6}),
    (
        _("Who signs"),
        {"signatory_name": 6, "signatory_position": 3, "signatory_basis": 3, "signatory_document": 6},
    ),
    (_("Contacts"), {"email": 3, "phone": 3}),
)
_DIGITS: Final = {"inputmode": "numeric", "autocomplete": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A field on the page: its width in sixths, and when it has a meaning (`form:llc jsc;…`, read by when.js)."""

    bound: forms.BoundField
    span: int
    when: str
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGroup:
    """Fields that stand together. `when` as in CardRow."""

    title: StrOrPromise
    rows: tuple[CardRow, ...]
    when: str
    is_hidden: bool


class CardForm(forms.Form):
    """The company card. Everything but the name and the form may stay empty: then it is a draft.

    The legal form that was chosen decides which of the other fields are looked at.
    """

    name = LineField(
        label=_("Name in the cabinet"),
        max_length=120,
        help_text=_("As you call it yourself; it stands in the menu and in letters."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Business day"),
        choices=zone_choices,
        help_text=_("The day begins at midnight in this zone. Marketplaces count by Moscow time."),
    )
    form = forms.ChoiceField(
        label=_("Legal form"), choices=LegalForm.choices, help_text=_("The other fields follow from it.")
    )
    full_name = LineField(max_length=300, required=False)
    short_name = LineField(max_length=160, required=False)
    inn = LineField(max_length=60, required=False, widget=forms.TextInput(attrs=_DIGITS))
    kpp = LineField(
        max_length=60,
        required=False,
        help_text=_("9 characters."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ogrn = LineField(max_length=60, required=False, widget=forms.TextInput(attrs=_DIGITS))
    legal_address = LineField(
        max_length=400, required=False, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    postal_address = LineField(
        max_length=400, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    postal_is_legal = forms.BooleanField(label=_("Mail comes to the same address"), required=False)
    signatory_name = LineField(
        max_length=160,
        required=False,
        help_text=_("Surname, name and patronymic of the one who signs."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    signatory_position = LineField(
        max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization-title"})
    )
    signatory_basis = forms.ChoiceField(choices=SignatoryBasis.choices, required=False)
    signatory_document = LineField(max_length=160, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneField(label=_("Phone"), required=False)

    def __init__(self, data: Any = None, *, company: Company, card: LegalDetails) -> None:
        super().__init__(data, initial=_initial(company, card))
        self.legal_form = self._chosen_form(card)
        for name in (*TYPED, "signatory_basis"):
            self.fields[name].label = label_of(name, self.legal_form)
        # Any is taken: another form may have been chosen since the page was drawn.
        self.fields["signatory_basis"].widget.choices = self.bases
        self.fields["inn"].help_text = _("12 digits.") if self.legal_form.is_person else _("10 digits.")
        self.fields["ogrn"].help_text = _("15 digits.") if self.legal_form.is_person else _("13 digits.")

    def _chosen_form(self, card: LegalDetails) -> LegalForm:
        asked = self.data.get("form", "") if self.is_bound else ""
        return LegalForm(asked if asked in LegalForm.values else card.form)

    @property
    def groups(self) -> list[CardGroup]:
        """The fields as the page shows them."""
        return [self._group(title, spans) for title, spans in _GROUPS]

    def _group(self, title: StrOrPromise, spans: Mapping[str, int]) -> CardGroup:
        rows = tuple(
            CardRow(bound=self[name], span=span, when=_when(name), is_hidden=not self._is_read(name))
            for name, span in spans.items()
        )
        # A group whose fields all have the same condition is shown and hidden as one.
        return CardGroup(
            title=title,
            rows=rows,
            when=_when("signatory_name") if "signatory_name" in spans else "",
            is_hidden=all(row.is_hidden for row in rows),
        )

    def _is_read(self, name: str) -> bool:
        """Whether the field has a meaning with the form and the basis that are chosen."""
        if (
            name == "signatory_document"
            and self["signatory_basis"].value() != SignatoryBasis.POWER_OF_ATTORNEY
        ):
            return False
        return name not in CONDITIONAL or applies(name, self.legal_form)

    @property
    def bases(self) -> list[tuple[str, str]]:
        """On what one may act under the legal form."""
        own = OWN_BASIS[self.legal_form]
        return [(one.value, str(one.label)) for one in (own, SignatoryBasis.POWER_OF_ATTORNEY)]

    def clean(self) -> dict[str, Any]:
        """Look at the fields that apply to the form; what does not is dropped unread."""
        for name in TYPED:
            if not self._is_read(name):
                self.errors.pop(name, None)
                self.cleaned_data[name] = ""
            elif self.cleaned_data.get(name):
                self._check(name)
        if self.cleaned_data.get("postal_is_legal") and "legal_address" in self.cleaned_data:
            self.errors.pop("postal_address", None)
            self.cleaned_data["postal_address"] = self.cleaned_data["legal_address"]
        return self.cleaned_data

    def _check(self, name: str) -> None:
        try:
            self.cleaned_data[name] = checked(name, self.cleaned_data[name], form=self.legal_form)
        except ValidationError as error:
            self.add_error(name, error)

    @property
    def values(self) -> dict[str, str]:
        """The typed fields of the card, after validation."""
        return {name: self.cleaned_data[name] for name in TYPED}

    @property
    def basis(self) -> SignatoryBasis:
        """On what the signatory acts, after validation."""
        return SignatoryBasis(self.cleaned_data["signatory_basis"] or OWN_BASIS[self.legal_form])


class FillForm(forms.Form):
    """Which marketplace account to take from, and which field; without a field, all that are empty."""

    source = forms.CharField(max_length=64)
    field = forms.ChoiceField(choices=[(name, name) for name in ("form", *TYPED)], required=False)


def _when(name: str) -> str:
    """In which legal forms, and with which basis, the field has a meaning; empty: always."""
    if name not in CONDITIONAL:
        return ""
    forms_of = " ".join(form.value for form in LegalForm if applies(name, form))
    attorney = f";signatory_basis:{SignatoryBasis.POWER_OF_ATTORNEY}" if name == "signatory_document" else ""
    return f"form:{forms_of}{attorney}"


def _initial(company: Company, card: LegalDetails) -> dict[str, Any]:
    return {
        "name": company.name,
        "time_zone": company.time_zone,
        "form": card.form,
        "signatory_basis": card.signatory_basis,
        "postal_is_legal": bool(card.legal_address) and card.postal_address == card.legal_address,
        **{name: getattr(card, name) for name in TYPED},
    }
