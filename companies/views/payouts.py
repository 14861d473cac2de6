"""Where the company's money goes: its bank accounts, masked, and the numbers in full for a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import selectors, services
from companies.choices import AuditSubject, Permission
from companies.forms.payouts import BankAccountForm
from companies.identity import asks_identity, asks_identity_for_form, refuse_unconfirmed
from companies.models import BankAccount
from companies.permissions import requires
from companies.selectors.audit import last_changes
from companies.services import AlreadyListed, StillPaidTo
from core.components import Crumb
from core.crypto import CannotDecrypt
from core.requisites import BadRequisite

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from companies.http import CompanyRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PAYOUTS)
def payout_list(request: CompanyRequest) -> HttpResponse:
    """Every bank account, who pays there, and who has nowhere to pay to."""
    context = {
        "payouts": selectors.payouts(company=request.company),
        "can_manage": request.membership.can(Permission.MANAGE_PAYOUTS),
        **_aside(request),
    }
    return render(request, "settings/payouts.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PAYOUTS)
@asks_identity_for_form
@sensitive_variables()
def payout_create(request: CompanyRequest) -> HttpResponse:
    """Add a bank account."""
    form = BankAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        saved = _attempt(
            form, lambda: services.add_bank_account(company=request.company, details=form.details)
        )
        if saved is not None:
            messages.success(request, _("The account is added: %(account)s.") % {"account": saved})
            return _done(request, form)
    return _form_page(request, form, title=_("New bank account"))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PAYOUTS)
@asks_identity_for_form
@sensitive_variables()
def payout_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change a bank account; its numbers only where they are given anew."""
    account = _account(request, pk)
    form = BankAccountForm(request.POST if request.method == "POST" else None, account=account)
    if form.is_valid() and not refuse_unconfirmed(request, form):
        saved = _attempt(form, lambda: services.change_bank_account(account=account, details=form.details))
        if saved is not None:
            messages.success(request, _("The account is saved: %(account)s.") % {"account": saved})
            return _done(request, form)
    return _form_page(request, form, title=str(account))


@never_cache
@require_POST
@requires(Permission.MANAGE_PAYOUTS)
@asks_identity
def payout_delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Forget a bank account that no marketplace account pays to."""
    account = _account(request, pk)
    try:
        services.remove_bank_account(account=account)
    except StillPaidTo as exc:
        text = _("%(account)s is not removed: %(titles)s pay there. Point them elsewhere first.")
        messages.error(request, text % {"account": account, "titles": ", ".join(exc.titles)})
    except BankAccount.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, _("The account is removed: %(account)s.") % {"account": account})
    return redirect("settings:payout-list", request.company.slug)


@never_cache
@require_POST
@requires(Permission.MANAGE_PAYOUTS)
@asks_identity
@sensitive_variables()
def payout_number(request: CompanyRequest, pk: int) -> HttpResponse:
    """The numbers in full, this once; the trail keeps who saw them."""
    account = _account(request, pk)
    try:
        numbers = services.show_numbers(account=account)
    except CannotDecrypt:
        messages.error(
            request, _("The numbers cannot be read any more. Change the account and give them anew.")
        )
        return redirect("settings:payout-list", request.company.slug)
    context = {
        "account": account,
        "numbers": numbers,
        "crumbs": _crumbs(request),
        **_aside(request, account=account),
    }
    return render(request, "settings/payout_number.html", context)


def _account(request: CompanyRequest, pk: int) -> BankAccount:
    account: BankAccount = get_object_or_404(BankAccount.objects.for_company(request.company), pk=pk)
    return account


def _attempt(form: BankAccountForm, call: Callable[[], BankAccount]) -> BankAccount | None:
    """Save; what a rule says against it stands at the number."""
    try:
        return call()
    except AlreadyListed as exc:
        form.add_error(
            "settlement", _("This account is here already: %(account)s.") % {"account": exc.account}
        )
    except StillPaidTo as exc:
        form.add_error(
            "settlement",
            _("The currency is another one, and %(titles)s pay there. Point them elsewhere first.")
            % {"titles": ", ".join(exc.titles)},
        )
    except BankAccount.DoesNotExist:
        # Removed by somebody else since the page was opened.
        raise Http404 from None
    except BadRequisite as exc:
        # The account was changed meanwhile, or no key of ours opens its numbers: they are needed anew.
        form.add_error("settlement", exc)
    return None


def _done(request: CompanyRequest, form: BankAccountForm) -> HttpResponse:
    if form.counts_correspondent:
        messages.info(
            request, _("The correspondent account is counted from the BIC: check it with the bank's.")
        )
    return redirect("settings:payout-list", request.company.slug)


def _form_page(request: CompanyRequest, form: BankAccountForm, *, title: str) -> HttpResponse:
    context = {
        "form": form,
        "account": form.account,
        "page_title": title,
        "crumbs": _crumbs(request),
        **_aside(request, account=form.account),
    }
    return render(request, "settings/payout_form.html", context, status=422 if form.is_bound else 200)


def _aside(request: CompanyRequest, *, account: BankAccount | None = None) -> dict[str, Any]:
    """Who is paid, and who changed it: all accounts, or the one."""
    company = request.company
    changes = last_changes(company, AuditSubject.BANK_ACCOUNT, account.pk if account else None)
    sees_all = request.membership.can(Permission.VIEW_AUDIT)
    return {
        "payee": selectors.payee(company=company),
        "changes": changes,
        "all_url": reverse("settings:audit", args=[company.slug]) if sees_all else "",
    }


def _crumbs(request: CompanyRequest) -> list[Crumb]:
    return [Crumb(label=_("Payouts"), url=reverse("settings:payout-list", args=[request.company.slug]))]
