"""Which bank account a marketplace account pays to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from companies.choices import Permission
from companies.identity import asks_identity_for_form, refuse_unconfirmed
from companies.models import BankAccount
from companies.permissions import requires
from companies.selectors import bank_accounts
from core.components import Crumb
from marketplaces import selectors, services
from marketplaces.forms import PayoutChoiceForm
from marketplaces.models import AccountStatus, MarketplaceAccount
from marketplaces.services import WrongCurrency

if TYPE_CHECKING:
    from django.http import HttpResponse

    from companies.http import CompanyRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PAYOUTS)
@asks_identity_for_form
def account_payout(request: CompanyRequest, pk: int) -> HttpResponse:
    """Choose the bank account; what is posted from the payout page is the choice offered there."""
    account = _account(request, pk)
    banks = bank_accounts(company=request.company)
    paid_in = selectors.payout_currencies(account)
    form = PayoutChoiceForm(
        request.POST if request.method == "POST" else None,
        accounts=banks,
        paid_in=paid_in,
        initial={"bank_account": account.payout_account_id or (banks[0].pk if len(banks) == 1 else "")},
    )
    if form.is_valid() and not refuse_unconfirmed(request, form) and _save(form, account):
        messages.success(request, _told(account, form.chosen))
        return redirect("settings:payout-list", request.company.slug)
    context = {
        "form": form,
        "account": account,
        "banks": banks,
        "paid_in": sorted(paid_in),
        "marketplace_title": selectors.marketplace_title(account),
        "crumbs": _crumbs(request, account),
    }
    return render(request, "marketplaces/payout.html", context, status=422 if form.is_bound else 200)


def _account(request: CompanyRequest, pk: int) -> MarketplaceAccount:
    accounts = MarketplaceAccount.objects.for_company(request.company).exclude(status=AccountStatus.ERASING)
    account: MarketplaceAccount = get_object_or_404(accounts.select_related("company"), pk=pk)
    return account


def _save(form: PayoutChoiceForm, account: MarketplaceAccount) -> bool:
    try:
        services.set_payout_account(account=account, bank_account=form.chosen)
    except WrongCurrency as exc:
        text = _("%(marketplace)s pays in %(paid_in)s, and this account is kept in %(kept_in)s.") % {
            "marketplace": selectors.marketplace_title(account),
            "paid_in": ", ".join(exc.paid_in),
            "kept_in": exc.kept_in,
        }
        form.add_error("bank_account", text)
        return False
    except BankAccount.DoesNotExist:
        form.add_error("bank_account", _("This account is there no more. Choose another."))
        return False
    except (services.BeingErased, MarketplaceAccount.DoesNotExist):
        raise Http404 from None
    return True


def _told(account: MarketplaceAccount, bank_account: BankAccount | None) -> str:
    if bank_account is None:
        return _("%(account)s pays to none of your bank accounts now.") % {"account": account.title}
    return _("%(account)s pays to %(bank_account)s.") % {
        "account": account.title,
        "bank_account": bank_account,
    }


def _crumbs(request: CompanyRequest, account: MarketplaceAccount) -> list[Crumb]:
    payouts_url = reverse("settings:payout-list", args=[request.company.slug])
    return [
        Crumb(label=_("Payouts"), url=payouts_url),
        Crumb(label=account.title, url=account.get_absolute_url()),
    ]
