"""The three key moments of a supply as a checklist: marking, papers, time; and what is left after the count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from stdnum import ean

from core import formats
from core.components import CheckItem
from marketplaces.contracts.supplies import SupplyStatus
from supplies.labels.rendering import has_label
from supplies.selectors.deadlines import BEFORE_SHIPPING, COUNTED
from supplies.selectors.slots import ends_at, left_text, slot_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from supplies.models import Supply, SupplyDocument, SupplyLine

_EAN_LENGTHS = (8, 12, 13, 14)
_MOST_NAMED = 3


def checks(
    supply: Supply,
    *,
    lines: Sequence[SupplyLine],
    documents: Sequence[SupplyDocument],
    boxes: int,
    now: datetime,
) -> list[CheckItem]:
    """The checklist of a supply."""
    found = [
        _marking(lines),
        _boxes(supply, boxes),
        _papers(supply, documents),
        _on_time(supply, now=now),
        _count(supply),
        _on_sale(supply),
    ]
    return [check for check in found if check is not None]


def is_good_barcode(code: str) -> bool:
    """Whether a warehouse can read the code: a GS1 number with its right check digit, or a code of letters and
    digits that a marketplace gave."""
    if not has_label(code):
        return False
    return not (code.isdigit() and len(code) in _EAN_LENGTHS) or bool(ean.is_valid(code))


def _marking(lines: Sequence[SupplyLine]) -> CheckItem:
    name = _("Marking: every position has a valid barcode")
    if not lines:
        return CheckItem(name=name, note=_("The contents are not known yet."))
    bad = [line for line in lines if not is_good_barcode(line.code)]
    if not bad:
        count = ngettext("%(count)s position", "%(count)s positions", len(lines)) % {"count": len(lines)}
        return CheckItem(name=name, is_done=True, note=count)
    named = ", ".join(line.seller_sku or line.key for line in bad[:_MOST_NAMED])
    more = len(bad) - _MOST_NAMED
    if more > 0:
        named = ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more) % {
            "names": named,
            "more": more,
        }
    return CheckItem(name=name, is_failed=True, note=_("Without one: %(names)s") % {"names": named})


def _boxes(supply: Supply, boxes: int) -> CheckItem:
    name = _("Goods are packed into boxes")
    if boxes:
        note = ngettext("%(count)s box", "%(count)s boxes", boxes) % {"count": boxes}
        return CheckItem(name=name, is_done=True, note=note)
    is_past = supply.status not in BEFORE_SHIPPING
    return CheckItem(name=name, note=_("The marketplace does not tell the boxes.") if is_past else "")


def _papers(supply: Supply, documents: Sequence[SupplyDocument]) -> CheckItem:
    name = _("Papers are complete")
    if documents:
        words = ", ".join(" ".join(filter(None, [one.kind, one.number])) for one in documents[:_MOST_NAMED])
        return CheckItem(name=name, is_done=True, note=words)
    is_failed = supply.status in COUNTED
    return CheckItem(
        name=name,
        is_failed=is_failed,
        note=_("No act of acceptance is known.") if is_failed else _("None is known yet."),
    )


def _on_time(supply: Supply, *, now: datetime) -> CheckItem | None:
    name, until = _("On time for the slot"), ends_at(supply)
    came = supply.arrived_at or supply.shipped_at
    if supply.status in (SupplyStatus.CANCELLED, SupplyStatus.UNKNOWN):
        return None
    if supply.status == SupplyStatus.OVERDUE:
        return CheckItem(name=name, is_failed=True, note=slot_text(supply))
    if until is None:
        return CheckItem(name=name, note=_("No slot is booked."))
    if came is not None and supply.status not in BEFORE_SHIPPING:
        is_late = came > until
        note = (
            _("late by %(time)s") % {"time": formats.duration(came - until)} if is_late else slot_text(supply)
        )
        return CheckItem(name=name, is_done=not is_late, is_failed=is_late, note=note)
    if supply.status in BEFORE_SHIPPING:
        is_over = until < now
        return CheckItem(
            name=name, is_failed=is_over, note=f"{slot_text(supply)} · {left_text(until, now=now)}"
        )
    return CheckItem(name=name, is_done=True, note=slot_text(supply))


def _count(supply: Supply) -> CheckItem | None:
    if supply.status not in COUNTED:
        return None
    name = _("Everything brought was accepted")
    if supply.missing_units is None and supply.accepted is None:
        return CheckItem(name=name, note=_("The marketplace does not tell what it counted."))
    if not supply.missing_units:
        note = "" if supply.accepted is None else formats.units(supply.accepted)
        return CheckItem(name=name, is_done=True, note=note)
    note = _("missing: %(units)s") % {"units": formats.units(supply.missing_units)}
    return CheckItem(name=name, is_failed=True, note=note)


def _on_sale(supply: Supply) -> CheckItem | None:
    if supply.accepted is None or supply.on_sale is None or supply.status not in COUNTED:
        return None
    waits = max(0, supply.accepted - supply.on_sale)
    name = _("Everything accepted came on sale")
    return CheckItem(
        name=name,
        is_done=not waits,
        note=_("not yet: %(units)s") % {"units": formats.units(waits)}
        if waits
        else formats.units(supply.on_sale),
    )
