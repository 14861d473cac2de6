"""One order: its steps, its history and what is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.utils.translation import gettext as _

from core import formats
from core.components import Fact, HistoryItem, Step
from marketplaces import registry
from marketplaces.contracts.orders import OrderStatus, Precision
from orders.choices import INITIATORS, LATE_AFTER, PRECISIONS, SOURCES
from orders.models import EventKind, Order, OrderEvent, OrderLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from companies.models import Company
    from core.components import StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """When the order came to a step, as well as that is known."""

    at: datetime
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A line of the contents. `discount` and `amount` are of all its units."""

    name: str
    subtitle: str
    photo_url: str
    product_id: int | None
    quantity: int
    price: Decimal
    discount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """All that the page of an order shows. `their_page` is the order in the marketplace's own cabinet."""

    order: Order
    marketplace: str
    their_page: str
    currency: str
    positions: Sequence[Position]
    discount: Decimal
    steps: Sequence[Step]
    history: Sequence[HistoryItem]
    facts: Sequence[Fact]


def order_page(company: Company, pk: int) -> OrderPage:
    """The page of an order. Raises Order.DoesNotExist, also for another company's order."""
    order = Order.objects.for_company(company).select_related("account", "warehouse").get(pk=pk)
    lines = OrderLine.objects.for_company(company).filter(order=order).select_related("listing")
    events = OrderEvent.objects.for_company(company).filter(order=order).select_related("actor")
    told = list(events.order_by("happened_at", "pk"))
    positions = [_position(line) for line in lines.order_by("position")]
    return OrderPage(
        order=order,
        marketplace=registry.adapters().title(order.marketplace),
        their_page=_their_page(order),
        currency=formats.currency_symbol(order.currency),
        positions=positions,
        discount=sum((position.discount for position in positions), Decimal(0)),
        steps=steps(order, told),
        history=[_history_item(event) for event in reversed(told)],
        facts=_facts(order),
    )


def _position(line: OrderLine) -> Position:
    listing = line.listing
    codes = [line.seller_sku, listing.barcode if listing else line.marketplace_sku]
    return Position(
        name=line.name,
        subtitle=" · ".join(code for code in codes if code),
        photo_url=listing.photo_url if listing else "",
        product_id=listing.product_id if listing else None,
        quantity=line.quantity,
        price=line.price,
        discount=-line.discount * line.quantity,
        amount=line.price * line.quantity,
    )


def _their_page(order: Order) -> str:
    """Only for accounts of the real marketplace, which is always behind TLS; the sandbox has no cabinet."""
    adapters = registry.adapters()
    if order.marketplace not in adapters or not order.account.base_url.startswith("https://"):
        return ""
    return adapters[order.marketplace].order_page.format(external_id=quote(order.external_id))


# What came to the buyer, also when it came back later.
_DELIVERED = (OrderStatus.DELIVERED, OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED)


def steps(order: Order, events: Sequence[OrderEvent]) -> list[Step]:
    """The steps that a seller sees, without those that the marketplace never tells, and the return that came after
    them; or those that were passed and the cancellation that ended them."""
    passed = _passed(order, events)
    current = _rank(order.status)
    is_cancelled = order.status == OrderStatus.CANCELLED
    result, before = [], None
    untold = registry.untold_steps(order.marketplace)
    for status in OrderStatus.steps():
        here = passed.get(status.value)
        if here is None and (is_cancelled or status in untold):
            continue
        state: StepState = "done" if here or status.rank < current else "next"
        if status == order.status:
            state = "done" if status.is_final else "now"
        result.append(_step(order, status, state=state, here=here, before=before))
        before = here or before
    if is_cancelled:
        result.append(_cancellation(order, passed.get(OrderStatus.CANCELLED.value), before))
    for status in (OrderStatus.PARTLY_RETURNED, OrderStatus.RETURNED):
        if here := passed.get(status.value):
            result.append(
                Step(
                    name=status.label,
                    state="bad",
                    when=formats.moment(here.at),
                    note=", ".join(note for note in (_after(before, here), _hint(here)) if note),
                )
            )
            before = here
    return result


