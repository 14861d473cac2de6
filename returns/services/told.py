"""What is known of one return, put together from answers that come in any order.

Every value is kept with the age of the answer that told it, and the newest of them stands: whichever answer comes
first, and however often, the end is the same. Where sources tell a part each, the status has come as far as the
furthest of them says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from core.money import KOPECK
from marketplaces.contracts.orders import Precision
from marketplaces.contracts.returns import ReturnKind, ReturnSnapshot, ReturnStatus
from returns.models import Return

if TYPE_CHECKING:
    from collections.abc import Iterator

# Contract field → column, where one is the other.
PLAIN: Final = (
    "number", "order_external_id", "order_number", "marketplace_sku", "barcode", "seller_sku", "name", "quantity",
    "price", "currency", "received_at", "settled_at", "pick_up_until", "storage_from", "storage_cost", "disposal_on",
    "disposal_cost", "compensation", "compensation_status",
)  # fmt: skip
# Told together, so that the words of one answer never stand beside the id of another.
_PAIRS: Final = {
    "reason": ("external_reason_id", "external_reason"),
    "place": ("place_name", "place_address"),
}
# Of sources that tell a part each, the one that knows more of how the buyer and the goods parted.
_KINDS: Final = [
    ReturnKind.UNKNOWN,
    ReturnKind.TECHNICAL,
    ReturnKind.CANCELLATION,
    ReturnKind.REFUSAL,
    ReturnKind.PARTIAL_REFUSAL,
    ReturnKind.CLIENT_RETURN,
]
_AFTER_A_CLAIM: Final = ReturnStatus.CLAIMED.rank + 0.5
_ORDER: Final = {status.value: place for place, status in enumerate(ReturnStatus)}
_LONGEST: Final = {
    one.name: one.max_length
    for one in Return._meta.fields  # noqa: SLF001 - Django's documented way to the fields
    if getattr(one, "max_length", None)
}

# A guess is older than every answer.
_GUESS: Final = ("", "")

# (when it changed there, when our request was sent), both as sortable text; the first empty when not told.
Age = tuple[str, str]


class Step(NamedTuple):
    """A status that was told: ours, their word, since when (empty: not told), and when we first heard."""

    status: str
    word: str
    at: str
    seen: str


@dataclass(slots=True)
class Told:
    """The values by column with their ages, and the statuses: of whole answers that are dated, of the others,
    and the newest word that we do not know. `first` is the earliest moment of all while no beginning is told."""

    values: dict[str, Any] = field(default_factory=dict)
    ages: dict[str, Age] = field(default_factory=dict)
    dated: Step | None = None
    forward: Step | None = None
    strange: Step | None = None
    first: str = ""

    @classmethod
    def of(cls, row: Return) -> Told:
        """What a held row says."""
        stored = row.told
        ages = {name: _age(text) for text, names in stored.get("ages", {}).items() for name in names}
        steps = {name: Step(*step) for name, step in stored.get("steps", {}).items()}
        values: dict[str, Any] = {name: _held(row, name) for name in ages}
        if "registered_at" in ages:
            values["registered_at"] = row.registered_at
        if "settled_at" in ages:
            # The row holds the end of an ended return only.
            values["settled_at"] = _moment(stored["settled"])
        return cls(values=values, ages=ages, first=stored.get("first", ""), **steps)

    def stored(self) -> dict[str, Any]:
        """The ages and statuses as the row keeps them."""
        ages: dict[str, list[str]] = {}
        for name in sorted(self.ages):
            ages.setdefault("|".join(self.ages[name]), []).append(name)
        steps = {"dated": self.dated, "forward": self.forward, "strange": self.strange}
        return {
            "ages": ages,
            "steps": {name: list(step) for name, step in steps.items() if step},
            "first": self.first,
            **({"settled": _text(self.values["settled_at"])} if "settled_at" in self.ages else {}),
        }

    def hear(self, snapshot: ReturnSnapshot, *, observed_at: datetime) -> None:
        """Take in an answer; what it does not tell stays."""
        at = _text(snapshot.changed_at) if snapshot.changed_at else ""
        age = (at, _text(observed_at))
        # A part that is dated is the same with every look at its source: for being seen once more nothing is written.
        is_look = bool(snapshot.is_partial and at)
        for name, value in _contents(snapshot):
            # Of sources that tell a part each, the reason of the one that knows most of the parting stands.
            knows = f"{_KINDS.index(snapshot.kind)} {at}" if snapshot.is_partial and name == "reason" else at
            self._keep(name, value, (knows, age[1]), is_look=is_look)
        if snapshot.is_partial:
            self._keep_of_part(snapshot)
        else:
            self._keep("kind", _kind(snapshot.kind), age)
            self._keep("kind", _kind(snapshot.kind_else), _GUESS)
            self._keep("registered_at", snapshot.registered_at, age)
        self._step(
            snapshot, Step(snapshot.status.value, _cut("external_status", snapshot.external_status), *age)
        )
        moment = at or age[1]
        self.first = "" if "registered_at" in self.ages else min(self.first or moment, moment)

    @property
    def step(self) -> Step:
        """The status that stands: of the two that have come furthest, the dated one when they are level."""
        dated, forward = self.dated, self.forward
        if dated and forward:
            return forward if _way(forward) > _rank(dated) else dated
        return dated or forward or self.strange or Step(ReturnStatus.UNKNOWN.value, "", "", self.first)

    @property
    def word(self) -> str:
        """Their newest word, also when we do not know what it means."""
        strange, step = self.strange, self.step
        is_newer = strange is not None and (strange.at, strange.seen) > (step.at, step.seen)
        return strange.word if strange is not None and is_newer else step.word

    @property
    def status_at(self) -> datetime:
        """Since when the status stands, as well as that is known."""
        return _moment(self.step.at or self.step.seen)

    @property
    def precision(self) -> Precision:
        """How well it is known."""
        return Precision.EXACT if self.step.at else Precision.OBSERVED

    @property
    def told_at(self) -> datetime | None:
        """When the marketplace changed it last, as far as it says."""
        moments = [step.at for step in (self.dated, self.forward, self.strange) if step and step.at]
        return _moment(max(moments)) if moments else None

    @property
    def registered_at(self) -> datetime:
        """When it began; where nobody told, the earliest moment that we know of."""
        told: datetime | None = self.values.get("registered_at")
        return told or _moment(self.first)

    def _keep(self, name: str, value: Any, age: Age, *, is_look: bool = False) -> None:
        if value is None:
            return
        held = self.ages.get(name)
        if held is None:
            self.values[name], self.ages[name] = value, age
        elif self.values[name] == value:
            # As old as the newest answer that told it, or one between them would make it old.
            self.ages[name] = held if is_look and age[0] == held[0] else max(held, age)
        elif (age, repr(value)) > (held, repr(self.values[name])):
            self.values[name], self.ages[name] = value, age

    def _keep_of_part(self, snapshot: ReturnSnapshot) -> None:
        """The kind of the source that knows most, the earliest beginning; neither has an age."""
        kind = self.values.get("kind", ReturnKind.UNKNOWN.value)
        if _KINDS.index(snapshot.kind) > _KINDS.index(ReturnKind(kind)):
            self.values["kind"], self.ages["kind"] = snapshot.kind.value, ("", "")
        began, held = snapshot.registered_at, self.values.get("registered_at")
        if began is not None and (held is None or began < held):
            self.values["registered_at"], self.ages["registered_at"] = began, ("", "")

    def _step(self, snapshot: ReturnSnapshot, step: Step) -> None:
        if snapshot.status is ReturnStatus.UNKNOWN:
            self.strange = _further(self.strange, step, (lambda one: (one.at, one.seen, one.word)))
        elif snapshot.is_partial or not step.at:
            self.forward = _further(
                self.forward, step, (lambda one: (_way(one), one.at, _ORDER[one.status], one.word))
            )
        else:
            self.dated = _further(
                self.dated, step, (lambda one: (one.at, _rank(one), _ORDER[one.status], one.word))
            )


def fingerprint(snapshot: ReturnSnapshot) -> bytes:
    """20 bytes that are the same for the same answer."""
    values = [getattr(snapshot, name) for name in snapshot.__slots__]
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=20).digest()


def _further(held: Step | None, step: Step, key: Any) -> Step:
    """The one that has come further; of the same, the one that we heard first."""
    if held is None:
        return step
    if held[:2] == step[:2]:
        return Step(step.status, step.word, max(held.at, step.at), min(held.seen, step.seen))
    return max(held, step, key=key)


def _contents(snapshot: ReturnSnapshot) -> Iterator[tuple[str, Any]]:
    """What is told besides kind, beginning and status: column or pair, and the value (None: not told)."""
    for name in PLAIN:
        value = getattr(snapshot, name)
        if isinstance(value, str):
            value = _cut(name, value) or None
        elif isinstance(value, Decimal):
            value = value.quantize(KOPECK)
        yield name, value
    reason = (_cut("external_reason_id", snapshot.reason_id), _cut("external_reason", snapshot.reason))
    place = (_cut("place_name", snapshot.place_name), _cut("place_address", snapshot.place_address))
    yield "reason", reason if any(reason) else None
    yield "place", place if any(place) else None


def _held(row: Return, name: str) -> Any:
    if name in _PAIRS:
        first, second = _PAIRS[name]
        return getattr(row, first), getattr(row, second)
    value = getattr(row, name)
    return str(value) if name == "kind" else value


def columns_of(told: Told) -> dict[str, Any]:
    """The values by column; those that nobody told are left out."""
    values = dict(told.values)
    for name, columns in _PAIRS.items():
        if name in values:
            values.update(zip(columns, values.pop(name), strict=True))
    return values


def _cut(name: str, text: str) -> str:
    """One line that fits the column; what PostgreSQL refuses is dropped."""
    return " ".join(text.replace("\x00", "").split())[: _LONGEST[name]]


def _rank(step: Step) -> int:
    return ReturnStatus.of(step.status).rank


def _way(step: Step) -> float:
    """How far a step of a source that tells a part has come. A claim that was turned down may be made again: goods
    that move after it, or moved before, are a return all the same."""
    return _AFTER_A_CLAIM if step.status == ReturnStatus.REJECTED else _rank(step)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _kind(kind: ReturnKind) -> str | None:
    return None if kind is ReturnKind.UNKNOWN else kind.value


def _age(text: str) -> Age:
    at, _, seen = text.partition("|")
    return at, seen
