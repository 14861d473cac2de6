"""Tying a plan to the supply that the marketplace made of it: the plan's row goes on, with both their words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.models import Listing
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from supplies.choices import SupplyEventKind, SupplySource
from supplies.models import OPEN, BoxLine, Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from supplies.selectors.ties import goes_to_the_same_place, goods_of, has_the_same_goods, open_plans
from supplies.services.days import touch_days_of
from supplies.services.laying import met
from supplies.services.plans import CannotChange, locked
from supplies.services.rows import LINE_NUMBERS, LINE_TOLD, TOLD

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from companies.models import User
    from marketplaces.models import MarketplaceAccount

_AT_ONCE: Final = 200
# Of the plan, what the marketplace's word replaces: kept in the history, for the day when the two are separated.
_REPLACED: Final = (
    "status", "status_at", "warehouse_id", "warehouse_name", "cluster_name", "slot_from", "slot_to", "slot_zone",
    "shipped", "shipped_at", "planned_at",
)  # fmt: skip
# Of its lines too, by their ids.
_WORDS: Final = "words"
# What a line is called, which no marketplace tells all of: what it leaves empty stays.
_TEXTS: Final = ("barcode", "seller_sku", "name")
_LINE_REPLACED: Final = ("key", "listing_id", "marketplace_sku", *_TEXTS)
# Begins the keys of lines that are being renamed; no marketplace's SKU has it.
_ASIDE: Final = "\x1f"
_MOMENTS: Final = frozenset({"status_at", "slot_from", "slot_to", "shipped_at", "planned_at"})
# Of a plan that nobody told anything about.
_UNTOLD: Final[dict[str, Any]] = {
    "external_id": "", "number": "", "kind": SupplyKind.SUPPLY, "external_status": "", "external_substatus": "",
    "drop_off_name": "", "parent_external_id": "", "reason": "", "fill_until": None, "arrived_at": None,
    "accepted_at": None, "declared": None, "accepted": None, "on_sale": None, "surplus": None, "missing_units": None,
    "missing_amount": None, "fingerprint": b"", "versions": {}, "unlisted": [],
    "told_at": None, "status_precision": Precision.EXACT, "is_split": False,
}  # fmt: skip


def tie_plans(*, account: MarketplaceAccount, supply_ids: Collection[int]) -> int:
    """Tie each of these supplies of the marketplace to the one open plan that goes to the same place with exactly
    the same goods and was made before it; say how many were tied.

    A supply that several plans fit, a plan that several supplies fit, and what a person separated once are left to
    people. Runs inside the caller's transaction, under its lock of the account.
    """
    plans = open_plans(account.company_id, account.pk) if supply_ids else ()
    if not plans:
        return 0
    told = _untied(account, since=min(plan.created_at for plan in plans))
    goods = goods_of(account.company_id, [one.pk for one in (*plans, *told)])
    fitting = [
        (plan, one)
        for one in told
        for plan in plans
        if plan.created_at <= (one.planned_at or one.created_at)
        and goes_to_the_same_place(plan, one)
        and has_the_same_goods(goods[plan.pk], goods[one.pk])
    ]
    of_plan = Counter(plan.pk for plan, _one in fitting)
    of_told = Counter(one.pk for _plan, one in fitting)
    sure = [
        (plan, one)
        for plan, one in fitting
        if one.pk in supply_ids and of_plan[plan.pk] == of_told[one.pk] == 1
    ]
    for plan, one in sure:
        _tie(plan, one, actor=None, source=SupplySource.POLL)
    return len(sure)


@transaction.atomic
def tie(*, plan: Supply, told: Supply, actor: User | None) -> Supply:
    """Say that the marketplace's supply is this plan. The plan's row stays, that of the other goes. Raises
    CannotChange when one of them is no longer free, or they belong to different accounts."""
    held = locked(plan)
    one = Supply.objects.for_company(held.company_id).filter(pk=told.pk).first()
    is_free = held.is_planned_here and not held.external_id and held.status in OPEN
    is_theirs = one is not None and bool(one.external_id) and not one.is_planned_here
    # The goods of one that was split travel in others by now.
    is_shipment = one is not None and one.kind == SupplyKind.SUPPLY and not one.is_split
    if one is None or not (is_free and is_theirs and is_shipment) or one.account_id != held.account_id:
        raise CannotChange(_("These two cannot be tied: one of them is tied, closed, or of another account."))
    _tie(held, one, actor=actor, source=SupplySource.PERSON)
    return held


@transaction.atomic
def separate(*, supply: Supply, actor: User | None) -> Supply:
    """Undo a tie: the plan is a plan again, and the marketplace's supply a row of its own, which is given back.
    They are never tied by themselves again. Raises CannotChange when it is not tied."""
    plan = locked(supply)
    tied = _tied_event(plan)
    if not plan.external_id or not plan.is_planned_here or tied is None:
        raise CannotChange(_("This supply is not tied to a plan."))
    external_id = plan.external_id
    told = _told_row(plan)
    before = {name: _read(name, tied.details[name][0]) for name in _REPLACED if name in tied.details}
    _write(plan, {**_UNTOLD, **before, "changed_at": timezone.now()})
    told.external_id = external_id
    told.save(update_fields=["external_id"])
    _part_lines(plan, told)
    _call_as_before(plan, tied.details.get(_WORDS, {}))
    _move(plan, told, SupplyDocument, ("kind", "number"), Q(is_told=True))
    _move(plan, told, SupplyEvent, ("kind", "new_status", "happened_at"), ~Q(source=SupplySource.PERSON))
    _move(plan, told, SupplyBox, ("position",), Q(is_told=True))
    for one in (plan, told):
        _touch(one)
        _count_lines(one)
        _note(one, {"separated": [external_id, None]}, actor=actor, source=SupplySource.PERSON)
    return told


# ---- together ---------------------------------------------------------------------------------------------
def _untied(account: MarketplaceAccount, *, since: datetime) -> list[Supply]:
    """The supplies made there since then that nobody has tied or separated yet: open ones, and accepted ones of which
    it is told when they were made."""
    of_now = Q(status__in=OPEN) & (Q(planned_at__gte=since) | Q(planned_at=None, created_at__gte=since))
    taken = Q(status=SupplyStatus.ACCEPTED, planned_at__gte=since)
    rows = (
        Supply.objects.for_company(account.company_id)
        .shipments()
        .filter(of_now | taken, account=account, is_planned_here=False, lines_count__gt=0)
        .exclude(external_id="")
    )
    decided = SupplyEvent.objects.for_company(account.company_id).filter(
        kind=SupplyEventKind.TIED, supply__in=rows
    )
    return list(rows.exclude(pk__in=decided.values("supply_id")).order_by("pk"))


def _tie(plan: Supply, told: Supply, *, actor: User | None, source: SupplySource) -> None:
    details: dict[str, Any] = {
        name: [_word(getattr(plan, name)), _word(getattr(told, name))] for name in _REPLACED
    }
    details |= {"external_id": ["", told.external_id], _WORDS: _words(plan)}
    _touch(told)
    values = {name: getattr(told, name) for name in TOLD}
    _join_lines(plan, told)
    _move(told, plan, SupplyDocument, ("kind", "number"))
    _move(told, plan, SupplyEvent, ("kind", "new_status", "happened_at"))
    _move(told, plan, SupplyBox, ("position",), Q(is_told=True))
    told.delete()
    # An open list shows two: it is told to look again.
    _write(plan, {**values, "changed_at": timezone.now()})
    _count_lines(plan)
    _note(plan, details, actor=actor, source=source, old_status=details["status"][0])


def _join_lines(plan: Supply, told: Supply) -> None:
    """Put what is told of a product beside what was planned of it; products that were not planned come over."""
    lines = SupplyLine.objects.for_company(plan.company_id)
    brought = {line.key: line for line in lines.filter(supply=told).order_by("pk")}
    pairs, _others = met(lines.filter(supply=plan).order_by("pk"), brought)
    joined = {one.pk: _as_told(line, one) for line, one in pairs if line is not None}
    _repack(plan.company_id, joined)
    lines.filter(pk__in=list(joined)).delete()
    lines.bulk_update(joined.values(), ["key", "listing", *LINE_TOLD], batch_size=_AT_ONCE)
    lines.filter(supply=told).update(supply=plan)


def _as_told(line: SupplyLine, told: SupplyLine) -> SupplyLine:
    """The planned line with what the marketplace says of it."""
    for name in ("key", *LINE_TOLD):
        value = getattr(told, name)
        if value or name not in _TEXTS:
            setattr(line, name, value)
    line.listing_id = told.listing_id or line.listing_id
    return line


def _words(plan: Supply) -> dict[str, list[Any]]:
    """What the plan calls its lines: {line: values of _LINE_REPLACED}."""
    lines = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan)
    return {str(pk): values for pk, *values in lines.values_list("pk", *_LINE_REPLACED)}


def _repack(company_id: int, lines: Mapping[int, SupplyLine]) -> None:
    """What hangs in boxes on these lines hangs on others from now on."""
    rows = list(BoxLine.objects.for_company(company_id).filter(line_id__in=list(lines)))
    for row in rows:
        row.line_id = lines[row.line_id].pk
    BoxLine.objects.for_company(company_id).bulk_update(rows, ["line"], batch_size=_AT_ONCE)


# ---- apart ------------------------------------------------------------------------------------------------
def _tied_event(plan: Supply) -> SupplyEvent | None:
    rows = SupplyEvent.objects.for_company(plan.company_id).filter(supply=plan, kind=SupplyEventKind.TIED)
    found: SupplyEvent | None = rows.filter(details__has_key="external_id").order_by("-pk").first()
    return found


def _told_row(plan: Supply) -> Supply:
    """A row for the marketplace's supply, without its id as long as the plan has it."""
    values = {name: getattr(plan, name) for name in (*TOLD, "is_split") if name != "external_id"}
    told: Supply = Supply.objects.for_company(plan.company_id).create(
        company_id=plan.company_id, account_id=plan.account_id, marketplace=plan.marketplace, **values
    )
    return told


