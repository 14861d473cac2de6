"""What marketplaces tell of the seller, for the company card (settings.COMPANY_WITNESSES)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from companies.choices import LegalForm, TaxRegime
from companies.selectors.legal import Told
from core import requisites
from core.requisites import BadRequisite
from marketplaces import registry
from marketplaces.models import AccountStatus, MarketplaceAccount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from companies.models import Company

# Spellings of legal forms, in small letters.
_FORMS: Final[Mapping[str, LegalForm]] = {
    "ооо": LegalForm.LLC,
    "общество с ограниченной ответственностью": LegalForm.LLC,
    "ао": LegalForm.JSC,
    "пао": LegalForm.JSC,
    "зао": LegalForm.JSC,
    "оао": LegalForm.JSC,
    "нао": LegalForm.JSC,
    "акционерное общество": LegalForm.JSC,
    "публичное акционерное общество": LegalForm.JSC,
    "ип": LegalForm.SOLE,
    "индивидуальный предприниматель": LegalForm.SOLE,
    "самозанятый": LegalForm.SELF_EMPLOYED,
    "физическое лицо": LegalForm.SELF_EMPLOYED,
}
_SIMPLIFIED: Final = frozenset({TaxRegime.SIMPLIFIED_INCOME, TaxRegime.SIMPLIFIED_PROFIT})
# Spellings of tax systems, and which regimes each may mean: УСН does not say of which kind it is.
_SYSTEMS: Final[Mapping[str, tuple[str, frozenset[TaxRegime]]]] = {
    "OSNO": ("ОСНО", frozenset({TaxRegime.GENERAL})),
    "USN": ("УСН", _SIMPLIFIED),
    "AUSN": ("АУСН", frozenset({TaxRegime.AUTOMATED})),
    "PSN": ("ПСН", frozenset({TaxRegime.PATENT})),
    "NPD": ("НПД", frozenset({TaxRegime.PROFESSIONAL})),
}
_RUSSIAN: Final = {word: code for code, (word, _regimes) in _SYSTEMS.items()}
_GONE: Final = (AccountStatus.DISCONNECTED, AccountStatus.ERASING)


def told_of_seller(company: Company) -> list[Told]:
    """What each connected account tells, of those that tell anything; one query."""
    accounts = (
        MarketplaceAccount.objects.for_company(company)
        .exclude(status__in=_GONE)
        .select_related("company")
        .defer("credentials_sealed")
        .order_by("marketplace", "title", "pk")
    )
    told = [_told(account) for account in accounts]
    return [one for one in told if one.values or one.regime_word]


def _told(account: MarketplaceAccount) -> Told:
    form = _FORMS.get(account.ownership_form.casefold())
    word, regimes = _tax_system(account.tax_system)
    return Told(
        key=str(account.pk),
        title=_title(account),
        url=account.get_absolute_url(),
        values={name: value for name, value in _values(account, form).items() if value},
        regimes=regimes,
        regime_word=word,
    )


def _title(account: MarketplaceAccount) -> str:
    marketplace = registry.adapters().title(account.marketplace)
    return marketplace if account.title == marketplace else f"{marketplace} · {account.title}"


def _values(account: MarketplaceAccount, form: LegalForm | None) -> dict[str, str]:
    name = account.legal_name.strip()
    is_spelled = any(name.casefold().startswith(spelling) for spelling in _FORMS if len(spelling) > 3)
    return {
        "form": form.value if form else "",
        "full_name" if is_spelled or form == LegalForm.SELF_EMPLOYED else "short_name": name,
        "inn": _valid(account.tax_id, lambda number: requisites.inn(number, is_person=len(number) == 12)),
        "ogrn": _valid(
            account.registration_number,
            lambda number: requisites.ogrnip(number) if len(number) == 15 else requisites.ogrn(number),
        ),
    }


def _valid(number: str, check: Callable[[str], str]) -> str:
    """The number, empty when it cannot be right."""
    try:
        return check(number)
    except BadRequisite:
        return ""


def _tax_system(word: str) -> tuple[str, frozenset[TaxRegime]]:
    code = _RUSSIAN.get(word.upper(), word.upper())
    return _SYSTEMS.get(code, ("", frozenset()))
