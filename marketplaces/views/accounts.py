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
from companies.identity import asks_identity_for_form, refuse_unconfirmed
from companies.permissions import requires
from core.components import Crumb
from marketplaces import catalogue, registry, selectors, services, tasks
from marketplaces.abilities import abilities, ability_rows
from marketplaces.errors import CredentialsRejected, MarketplaceError, RequestRejected, RightMissing
from marketplaces.forms import (
    TITLE_FIELD,
    AccountTitleForm,
    DisconnectForm,
    connect_form,
    credentials_form,
)
from marketplaces.http import ForbiddenHost
from marketplaces.models import AccountStatus, MarketplaceAccount
from marketplaces.progress import run_rows
from marketplaces.services import AlreadyConnected, BadCredentials, BeingErased, TitleTaken

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
@asks_identity_for_form
def account_create(request: CompanyRequest) -> HttpResponse:
    """Connect an account: its key, asked of the marketplace before anything is saved, and a name if one likes."""
    adapters = registry.adapters()
    asked = request.POST.get("marketplace") or request.GET.get("marketplace") or ""
    code = asked if asked in adapters else next(iter(adapters))
    form = connect_form(adapters[code])(request.POST if request.method == "POST" else None)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        account = _attempt(form, lambda: _connect(request, code, form), marketplace=str(adapters[code].title))
        if account is not None:
            messages.success(request, _connected(account))
            return redirect("marketplaces:sync", request.company.slug)
    context = {
        "form": form,
        "marketplace": code,
        "marketplace_title": adapters[code].title,
        "key_steps": [_(step) for step in adapters[code].key_steps],
        "choices": registry.choices(),
        "crumbs": _crumbs(request),
    }
    return render(request, "marketplaces/connect.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.VIEW)
def account_detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """What the account is, what its key may do, what the marketplace gives; or how far its erasing is."""
    account = _account(request, pk)
    if account.status == AccountStatus.ERASING:
        found = selectors.erasures(company=request.company, account_id=pk)
        context = {"account": account, "erasures": found, "crumbs": _crumbs(request)}
        return render(request, "marketplaces/erasing.html", context)
    return _page(request, account, form=None)


@require_safe
@requires(Permission.VIEW)
def ability_list(request: CompanyRequest) -> HttpResponse:
    """What each account gives, side by side."""
    accounts = list(
        MarketplaceAccount.objects.for_company(request.company).kept().order_by("marketplace", "title", "pk")
    )
    for account in accounts:
        account.company = request.company
    context = {
        "accounts": accounts,
        "rows": ability_rows(accounts, company=request.company),
        "crumbs": _crumbs(request),
        "can_manage": request.membership.can(Permission.MANAGE_ACCOUNTS),
    }
    return render(request, "marketplaces/abilities.html", context)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_rename(request: CompanyRequest, pk: int) -> HttpResponse:
    """Call the account otherwise."""
    account = _living(request, pk)
    form = AccountTitleForm(request.POST)
    if form.is_valid():
        try:
            services.rename_account(account=account, title=form.cleaned_data["title"], actor=request.user)
        except TitleTaken:
            form.add_error("title", _("Another account is called so already."))
    if not form.is_valid():
        return _page(request, account, form=form)
    messages.success(request, _("The account has a new name."))
    return redirect(account)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
@asks_identity_for_form
def account_key(request: CompanyRequest, pk: int) -> HttpResponse:
    """Give the account another key of the same seller; a disconnected one is connected again by it."""
    account = _living(request, pk)
    adapter_class = registry.adapters()[account.marketplace]
    form = credentials_form(adapter_class)(
        request.POST if request.method == "POST" else None, initial={"client_id": account.external_id}
    )
    if form.is_valid() and not refuse_unconfirmed(request, form):
        replaced = _attempt(
            form,
            lambda: services.replace_credentials(
                account=account, credentials=form.credentials, actor=request.user
            ),
            marketplace=str(adapter_class.title),
        )
        if replaced is not None:
            is_back = account.status == AccountStatus.DISCONNECTED
            messages.success(
                request, _revived() if is_back else _("The key is replaced, the account is read again.")
            )
            return redirect(account)
    crumbs = [*_crumbs(request), Crumb(label=account.title, url=account.get_absolute_url())]
    context = {"form": form, "account": account, "marketplace_title": adapter_class.title, "crumbs": crumbs}
    return render(request, "marketplaces/key.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_pause(request: CompanyRequest, pk: int) -> HttpResponse:
    """Sync nothing of the account for now."""
    account = services.pause_account(account=_living(request, pk), actor=request.user)
    messages.success(request, _("The account is paused. What has been read stays, nothing new comes."))
    return redirect(account)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_resume(request: CompanyRequest, pk: int) -> HttpResponse:
    """Go on syncing the account."""
    account = services.resume_account(account=_living(request, pk), actor=request.user)
    messages.success(request, _("The account is synced again, from where it stopped."))
    return redirect(account)


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def account_check(request: CompanyRequest, pk: int) -> HttpResponse:
    """Ask the marketplace what the key may do now."""
    account = _living(request, pk)
    try:
        services.check_account(account=account)
    except services.NotConnected:
        messages.warning(request, _("The account is disconnected, there is no key to check."))
    except MarketplaceError as exc:
        title = registry.adapters().title(account.marketplace)
        messages.error(request, catalogue.message(exc.code, marketplace=title, zone=request.company.zone))
    else:
        messages.success(request, _("The key is good. What it may do stands on this page."))
    return redirect(account)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DISCONNECT_ACCOUNTS)
@asks_identity_for_form
def account_disconnect(request: CompanyRequest, pk: int) -> HttpResponse:
    """Let the account go; its data stay or are erased, as the owner chooses and confirms by typing its name."""
    account = _living(request, pk)
    form = DisconnectForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        tasks.disconnect(account=account, erases=form.erases, by=request.user)
        messages.success(request, _let_go(erases=form.erases) % {"title": account.title})
        return redirect("marketplaces:sync", request.company.slug)
    context = {
        "form": form,
        "account": account,
        "amounts": selectors.account_amounts(account),
        "is_over": account.status == AccountStatus.DISCONNECTED,
        "crumbs": [*_crumbs(request), Crumb(label=account.title, url=account.get_absolute_url())],
    }
    return render(request, "marketplaces/disconnect.html", context, status=422 if form.is_bound else 200)


def _connect(request: CompanyRequest, code: str, form: CredentialsForm) -> MarketplaceAccount:
    return services.connect_account(
        company=request.company,
        marketplace=code,
        credentials=form.credentials,
        title=form.cleaned_data[TITLE_FIELD],
        actor=request.user,
    )


def _connected(account: MarketplaceAccount) -> str:
    if account.is_revived:
        return _revived()
    return _("Connected. The first reading has begun, it may take a few minutes.")


def _revived() -> str:
    return _("Connected again: what was read before is in place, the missed days are being read.")


def _let_go(*, erases: bool) -> str:
    if erases:
        return _("“%(title)s” is disconnected, its data are being erased. How far it is stands on this page.")
    return _("“%(title)s” is disconnected, its key is forgotten. What has been read stays.")


def _living(request: CompanyRequest, pk: int) -> MarketplaceAccount:
    """An account that can be changed: of one that is being erased nothing can."""
    accounts = MarketplaceAccount.objects.for_company(request.company).kept().select_related("company")
    account: MarketplaceAccount = get_object_or_404(accounts, pk=pk)
    return account


def _account(request: CompanyRequest, pk: int) -> MarketplaceAccount:
    accounts = MarketplaceAccount.objects.for_company(request.company).select_related(
        "company", "payout_account"
    )
    account: MarketplaceAccount = get_object_or_404(accounts, pk=pk)
    return account


def _page(
    request: CompanyRequest, account: MarketplaceAccount, *, form: AccountTitleForm | None
) -> HttpResponse:
    health = selectors.account_health(company=request.company, account_id=account.pk)
    context = {
        "health": health,
        "account": account,
        "abilities": abilities(account, company=request.company),
        "runs": run_rows(
            selectors.last_runs(company=request.company, account=account)[:5], company=request.company
        ),
        "form": form or AccountTitleForm(initial={"title": account.title}),
        "crumbs": _crumbs(request),
        "can_manage": request.membership.can(Permission.MANAGE_ACCOUNTS),
        "can_sync": request.membership.can(Permission.SYNC),
        "can_disconnect": request.membership.can(Permission.DISCONNECT_ACCOUNTS),
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
    except TitleTaken:
        form.add_error(TITLE_FIELD, _("Another account is called so already."))
    except BeingErased as exc:
        told = _("The data of this seller, “%(title)s”, are being erased. Connect him when that is done.")
        form.add_error(None, told % {"title": exc.account.title})
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
    if isinstance(error, RequestRejected) and error.told:
        return None, f"{title} {error.told}"
    return None, f"{title} {_('Nothing is saved. Try again in a minute.')}"