def _part_lines(plan: Supply, told: Supply) -> None:
    """Give what is told to a line of its own, and leave what was planned."""
    lines = SupplyLine.objects.for_company(plan.company_id)
    contents = BoxLine.objects.for_company(plan.company_id).filter(box__supply=plan, box__is_told=True)
    nothing = dict.fromkeys((*LINE_NUMBERS, "price", "waiting_since"))
    for line in lines.filter(supply=plan):
        if line.planned is None:
            lines.filter(pk=line.pk).update(supply=told)
        elif any(getattr(line, name) is not None for name in LINE_NUMBERS):
            values = {name: getattr(line, name) for name in LINE_TOLD}
            copy = lines.create(
                company_id=plan.company_id, supply=told, key=line.key, listing_id=line.listing_id, **values
            )
            contents.filter(line=line).update(line=copy)
            lines.filter(pk=line.pk).update(**nothing)


def _call_as_before(plan: Supply, words: Mapping[str, list[Any]]) -> None:
    """Give the lines what the plan called them: {line: values of _LINE_REPLACED}; others stay as they are."""
    lines = SupplyLine.objects.for_company(plan.company_id)
    named = [line for line in lines.filter(supply=plan) if str(line.pk) in words]
    before = {line.pk: dict(zip(_LINE_REPLACED, words[str(line.pk)], strict=True)) for line in named}
    wanted = {values["listing_id"] for values in before.values()}
    there = set(
        Listing.objects.for_company(plan.company_id).filter(pk__in=wanted).values_list("pk", flat=True)
    )
    for line in named:
        for name, value in before[line.pk].items():
            if name != "listing_id" or value in there:
                setattr(line, name, value)
    # One line may go by the key that another had: all leave theirs first.
    lines.filter(pk__in=list(before)).update(key=Concat(Value(_ASIDE), Cast("pk", CharField())))
    lines.bulk_update(named, ["key", "listing", "marketplace_sku", *_TEXTS], batch_size=_AT_ONCE)


