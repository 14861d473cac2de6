"""One account: connecting it, what it may do, its key, its name, whether it is synced."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.choices import Permission
from companies.permissions import requires
from core.components import Crumb
from marketplaces import catalogue, registry, selectors, services
from marketplaces.abilities import abilities
from marketplaces.errors import CredentialsRejected, MarketplaceError, RightMissing
from marketplaces.forms import AccountTitleForm, credentials_form
from marketplaces.http import ForbiddenHost
from marketplaces.models import MarketplaceAccount
from marketplaces.progress import run_rows
from marketplaces.services import AlreadyConnected, BadCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from companies.http import CompanyRequest
    from marketplaces.forms import CredentialsForm

T = TypeVar("T")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def account_create(request: CompanyRequest) -> HttpResponse:
    """Connect an account: two fields, asked of the marketplace before anything is saved."""
    adapters = registry.adapters()
    asked = request.POST.get("marketplace") or request.GET.get("marketplace") or ""
    code = asked if asked in adapters else next(iter(adapters))
    form = credentials_form(adapters[code])(request.POST if request.method == "POST" else None)
    if form.is_valid():
        account = _attempt(
            form,
            lambda: services.connect_account(
                company=request.company, marketplace=code, credentials=form.credentials, actor=request.user
            ),
            marketplace=str(adapters[code].title),
        )
        if account is not None:
            messages.success(request, _("Connected. The first reading has begun, it may take a few minutes."))
            return redirect("marketplaces:sync", request.company.slug)
    context = {
        "form": form,
        "marketplace": code,
        "marketplace_title": adapters[code].title,
        "choices": registry.choices(),
        "crumbs": _crumbs(request),
    }
    return render(request, "marketplaces/connect.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.VIEW)
def account_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """What the account is, what its key may do, what the marketplace gives."""
    return _page(request, pk, form=None)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_rename(request: CompanyRequest, pk: int) -> HttpResponse:
    """Call the account otherwise."""
    account = _account(request, pk)
    form = AccountTitleForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form)
    services.rename_account(account=account, title=form.cleaned_data["title"], actor=request.user)
    messages.success(request, _("The account has a new name."))
    return redirect(account)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def account_key(request: CompanyRequest, pk: int) -> HttpResponse:
    """Give the account another key of the same seller."""
    account = _account(request, pk)
    adapter_class = registry.adapters()[account.marketplace]
    form = credentials_form(adapter_class)(
        request.POST if request.method == "POST" else None, initial={"client_id": account.external_id}
    )
    if form.is_valid():
        replaced = _attempt(
            form,
            lambda: services.replace_credentials(
                account=account, credentials=form.credentials, actor=request.user
            ),
            marketplace=str(adapter_class.title),
        )
        if replaced is not None:
            messages.success(request, _("The key is replaced, the account is read again."))
            return redirect(account)
    crumbs = [*_crumbs(request), Crumb(label=account.title, url=account.get_absolute_url())]
    context = {"form": form, "account": account, "marketplace_title": adapter_class.title, "crumbs": crumbs}
    return render(request, "marketplaces/key.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_pause(request: CompanyRequest, pk: int) -> HttpResponse:
    """Sync nothing of the account for now."""
    account = services.pause_account(account=_account(request, pk), actor=request.user)
    messages.success(request, _("The account is paused. What has been read stays, nothing new comes."))
    return redirect(account)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_resume(request: CompanyRequest, pk: int) -> HttpResponse:
    """Go on syncing the account."""
    account = services.resume_account(account=_account(request, pk), actor=request.user)
    messages.success(request, _("The account is synced again, from where it stopped."))
    return redirect(account)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_check(request: CompanyRequest, pk: int) -> HttpResponse:
    """Ask the marketplace what the key may do now."""
    account = _account(request, pk)
    try:
        services.check_account(account=account)
    except MarketplaceError as exc:
        title = registry.adapters().title(account.marketplace)
        messages.error(request, catalogue.message(exc.code, marketplace=title, zone=request.company.zone))
    else:
        messages.success(request, _("The key is good. What it may do stands on this page."))
    return redirect(account)


def _account(request: CompanyRequest, pk: int) -> MarketplaceAccount:
    accounts = MarketplaceAccount.objects.for_company(request.company).select_related(
        "company", "payout_account"
    )
    account: MarketplaceAccount = get_object_or_404(accounts, pk=pk)
    return account


def _page(request: CompanyRequest, pk: int, *, form: AccountTitleForm | None) -> HttpResponse:
    account = _account(request, pk)
    health = selectors.account_health(company=request.company, account_id=pk)
    context = {
        "health": health,
        "account": account,
        "abilities": abilities(account),
        "runs": run_rows(
            selectors.last_runs(company=request.company, account=account)[:5], company=request.company
        ),
        "form": form or AccountTitleForm(initial={"title": account.title}),
        "crumbs": _crumbs(request),
        "can_manage": request.membership.can(Permission.MANAGE_ACCOUNTS),
        "can_sync": request.membership.can(Permission.SYNC),
        "payout": selectors.payout_panel(account=account, membership=request.membership),
    }
    return render(request, "marketplaces/account.html", context, status=422 if form else 200)


def _crumbs(request: CompanyRequest) -> list[Crumb]:
    return [Crumb(label=_("Synchronisation"), url=reverse("marketplaces:sync", args=[request.company.slug]))]


def _attempt(form: CredentialsForm, call: Callable[[], T], *, marketplace: str) -> T | None:
    """Ask the marketplace; what it or a rule of ours says against it stands at its field."""
    try:
        return call()
    except BadCredentials as exc:
        for name, text in exc.fields.items():
            form.add_error(name if name in form.fields else None, text)
    except AlreadyConnected as exc:
        form.add_error(
            None, _("This seller is connected already, as “%(title)s”.") % {"title": exc.account.title}
        )
    except ForbiddenHost:
        form.add_error(None, _("This cabinet may not ask that address. Tell whoever runs it."))
    except MarketplaceError as exc:
        form.add_error(*_refusal(form, exc, marketplace))
    return None


def _refusal(form: CredentialsForm, error: MarketplaceError, marketplace: str) -> tuple[str | None, str]:
    """Where the error stands, and what it says: what happened, and what to do about it."""
    found = catalogue.entry(error.code)
    title = str(found.title) % {"marketplace": marketplace}
    if isinstance(error, CredentialsRejected):
        advice = _("Check both fields: the key must be of this very cabinet, and not revoked.")
        return form.secret_field, f"{title} {advice}"
    if isinstance(error, RightMissing):
        return form.secret_field, f"{title} {found.advice}"
    return None, f"{title} {_('Nothing is saved. Try again in a minute.')}"
