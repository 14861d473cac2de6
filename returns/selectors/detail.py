"""One return: where its units are, its history, its money and its deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from core.components import Fact, HistoryItem, Step
from core.periods import business_day
from marketplaces import registry
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnStatus
from returns.choices import LATE_AFTER, PRECISIONS, ReturnEventKind, ReturnSource, claim_rule
from returns.models import Reason, Return, ReturnEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from companies.models import Company
    from core.statuses import Tone

_WAY = (ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED, ReturnStatus.CHECKED)
_ASIDE = (ReturnStatus.DEFECTIVE, ReturnStatus.WAITING_PICKUP)
# Not on its way back yet, or never.
_AT_THE_BUYER = (ReturnStatus.CLAIMED, ReturnStatus.REJECTED)
# Endings that a return may come to from any point of its way.
_ANYWHERE = (ReturnStatus.DISPOSED, ReturnStatus.COMPENSATED, ReturnStatus.LOST, ReturnStatus.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day on which something is lost, counted down."""

    label: str
    day: date
    left: str
    tone: Tone
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPage:
    """All that the page of a return shows. `age` is how long it is open, in words; empty once it ended."""

    row: Return
    marketplace: str
    currency: str
    product_id: int | None
    photo_url: str
    steps: Sequence[Step]
    history: Sequence[HistoryItem]
    deadlines: Sequence[Deadline]
    about: Sequence[Fact]
    money: Sequence[Fact]
    age: str


def return_page(company: Company, pk: int) -> ReturnPage:
    """The page of a return. Raises Return.DoesNotExist, also for another company's return."""
    related = ("account", "order", "listing", "reason")
    row = Return.objects.for_company(company).select_related(*related).get(pk=pk)
    events = list(
        ReturnEvent.objects.for_company(company)
        .filter(return_of=row)
        .select_related("actor")
        .order_by("happened_at", "pk")
    )
    names = dict(Reason.objects.values_list("code", "name"))
    return ReturnPage(
        row=row,
        marketplace=registry.adapters().title(row.marketplace),
        currency=formats.currency_symbol(row.currency),
        product_id=row.listing.product_id if row.listing else None,
        photo_url=row.listing.photo_url if row.listing else "",
        steps=steps(row, events),
        history=[_history_item(event, names) for event in reversed(events)],
        deadlines=deadlines(row, today=timezone.localdate()),
        about=_about(row),
        money=_money(row),
        age="" if _is_final(row) else formats.duration(timezone.now() - row.registered_at),
    )


def steps(row: Return, events: Sequence[ReturnEvent]) -> list[Step]:
    """The way of the units: what they have passed, where they are, and that it has to end."""
    passed = {
        str(event.new_status): event.happened_at for event in events if event.kind != ReturnEventKind.REASON
    }
    status = row.status if isinstance(row.status, ReturnStatus) else ReturnStatus.UNKNOWN
    if _was_sent_back(row, status, passed):
        passed.setdefault(ReturnStatus.IN_TRANSIT.value, row.registered_at)
    if row.received_at:
        passed.setdefault(ReturnStatus.RECEIVED.value, row.received_at)
    way = [step for step in _steps_of(status, passed) if not (step in _ASIDE and step.rank > status.rank)]
    found = [_step(step, status, passed) for step in way]
    if status.is_final:
        state = "bad" if status in (ReturnStatus.LOST, ReturnStatus.DISPOSED) else "done"
        return [*found, Step(name=status.label, state=state, when=formats.moment(row.status_at))]  # type: ignore[arg-type]  # one of StepState
    return [
        *found,
        Step(name=_("Ended"), state="next", note=_("on sale, handed over, disposed of or paid for")),
    ]


def _was_sent_back(row: Return, status: ReturnStatus, passed: Mapping[str, datetime]) -> bool:
    """Whether it was on its way back: of endings that may come to the buyer too, where a later step is known."""
    if status in _AT_THE_BUYER:
        return False
    has_come = row.received_at is not None or any(step.value in passed for step in (*_WAY, *_ASIDE))
    return status not in _ANYWHERE or has_come


def _steps_of(status: ReturnStatus, passed: Mapping[str, datetime]) -> list[ReturnStatus]:
    """The steps to show: of a return that goes on, the whole way; of one that ended at any point of it, as a claim that
    was turned down or a unit that was lost, those that are known to have been passed."""
    aside = [step for step in _ASIDE if step.value in passed or step is status]
    began = [step for step in (ReturnStatus.CLAIMED,) if step.value in passed or step is status]
    if status in _ANYWHERE:
        return [*began, *(step for step in (*_WAY, *aside) if step.value in passed)]
    return [*began, *_WAY, *aside]


