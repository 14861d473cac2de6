"""What every cabinet page needs: the navigation, the companies and accounts of this person, freshness."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.core.cache import cache as cache_of_figures
from django.db.models import F, Min, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fbo_cabinet.company_options import company_options, visited
from fbo_cabinet.settings_menu import settings_menu
from marketplaces import registry
from marketplaces.models import AccountStatus, MarketplaceAccount, QuarantinedRecord, QuarantineState
from returns.selectors.attention import attention_count as returns_waiting
from supplies.selectors.attention import attention_count as supplies_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from companies.http import CompanyRequest
    from companies.models import Company

# Beyond this many the figure in the rail says no more.
_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationItem:
    """One link of the rail; `count` with `count_alert` is what waits for somebody."""

    label: StrOrPromise
    url: str
    icon: str
    is_current: bool
    count: int = 0
    count_alert: bool = False
    group: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOption:
    """A row of the account switcher; `orders_as_of` is how old its orders are, None before the first sync;
    `note` is why nothing new comes."""

    pk: int
    marketplace: str
    name: str
    is_active: bool
    orders_as_of: datetime | None
    note: StrOrPromise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceOption:
    """A row of the switcher above the accounts: a marketplace on which the company has some."""

    code: str
    title: str


# Address, label, icon, and the URL names of which this is the section.
_SECTIONS: tuple[tuple[str, StrOrPromise, str], ...] = (
    ("analytics:dashboard", _("Morning"), "gauge"),
    ("orders:order-list", _("Orders"), "shopping-bag"),
    ("catalog:stock-list", _("Stock"), "warehouse"),
    ("supplies:supply-list", _("Supplies"), "truck"),
    ("returns:return-list", _("Returns"), "undo-2"),
    ("catalog:listing-list", _("Catalog"), "package"),
    ("analytics:reports", _("Analytics"), "chart-line"),
)


# Sections that tell how much waits for somebody in them.
_COUNTED: dict[str, Callable[[Company], int]] = {
    "supplies:supply-list": supplies_waiting,
    "returns:return-list": returns_waiting,
}
_REMEMBERED_FOR = 60  # seconds


def cabinet(request: HttpRequest) -> dict[str, Any]:
    """The variables of cabinet.html, nothing for guests.

    They are functions, which templates call: what a page or a live block does not show costs no query.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    companies = cache(lambda: company_options(user))
    if not hasattr(request, "company"):
        return {"companies": companies}
    page = _company_page(cast("CompanyRequest", request))
    if page["visit"] is not None:
        # On a visit, staff see what the seller's person sees: of their own companies nothing.
        return {**page, "companies": [visited(page["company"], role=page["role"])]}
    return {"companies": companies, **page}


def _company_page(request: CompanyRequest) -> dict[str, Any]:
    company = request.company
    accounts = cache(lambda: _accounts(company))
    return {
        "company": company,
        "role": request.membership.get_role_display(),
        "visit": getattr(request, "visit", None),
        "accounts": accounts,
        "marketplaces": cache(lambda: _marketplaces(accounts())),
        "selected_account": cache(lambda: _selected(accounts(), request.GET.get("account", ""))),
        "selected_marketplace": cache(
            lambda: _selected_marketplace(accounts(), request.GET.get("marketplace", ""))
        ),
        "navigation": cache(lambda: _navigation(request)),
        "settings_menu": cache(lambda: settings_menu(request)),
        "data_as_of": cache(lambda: _data_as_of(accounts())),
        "data_norm": registry.streams()["orders"].fresh_for,
    }


def _accounts(company: Company) -> list[AccountOption]:
    """Disconnected accounts last; those that are being erased are none any more."""
    rows = (
        MarketplaceAccount.objects.for_company(company)
        .kept()
        .annotate(orders_as_of=Min("streams__data_as_of", filter=Q(streams__stream="orders")))
        .order_by(F("disconnected_at").asc(nulls_first=True), "marketplace", "title", "pk")
        .values_list("pk", "marketplace", "title", "status", "orders_as_of")
    )
    return [
        AccountOption(
            pk=pk,
            marketplace=marketplace,
            name=title,
            is_active=status == AccountStatus.ACTIVE,
            orders_as_of=moment,
            note="" if status == AccountStatus.ACTIVE else status.label,
        )
        for pk, marketplace, title, status, moment in rows
    ]


def _selected(accounts: Sequence[AccountOption], asked: str) -> AccountOption | None:
    return next((account for account in accounts if str(account.pk) == asked), None)


def _marketplaces(accounts: Sequence[AccountOption]) -> list[MarketplaceOption]:
    """The marketplaces of the accounts; nothing to choose from when there is one."""
    codes = list(dict.fromkeys(account.marketplace for account in accounts))
    if len(codes) < 2:
        return []
    titles = registry.adapters()
    return [MarketplaceOption(code=code, title=titles.title(code)) for code in codes]


def _selected_marketplace(accounts: Sequence[AccountOption], asked: str) -> MarketplaceOption | None:
    return next((one for one in _marketplaces(accounts) if one.code == asked), None)


def _narrowed(request: CompanyRequest) -> str:
    """What the reader has chosen in the switcher, to go along with him from section to section."""
    chosen = {name: request.GET[name] for name in ("account", "marketplace") if request.GET.get(name)}
    return f"?{urlencode(chosen)}" if chosen else ""


def _data_as_of(accounts: Sequence[AccountOption]) -> datetime | None:
    """The age of the oldest orders shown: no active account is newer than what the bar says."""
    moments = [account.orders_as_of for account in accounts if account.is_active]
    return min((moment for moment in moments if moment is not None), default=None)


def _navigation(request: CompanyRequest) -> list[NavigationItem]:
    slug = request.company.slug
    items = [
        NavigationItem(
            label=label,
            url=url + _narrowed(request),
            icon=icon,
            is_current=_is_current(request, name, url),
            count=_waiting(request.company, name),
        )
        for name, label, icon in _SECTIONS
        for url in [reverse(name, args=[slug])]
    ]
    sync_url = reverse("marketplaces:sync", args=[slug])
    waiting = _open_quarantine(request.company)
    return [
        *items,
        NavigationItem(
            label=_("Synchronisation"),
            url=sync_url,
            icon="refresh-cw",
            is_current=_is_current(request, "marketplaces:sync", sync_url),
            count=waiting,
            count_alert=bool(waiting),
            group=_("Cabinet"),
        ),
        NavigationItem(
            label=_("Settings"),
            url=reverse("settings:home", args=[slug]),
            icon="settings-2",
            is_current=_is_current(request, "settings:home", reverse("settings:home", args=[slug])),
            group=_("Cabinet"),
        ),
    ]


def _is_current(request: CompanyRequest, name: str, url: str) -> bool:
    """Whether the page belongs to the section; the dashboard is above all others, so only itself."""
    return request.path == url if name == "analytics:dashboard" else request.path.startswith(url)


def _waiting(company: Company, section: str) -> int:
    """What waits for somebody in a section, as it was a minute ago at most: every page asks."""
    count = _COUNTED.get(section)
    if count is None:
        return 0
    return int(
        cache_of_figures.get_or_set(
            f"waiting:{section}:{company.pk}", lambda: count(company), timeout=_REMEMBERED_FOR
        )
        or 0
    )


def _open_quarantine(company: Company) -> int:
    rows = QuarantinedRecord.objects.for_company(company).filter(state=QuarantineState.OPEN)
    return int(rows[:_MOST_COUNTED].count())
