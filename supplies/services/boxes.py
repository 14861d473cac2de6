"""Boxes of a plan: how the goods are spread over them, and the number that each one bears."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from marketplaces.contracts.supplies import SupplyStatus
from supplies.choices import SupplyEventKind
from supplies.labels.barcodes import is_sscc
from supplies.models import TO_SHIP, BoxLine, SupplyBox, SupplyEvent, SupplyLine
from supplies.selectors.plans import units_by_line
from supplies.services.plan_lines import check_shown
from supplies.services.plans import CannotChange, locked, note_event
from supplies.services.sscc import take_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from companies.models import User
    from supplies.models import Supply

MOST_BOXES: Final = 2_000
PACKABLE: Final = frozenset({SupplyStatus.DRAFT, SupplyStatus.BOOKED, SupplyStatus.READY})
# In the history beside the count of boxes: the highest number given, alone in its list as it is no change.
_LAST: Final = "last_box"

# What is in a box: {line: units}.
Contents = dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A line to be packed: its units, and how many of them go into one box."""

    line: int
    units: int
    per_box: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRule:
    """How goods are spread: `per_box` units a box, `own` units of some lines ({line: units}); one product a box, or
    products one after the other, all with the same number."""

    per_box: int
    own: Mapping[int, int] = field(default_factory=dict)
    is_mixed: bool = False

    def spread(self, units: Mapping[int, int]) -> list[Contents]:
        """The boxes of so many units of each line. Raises CannotChange when they would be too many, or when the boxes
        are mixed and yet some lines have a number of their own."""
        if self.is_mixed and self.own:
            raise CannotChange(
                _(
                    "Boxes with several products take one number of units: clear the numbers beside the products."
                )
            )
        portions = [
            Portion(line=line, units=count, per_box=self.own.get(line, self.per_box))
            for line, count in units.items()
        ]
        return spread(portions, mixed_per_box=self.per_box if self.is_mixed else None)


def one_product_a_box(portions: Iterable[Portion]) -> list[Contents]:
    """Boxes with one product each; the last box of a product holds the rest."""
    boxes: list[Contents] = []
    for portion in portions:
        full, rest = divmod(portion.units, portion.per_box)
        boxes += [{portion.line: portion.per_box} for _box in range(full)]
        boxes += [{portion.line: rest}] if rest else []
    return boxes


def mixed(portions: Iterable[Portion], *, per_box: int) -> list[Contents]:
    """Boxes filled one after the other, a product going on in the next box where this one is full."""
    boxes: list[Contents] = []
    room = 0
    for portion in portions:
        left = portion.units
        while left:
            if room == 0:
                boxes.append({})
                room = per_box
            taken = min(left, room)
            boxes[-1][portion.line] = taken
            left, room = left - taken, room - taken
    return boxes