# ---- both -------------------------------------------------------------------------------------------------
def _move(old: Supply, new: Supply, model: Any, key: tuple[str, ...], which: Q | None = None) -> None:
    """Hang rows on the other supply; one that stands there already by its key stays behind."""
    rows = model.objects.for_company(old.company_id)
    there = set(rows.filter(supply=new).values_list(*key)) if model is not SupplyBox else set()
    for pk, *value in rows.filter(which or Q(), supply=old).values_list("pk", *key):
        if tuple(value) not in there:
            rows.filter(pk=pk).update(supply=new)


def _write(supply: Supply, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(supply, name, value)
    supply.save(
        update_fields=[name.removesuffix("_id") if name == "warehouse_id" else name for name in values]
    )


def _touch(supply: Supply) -> None:
    touch_days_of(supply.company, Supply.objects.for_company(supply.company_id).filter(pk=supply.pk))


def _count_lines(supply: Supply) -> None:
    supply.lines_count = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply).count()
    supply.save(update_fields=["lines_count"])


def _note(
    supply: Supply,
    details: dict[str, Any],
    *,
    actor: User | None,
    source: SupplySource,
    old_status: str | None = None,
) -> None:
    now = timezone.now()
    SupplyEvent.objects.for_company(supply.company_id).create(
        company_id=supply.company_id,
        supply=supply,
        kind=SupplyEventKind.TIED,
        old_status=old_status or supply.status,
        new_status=supply.status,
        details=details,
        happened_at=now,
        precision=Precision.EXACT,
        recorded_at=now,
        source=source,
        actor=actor,
    )


def _word(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read(name: str, word: Any) -> Any:
    return parse_datetime(word) if name in _MOMENTS and word else word
