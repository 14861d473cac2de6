"""The steps of a supply and its history, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.components import HistoryItem, Step
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import LATE_AFTER, PRECISIONS, SupplyEventKind
from supplies.selectors.slots import moment_text, slot_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from django_stubs_ext import StrOrPromise

    from core.components import StepState
    from supplies.models import Supply, SupplyEvent

# What the numbers of an event are called.
NAMES: Final[dict[str, StrOrPromise]] = {
    "declared": gettext_lazy("declared"),
    "planned": gettext_lazy("planned"),
    "shipped": gettext_lazy("shipped"),
    "accepted": gettext_lazy("accepted"),
    "on_sale": gettext_lazy("on sale"),
    "surplus": gettext_lazy("surplus"),
    "missing_units": gettext_lazy("missing"),
    "slot_from": gettext_lazy("slot from"),
    "slot_to": gettext_lazy("slot until"),
    "warehouse_name": gettext_lazy("warehouse"),
    "cluster_name": gettext_lazy("cluster"),
    "wished_on": gettext_lazy("wished date"),
    "note": gettext_lazy("note"),
    "lines_count": gettext_lazy("positions"),
    "boxes": gettext_lazy("boxes"),
    "box": gettext_lazy("box"),
    "sscc": "SSCC",
    "slot": gettext_lazy("slot"),
    "more": gettext_lazy("other positions"),
}
# Told by what came or went, not by two values.
_THINGS: Final = frozenset({"box"})
_LINE: Final = "line:"
_ENDED_BADLY: Final = (SupplyStatus.CANCELLED, SupplyStatus.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """When the supply came to a step, as well as that is known."""

    at: datetime
    precision: str


def steps(
    supply: Supply, events: Sequence[SupplyEvent], *, totals_told: Mapping[SupplyStatus, str]
) -> list[Step]:
    """The way of a supply: steps passed, the one it stands at, those ahead; or where it ended.

    `totals_told` is what each step is worth saying about, in units.
    """
    passed = _passed(supply, events)
    status = supply.status if isinstance(supply.status, SupplyStatus) else SupplyStatus.UNKNOWN
    has_ended_badly = status in _ENDED_BADLY
    result, before = [], None
    for step in _way(status):
        here = passed.get(step)
        if has_ended_badly and here is None:
            continue
        state: StepState = "done" if step.rank < status.rank or here else "next"
        if step is status:
            state = "done" if status.is_final else "now"
        result.append(
            _step(supply, step, state=state, here=here, before=before, said=totals_told.get(step, ""))
        )
        before = here or before
    if has_ended_badly:
        here = passed.get(status)
        at = here.at if here else supply.status_at
        notes = [_after(before, here), supply.reason]
        result.append(
            Step(
                name=status.label,
                state="bad",
                when=formats.moment(at),
                note=" · ".join(note for note in notes if note),
            )
        )
    return result


def history(events: Sequence[SupplyEvent], *, zone: ZoneInfo) -> list[HistoryItem]:
    """The events, the newest first, each with both times; slots are told in the zone of the supply."""
    return [_history_item(event, zone) for event in reversed(events)]


def _way(status: SupplyStatus) -> tuple[SupplyStatus, ...]:
    """The steps that go well; discrepancies only where there are some to settle."""
    way = SupplyStatus.steps()
    return (*way[:-1], SupplyStatus.DISCREPANCY, way[-1]) if status is SupplyStatus.DISCREPANCY else way


def _passed(supply: Supply, events: Sequence[SupplyEvent]) -> Mapping[SupplyStatus, Passed]:
    kinds = (SupplyEventKind.STATUS, SupplyEventKind.CORRECTION)
    passed = {
        event.new_status: Passed(at=event.happened_at, precision=event.precision)
        for event in events
        if event.kind in kinds and isinstance(event.new_status, SupplyStatus)
    }
    told = {
        SupplyStatus.DRAFT: supply.planned_at,
        SupplyStatus.SHIPPED: supply.shipped_at,
        SupplyStatus.ARRIVED: supply.arrived_at,
        SupplyStatus.ACCEPTED: supply.accepted_at if supply.status == SupplyStatus.ACCEPTED else None,
    }
    passed |= {
        status: Passed(at=at, precision=Precision.EXACT) for status, at in told.items() if at is not None
    }
    if isinstance(supply.status, SupplyStatus) and supply.status not in passed:
        passed[supply.status] = Passed(at=supply.status_at, precision=supply.status_precision)
    rank = supply.status.rank if isinstance(supply.status, SupplyStatus) else 0
    # What was corrected since is not on its way any more; of the endings, which share a rank, the one that stands.
    return {
        status: here
        for status, here in passed.items()
        if status.rank <= rank and (status == supply.status or not status.is_final)
    }


def _step(
    supply: Supply,
    status: SupplyStatus,
    *,
    state: StepState,
    here: Passed | None,
    before: Passed | None,
    said: str,
) -> Step:
    notes = [said] if state != "next" else []
    if status is SupplyStatus.BOOKED:
        notes.append(slot_text(supply))
    if here is None:
        if state == "done" and not any(notes):
            notes.append(_("passed between two looks, the time is not known"))
        return Step(name=status.label, state=state, note=" · ".join(note for note in notes if note))
    notes += [_after(before, here), _hint(here)]
    return Step(
        name=status.label,
        state=state,
        when=formats.moment(here.at),
        note=" · ".join(note for note in notes if note),
    )


def _after(before: Passed | None, here: Passed | None) -> str:
    if before is None or here is None or here.at <= before.at:
        return ""
    return _("after %(time)s") % {"time": formats.duration(here.at - before.at)}


def _hint(here: Passed) -> str:
    words = {"observed": _("noticed"), "estimated": _("estimate"), "day": _("only the day is known")}
    return words.get(here.precision, "")


def _history_item(event: SupplyEvent, zone: ZoneInfo) -> HistoryItem:
    lag = event.recorded_at - event.happened_at
    is_late = event.precision == Precision.EXACT and lag > LATE_AFTER
    is_step = event.kind in (SupplyEventKind.STATUS, SupplyEventKind.CORRECTION)
    notes = [
        str(event.actor) if event.actor else str(event.get_source_display()),
        str(PRECISIONS.get(event.precision, "")),
        _("correction of a final status") if event.kind == SupplyEventKind.CORRECTION else "",
        _("their word: %(word)s") % {"word": event.external_status}
        if event.external_status and is_step
        else "",
    ]
    return HistoryItem(
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        old=_label(event.old_status) if is_step else "",
        new=_label(event.new_status) if is_step else "",
        text="" if is_step else _text(event, zone),
        note=" · ".join(note for note in notes if note),
        tone=getattr(event.new_status, "tone", "neutral") if is_step else "neutral",
        is_late=is_late,
        lag=_("later by %(time)s") % {"time": formats.duration(lag)} if is_late else "",
    )


def _label(status: SupplyStatus | str) -> str:
    return str(getattr(status, "label", status)) if status else ""


def _text(event: SupplyEvent, zone: ZoneInfo) -> str:
    """`Numbers: accepted 97 → 99`, names in words; of a tie only that it was made, or undone."""
    kind = str(event.get_kind_display())
    if event.kind == SupplyEventKind.TIED:
        is_undone = "separated" in event.details
        return _("Separated from the marketplace's supply") if is_undone else kind
    changes = [_change(name, pair, zone) for name, pair in event.details.items() if _is_pair(pair)]
    return f"{kind}: {', '.join(changes)}" if changes else kind


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2


def _change(name: str, pair: list[Any], zone: ZoneInfo) -> str:
    """`accepted 97 → 99`; of something that came or went only its name (`box 3`, `УПД 1184`)."""
    is_line = name.startswith(_LINE)
    if name in _THINGS or (name not in NAMES and not is_line and pair in ([None, 1], [1, None])):
        return _thing(name, *pair)
    label = name.removeprefix(_LINE) if is_line else str(NAMES.get(name, name))
    before, after = (_value(name, value, zone) for value in pair)
    return f"{label} {before} → {after}"


def _thing(name: str, before: Any, after: Any) -> str:
    number = after if before is None else before
    text = f"{NAMES[name]} {number}" if name in _THINGS else name
    return text if before is None else _("%(thing)s removed") % {"thing": text}


def _value(name: str, value: Any, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return formats.UNKNOWN
    if isinstance(value, int):
        return formats.number(value)
    if name.startswith("slot"):
        moments = [parse_datetime(text) for text in str(value).split("/")]
        return " – ".join(moment_text(moment, zone) for moment in moments if moment) or str(value)
    return str(value)