def spread(portions: Sequence[Portion], *, mixed_per_box: int | None = None) -> list[Contents]:
    """The boxes of one product each, or mixed ones of so many units; counted before they are made. Raises
    CannotChange when they would be too many."""
    if mixed_per_box is None:
        _check_count(sum(-(-one.units // one.per_box) for one in portions))
        return one_product_a_box(portions)
    _check_count(-(-sum(one.units for one in portions) // mixed_per_box))
    return mixed(portions, per_box=mixed_per_box)


@transaction.atomic
def pack_by_rule(*, supply: Supply, rule: PackRule, actor: User | None, seen: str = "") -> int:
    """Pack what travels anew by a rule. `seen` is the version of the plan that the person saw.

    Gives how many boxes there are. Raises CannotChange, also where the plan or its boxes have changed since;
    SeriesExhausted.
    """
    held = packable(supply)
    if seen and seen != version_of(held):
        raise CannotChange(
            _(
                "Nothing is packed: the plan or its boxes have changed meanwhile. Look at them, and pack again."
            )
        )
    return _pack(held, rule.spread(units_by_line(held)), actor=actor)


def version_of(supply: Supply) -> str:
    """What tells whether a plan or its boxes have changed."""
    version: str = supply.changed_at.isoformat()
    return version


@transaction.atomic
def pack(*, supply: Supply, boxes: Sequence[Contents], actor: User | None) -> int:
    """Pack the plan anew: these boxes and no others. A box keeps the number of the box that stood in its place.

    Gives how many boxes there are. Raises CannotChange, SeriesExhausted.
    """
    return _pack(packable(supply), boxes, actor=actor)


def _pack(held: Supply, boxes: Sequence[Contents], *, actor: User | None) -> int:
    _check_count(len(boxes))
    last = _last_number(held)
    rows = SupplyBox.objects.for_company(held.company_id).filter(supply=held, is_told=False)
    before = list(rows.order_by("position"))
    rows.filter(pk__in=[box.pk for box in before[len(boxes) :]]).delete()
    kept = before[: len(boxes)]
    BoxLine.objects.for_company(held.company_id).filter(box__in=kept).delete()
    first = kept[-1].position + 1 if kept else 1
    made = _made(held, range(first, first + len(boxes) - len(kept)))
    last = _number(held, [*kept, *made], last=last)
    _fill(held, list(zip([*kept, *made], boxes, strict=True)))
    _note(held, len(before), len(boxes), last=last, actor=actor)
    return len(boxes)


@transaction.atomic
def set_contents(
    *,
    supply: Supply,
    box_id: int,
    units: Mapping[int, int],
    actor: User | None,
    shown: Mapping[int, int] | None = None,
) -> None:
    """Pack one box by hand: {line: units}, 0 for none; other lines stay as they are.

    `shown` is what the person saw before. Raises CannotChange when a line has not so many units left, Outdated where
    what was shown is not what is in the box, SupplyBox.DoesNotExist.
    """
    held = packable(supply)
    box = SupplyBox.objects.for_company(held.company_id).get(pk=box_id, supply=held, is_told=False)
    packed = dict(
        BoxLine.objects.for_company(held.company_id).filter(box=box).values_list("line_id", "quantity")
    )
    check_shown({line: packed.get(line, 0) for line in units}, shown or {})
    left = unpacked(held, besides=box.pk)
    wanted = {line: count for line, count in (packed | dict(units)).items() if count}
    for line, count in wanted.items():
        # What is in the box already may be more than is planned by now: that is no reason to refuse other lines.
        if count > packed.get(line, 0) and count > left.get(line, 0):
            raise CannotChange(
                _("Of “%(name)s”, %(left)s units are left for this box, and %(units)s were asked for.")
                % {
                    "name": _called(held, line),
                    "left": formats.number(max(0, left.get(line, 0))),
                    "units": formats.number(count),
                }
            )
    BoxLine.objects.for_company(held.company_id).filter(box=box).delete()
    _fill(held, [(box, wanted)])
    _touch(held)
    note_event(held, SupplyEventKind.CONTENTS, actor=actor, details={"box": [None, box.position]})


@transaction.atomic
def add_box(*, supply: Supply, actor: User | None) -> SupplyBox:
    """An empty box with a number of its own. Raises CannotChange, SeriesExhausted."""
    held = packable(supply)
    rows = SupplyBox.objects.for_company(held.company_id).filter(supply=held, is_told=False)
    count, last = rows.count(), rows.order_by("-position").first()
    if count >= MOST_BOXES:
        raise CannotChange(
            _("A supply takes at most %(most)s boxes here.") % {"most": formats.number(MOST_BOXES)}
        )
    number, position = _last_number(held), last.position + 1 if last else 1
    (box,) = _made(held, range(position, position + 1))
    number = _number(held, [box], last=number)
    _note(held, count, count + 1, last=number, actor=actor)
    return box


@transaction.atomic
def number_boxes(*, supply: Supply, actor: User | None) -> int:
    """Give every box that has no SSCC one; what is in the boxes stays as it is. Gives how many got theirs: none while
    the company has no prefix. Raises CannotChange, SeriesExhausted."""
    held = packable(supply)
    rows = SupplyBox.objects.for_company(held.company_id).filter(supply=held, is_told=False)
    found, last = list(rows.order_by("position")), _last_number(held)
    before = sum(is_sscc(box.code) for box in found)
    _number(held, found, last=last)
    after = sum(is_sscc(box.code) for box in found)
    if after > before:
        _touch(held)
        details = {"sscc": [before, after], _LAST: [last]}
        note_event(held, SupplyEventKind.CONTENTS, actor=actor, details=details)
    return after - before


@transaction.atomic
def remove_box(*, supply: Supply, box_id: int, actor: User | None) -> None:
    """Take a box out; its number is not given again. Raises CannotChange, SupplyBox.DoesNotExist."""
    held = packable(supply)
    rows = SupplyBox.objects.for_company(held.company_id).filter(supply=held, is_told=False)
    count, last = rows.count(), _last_number(held)
    rows.get(pk=box_id).delete()
    _note(held, count, count - 1, last=last, actor=actor)


def unpacked(supply: Supply, *, besides: int | None = None) -> dict[int, int]:
    """Units of each line that are in no box yet, as if the box `besides` were empty."""
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    left = dict(rows.values_list("pk", TO_SHIP))
    packed = BoxLine.objects.for_company(supply.company_id).filter(box__supply=supply, box__is_told=False)
    for line, units in packed.exclude(box=besides).values_list("line_id", "quantity"):
        left[line] = left.get(line, 0) - units
    return left


def packable(supply: Supply) -> Supply:
    """The supply, held, when its boxes may be changed. Raises CannotChange."""
    held = locked(supply)
    if not can_pack(held):
        raise CannotChange(_("The boxes of this supply cannot be changed any more."))
    return held


def can_pack(supply: Supply) -> bool:
    """Whether it was planned here and has not left yet."""
    return supply.is_planned_here and supply.status in PACKABLE


def _called(supply: Supply, line_id: int) -> str:
    line = SupplyLine.objects.for_company(supply.company_id).filter(pk=line_id, supply=supply).first()
    return line.seller_sku or line.name or line.key if line else formats.UNKNOWN


def _made(supply: Supply, positions: range) -> list[SupplyBox]:
    boxes = [
        SupplyBox(company_id=supply.company_id, supply=supply, position=position) for position in positions
    ]
    return list(SupplyBox.objects.for_company(supply.company_id).bulk_create(boxes))


def _number(supply: Supply, boxes: Sequence[SupplyBox], *, last: int) -> int:
    """An SSCC for every box that has none, a code of our own while the company has no prefix. Gives the last number
    of such a code, which was `last` before."""
    without = [box for box in boxes if not is_sscc(box.code)]
    numbers = take_numbers(company=supply.company, count=len(without))
    if not numbers:
        without = [box for box in without if not box.code]
    own = range(last + 1, last + 1 + len(without))
    codes = numbers or [f"{_own_prefix(supply)}{number:03d}" for number in own]
    for box, code in zip(without, codes, strict=True):
        box.code = code
    SupplyBox.objects.for_company(supply.company_id).bulk_update(without, ["code"], batch_size=500)
    return last if numbers else last + len(without)


def _last_number(supply: Supply) -> int:
    """The highest number that a code of our own ever had in this plan: boxes bear it, or the history keeps it."""
    prefix = _own_prefix(supply)
    codes = SupplyBox.objects.for_company(supply.company_id).filter(
        supply=supply, is_told=False, code__startswith=prefix
    )
    borne = [int(code.removeprefix(prefix)) for code in codes.values_list("code", flat=True)]
    events = SupplyEvent.objects.for_company(supply.company_id).filter(
        supply=supply, kind=SupplyEventKind.CONTENTS, details__has_key=_LAST
    )
    kept = [told[0] for told in events.values_list(f"details__{_LAST}", flat=True) if len(told) == 1]
    return max([*borne, *kept], default=0)


def _own_prefix(supply: Supply) -> str:
    return f"FBO{supply.pk}-"


def _check_count(count: int) -> None:
    if count > MOST_BOXES:
        raise CannotChange(
            _("That would be more than %(most)s boxes: put more units into each.")
            % {"most": formats.number(MOST_BOXES)}
        )


def _fill(supply: Supply, boxes: Iterable[tuple[SupplyBox, Mapping[int, int]]]) -> None:
    lines = set(
        SupplyLine.objects.for_company(supply.company_id).filter(supply=supply).values_list("pk", flat=True)
    )
    BoxLine.objects.for_company(supply.company_id).bulk_create(
        [
            BoxLine(company_id=supply.company_id, box=box, line_id=line, quantity=units)
            for box, contents in boxes
            for line, units in contents.items()
            if line in lines and units
        ],
        batch_size=2_000,
    )


def _note(supply: Supply, before: int, after: int, *, last: int, actor: User | None) -> None:
    _touch(supply)
    details = {"boxes": [before, after], _LAST: [last]}
    note_event(supply, SupplyEventKind.CONTENTS, actor=actor, details=details)


def _touch(supply: Supply) -> None:
    supply.changed_at = timezone.now()
    supply.save(update_fields=["changed_at"])