def deadlines(row: Return, *, today: date) -> list[Deadline]:
    """The days on which something is lost, the nearest first; those of an open return, and that for a dispute."""
    found = []
    if not _is_final(row):
        if row.pick_up_until and row.status == ReturnStatus.WAITING_PICKUP:
            found.append(_deadline(_("Pick up by"), row.pick_up_until, today))
        if row.disposal_on:
            found.append(_deadline(_("Disposed of on"), row.disposal_on, today))
    rule = claim_rule(row.marketplace, on=row.registered_date)
    if rule is not None and rule.days is not None:
        began = business_day(row.settled_at or row.registered_at, row.company.zone)
        last = began + timedelta(days=rule.days)
        if last >= today:
            found.append(_deadline(_("Dispute by"), last, today, note=str(rule.source)))
    return sorted(found, key=lambda one: one.day)


def countdown(day: date, today: date) -> tuple[str, Tone]:
    """How long until a day, in words, and how pressing that is."""
    left = (day - today).days
    if left < 0:
        return _("overdue by %(days)s") % {"days": formats.days(-left)}, "danger"
    if left == 0:
        return _("today"), "danger"
    return _("in %(days)s") % {
        "days": formats.days(left)
    }, "danger" if left <= 2 else "warning" if left <= 7 else "neutral"


def _deadline(label: str, day: date, today: date, *, note: str = "") -> Deadline:
    left, tone = countdown(day, today)
    return Deadline(label=label, day=day, left=left, tone=tone, note=note)


def _step(step: ReturnStatus, status: ReturnStatus, passed: Mapping[str, datetime]) -> Step:
    when = formats.moment(passed[step.value]) if step.value in passed else ""
    if step is status:
        return Step(name=step.label, state="now", when=when, note=_("here now"))
    if step.rank > status.rank:
        return Step(name=step.label, state="next")
    return Step(name=step.label, state="done", when=when, note="" if when else _("the time is not told"))


def _history_item(event: ReturnEvent, names: Mapping[str, str]) -> HistoryItem:
    lag = event.recorded_at - event.happened_at
    is_late = event.precision == Precision.EXACT and lag > LATE_AFTER
    sources = dict(ReturnSource.choices)
    notes = [
        str(event.actor) if event.actor else str(sources.get(event.source, event.source)),
        str(PRECISIONS.get(event.precision, "")),
        _("correction of a final status") if event.kind == ReturnEventKind.CORRECTION else "",
        _("their word: %(word)s") % {"word": event.external_status} if event.external_status else "",
    ]
    item: dict[str, Any] = {"old": _label(event.old_status), "new": _label(event.new_status)}
    if event.kind == ReturnEventKind.REASON:
        item = {"text": _reason_text(event, names)}
    return HistoryItem(
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        note=" · ".join(note for note in notes if note),
        tone=getattr(event.new_status, "tone", "neutral"),
        is_late=is_late,
        lag=_("later by %(time)s") % {"time": formats.duration(lag)} if is_late else "",
        **item,
    )


def _reason_text(event: ReturnEvent, names: Mapping[str, str]) -> str:
    old, new = (names.get(code, code) or _("none") for code in event.details.get("reason", ["", ""]))
    return _("Reason: %(old)s → %(new)s") % {"old": old, "new": new}


def _label(status: ReturnStatus | str) -> str:
    return str(getattr(status, "label", status)) if status else ""


def _is_final(row: Return) -> bool:
    return bool(getattr(row.status, "is_final", False))


def _about(row: Return) -> list[Fact]:
    rows = [
        (_("Kind"), row.get_kind_display()),
        (_("Account"), row.account.title),
        (_("Their number"), row.number or row.external_id),
        (_("Article"), row.seller_sku),
        (_("Barcode"), row.barcode),
        (_("Began"), formats.moment(row.registered_at)),
        (_("Ordered on"), formats.day(row.placed_date) if row.placed_date else ""),
        (_("Delivered to"), row.cluster_to),
        (_("Where it is"), row.place_name),
        (_("Address"), row.place_address),
        (_("Their status"), row.external_status),
    ]
    return [Fact(label=label, value=value) for label, value in rows if value]


def _money(row: Return) -> list[Fact]:
    """What is at stake and what it has cost, in roubles of the return's currency."""

    def of(amount: Any) -> str:
        return formats.money(amount, currency=row.currency, kopecks=True) if amount is not None else ""

    paid_from = formats.day(row.storage_from) if row.storage_from else ""
    # Its state stands for a sum that is not told.
    state = row.compensation_status
    compensation = (state, "") if row.compensation is None else (of(row.compensation), state)
    rows = [
        (_("At the seller's price"), of(row.amount), formats.units(row.quantity)),
        (
            _("Storage so far"),
            of(row.storage_cost),
            _("from %(day)s") % {"day": paid_from} if paid_from else "",
        ),
        (_("Disposal"), of(row.disposal_cost), ""),
        (_("Compensation"), *compensation),
    ]
    return [Fact(label=label, value=value, note=note) for label, value, note in rows if value]