def _passed(order: Order, events: Sequence[OrderEvent]) -> Mapping[str, Passed]:
    passed = {
        str(event.new_status): Passed(at=event.happened_at, precision=event.precision) for event in events
    }
    if order.accepted_at or OrderStatus.ACCEPTED.value not in passed:
        passed[OrderStatus.ACCEPTED.value] = Passed(
            at=order.accepted_at or order.placed_at, precision=Precision.EXACT
        )
    if order.delivered_at and order.status in _DELIVERED:
        passed[OrderStatus.DELIVERED.value] = Passed(at=order.delivered_at, precision=Precision.EXACT)
    if order.status != OrderStatus.UNKNOWN and str(order.status) not in passed:
        passed[str(order.status)] = Passed(at=order.status_at, precision=order.status_precision)
    return passed


def _step(
    order: Order, status: OrderStatus, *, state: StepState, here: Passed | None, before: Passed | None
) -> Step:
    if state == "next":
        is_last = status == OrderStatus.DELIVERED
        when = (
            _("expected by %(day)s") % {"day": formats.day(order.expected_to)}
            if is_last and order.expected_to
            else ""
        )
        return Step(name=status.label, state=state, when=when)
    if here is None:
        return Step(name=status.label, state=state, note=_("passed between two looks, the time is not known"))
    notes = [_after(before, here), _hint(here)]
    if state == "now":
        notes.append(_("here now"))
    return Step(
        name=status.label,
        state=state,
        when=formats.moment(here.at),
        note=", ".join(note for note in notes if note),
    )


def _cancellation(order: Order, here: Passed | None, before: Passed | None) -> Step:
    notes = [_after(before, here) if here else "", order.cancel_reason]
    if order.cancel_initiator:
        notes.append(_("cancelled by: %(who)s") % {"who": initiator(order.cancel_initiator)})
    return Step(
        name=OrderStatus.CANCELLED.label,
        state="bad",
        when=formats.moment(here.at if here else order.status_at),
        note=" · ".join(note for note in notes if note),
    )


def initiator(word: str) -> str:
    """Who cancelled, in our words; their word where we have none."""
    return str(INITIATORS.get(word.lower(), word))


def _after(before: Passed | None, here: Passed | None) -> str:
    if before is None or here is None or here.at <= before.at:
        return ""
    return _("after %(time)s") % {"time": formats.duration(here.at - before.at)}


def _hint(here: Passed) -> str:
    words = {"observed": _("noticed"), "estimated": _("estimate"), "day": _("only the day is known")}
    return words.get(here.precision, "")


def _rank(status: OrderStatus | str) -> int:
    return status.rank if isinstance(status, OrderStatus) else 0


def _history_item(event: OrderEvent) -> HistoryItem:
    lag = event.recorded_at - event.happened_at
    is_late = event.precision == Precision.EXACT and lag > LATE_AFTER
    notes = [
        str(event.actor) if event.actor else str(SOURCES.get(event.source, event.source)),
        str(PRECISIONS.get(event.precision, "")),
        _("correction of a final status") if event.kind == EventKind.CORRECTION else "",
        _("their word: %(word)s") % {"word": event.external_status} if event.external_status else "",
    ]
    return HistoryItem(
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        old=_label(event.old_status),
        new=_label(event.new_status),
        note=" · ".join(note for note in notes if note),
        tone=getattr(event.new_status, "tone", "neutral"),
        is_late=is_late,
        lag=_("later by %(time)s") % {"time": formats.duration(lag)} if is_late else "",
    )


def _label(status: OrderStatus | str) -> str:
    return str(getattr(status, "label", status)) if status else ""


def _facts(order: Order) -> list[Fact]:
    words = {True: _("local"), False: _("not local"), None: formats.UNKNOWN}
    clusters = [name for name in (order.cluster_from, order.cluster_to) if name]
    rows = [
        (_("Account"), order.account.title),
        (_("Scheme"), "FBO"),
        (_("Shipped from"), order.warehouse_name),
        (_("Clusters"), " → ".join(clusters)),
        (_("Route"), words[order.is_local]),
        (_("City"), order.city),
        (_("Placed"), formats.moment(order.placed_at)),
        (_("Number of the purchase"), order.number),
        (_("Expected"), _expected(order)),
        (_("Delivery"), order.delivery_type),
        (_("Their status"), " · ".join(filter(None, [order.external_status, order.external_substatus]))),
        (_("Cancel reason"), order.cancel_reason),
    ]
    return [Fact(label=label, value=value) for label, value in rows if value]


def _expected(order: Order) -> str:
    if getattr(order.status, "is_final", False):
        return ""
    days = [formats.day(moment) for moment in (order.expected_from, order.expected_to) if moment]
    return " – ".join(dict.fromkeys(days))
