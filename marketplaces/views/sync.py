"""The sync page: every account with its streams, what runs now, limits, quarantine; and "Refresh now"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from companies.choices import Permission
from companies.permissions import requires
from marketplaces import selectors, tasks
from marketplaces.lists import quarantine_list
from marketplaces.models import AccountStatus, MarketplaceAccount, QuarantineState
from marketplaces.onboarding import onboarding
from marketplaces.progress import jobs, limit_rows, run_rows
from marketplaces.selectors import Freshness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from companies.http import CompanyRequest
    from companies.models import Company
    from marketplaces.selectors import AccountHealth
    from marketplaces.services import Refresh

# How many quarantined records stand on the page; the rest is one link away.
SHOWN: Final = 5
LAST_RUNS: Final = 8
QUICK_SECONDS: Final = 2
SLOW_SECONDS: Final = 10


@require_safe
@requires(Permission.VIEW)
def sync(request: CompanyRequest) -> HttpResponse:
    """The whole page, or for a live block what moves on it."""
    context = {
        **_accounts(request.company),
        **_quarantine(request.company),
        # A live block does not show the steps.
        "onboarding": None if request.htmx else onboarding(request.company, rights=request.membership.rights),
        "can_sync": request.membership.can(Permission.SYNC),
        "can_manage": request.membership.can(Permission.MANAGE_ACCOUNTS),
        "is_live": bool(request.htmx),
    }
    response = render(
        request, "marketplaces/sync.html#live" if request.htmx else "marketplaces/sync.html", context
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _accounts(company: Company) -> dict[str, Any]:
    """The accounts, what runs and ran of them, and how soon to look again."""
    accounts = selectors.accounts_health(company=company)
    running = selectors.running_runs(company=company)
    erasures = selectors.erasures(company=company)
    connected = [one for one in accounts if not one.account.status.is_final]
    return {
        "health": accounts,
        "erasures": erasures,
        "running": jobs(running),
        "runs": run_rows(selectors.last_runs(company=company)[:LAST_RUNS], company=company),
        "limits": limit_rows(connected),
        "summary": _summary(connected),
        "seconds": QUICK_SECONDS if running or erasures else SLOW_SECONDS,
        "is_any_active": any(one.account.status == AccountStatus.ACTIVE for one in accounts),
    }


def _quarantine(company: Company) -> dict[str, Any]:
    """The records last set aside."""
    waiting = quarantine_list(company).filter(state=QuarantineState.OPEN).order_by("-last_seen_at", "-pk")
    records = list(waiting[: SHOWN + 1])
    return {
        "records": records[:SHOWN],
        "has_more_records": len(records) > SHOWN,
        "quarantine_mark": _mark(records),
    }


@require_POST
@requires(Permission.SYNC)
def refresh(request: CompanyRequest) -> HttpResponse:
    """ "Refresh now": everything, one account, or one stream of it; says when one may ask again."""
    accounts = MarketplaceAccount.objects.for_company(request.company).select_related("company")
    asked = request.POST.get("account", "")
    if asked:
        chosen = [get_object_or_404(accounts, pk=asked if asked.isdecimal() and len(asked) < 19 else 0)]
    else:
        chosen = list(accounts.active().order_by("pk"))
    stream = request.POST.get("stream") or None
    answers = [tasks.refresh(account=account, by=request.user, stream=stream) for account in chosen]
    _tell(request, answers)
    return redirect("marketplaces:sync", request.company.slug)


def _tell(request: CompanyRequest, answers: Sequence[Refresh]) -> None:
    if any(answer.is_accepted for answer in answers):
        is_running = any(answer.is_running for answer in answers)
        messages.success(
            request,
            _("A run is going on; another follows it at once.")
            if is_running
            else _("We are asking the marketplace. How far it is stands on this page."),
        )
        return
    moments = [answer.next_allowed_at for answer in answers if answer.next_allowed_at]
    if not moments:
        messages.warning(
            request, _("There is nothing to refresh: the account is stopped or its streams are off.")
        )
        return
    seconds = max(1, round((min(moments) - timezone.now()).total_seconds()))
    text = ngettext(
        "Refreshed just now. You can ask again in %(count)s second.",
        "Refreshed just now. You can ask again in %(count)s seconds.",
        seconds,
    )
    messages.info(request, text % {"count": seconds})


def _summary(accounts: Sequence[AccountHealth]) -> str:
    """«2 кабинета, 6 потоков: 5 свежих, 1 идёт»: the worst is named last."""
    streams = [stream for account in accounts for stream in account.streams]
    if not accounts:
        return ""
    counts: dict[str, int] = {member.value: 0 for member in Freshness}
    for stream in streams:
        counts[stream.freshness.value] += 1
    words: list[tuple[int, Any]] = [
        (counts["fresh"], _("fresh")),
        (sum(stream.is_running for stream in streams), _("running now")),
        (counts["never"], _("not read yet")),
        (counts["off"], _("off")),
        (counts["late"], _("late")),
        (counts["stale"], _("stale")),
    ]
    head = ngettext("%(count)s account", "%(count)s accounts", len(accounts)) % {"count": len(accounts)}
    middle = ngettext("%(count)s stream", "%(count)s streams", len(streams)) % {"count": len(streams)}
    tail = ", ".join(f"{word}: {count}" for count, word in words if count)
    return f"{head}, {middle} · {tail}".rstrip("· ")


def _mark(records: Sequence[Any]) -> str:
    """What the quarantine panel showed: it is drawn again only when this changes, so that nothing closes under
    a reader's eyes."""
    return "-".join(f"{record.pk}.{record.attempts}" for record in records) or "0"
