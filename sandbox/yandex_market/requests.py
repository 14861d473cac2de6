"""What a request of Market is: a supply, a withdrawal or a disposal, or the one that a supply was split from."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.world import World
from sandbox.world.seeds import mix
from sandbox.world.supplies import SUPPLY, WITHDRAWAL, Counts, Stage, Supply, SupplyLine
from sandbox.yandex_market import ids, words

_SPLIT_OF = 9


class Request(NamedTuple):
    """A request. `is_whole`: the one that the supply was split from, which tells the same again."""

    supply: Supply
    is_whole: bool = False

    def key(self, world: World) -> int:
        """Return its id, which the API alone knows."""
        return ids.request_id(world, self.supply, is_whole=self.is_whole)

    @property
    def number(self) -> str:
        """Return its number as people see it."""
        return ids.request_number(self.supply, is_whole=self.is_whole)

    @property
    def subtype(self) -> str:
        """Return its subtype in Market's words."""
        if self.supply.drop_off is not None:
            return "XDOC"
        if is_split(self.supply):
            return "VIRTUAL_DISTRIBUTION_CENTER" if self.is_whole else "VIRTUAL_DISTRIBUTION_CENTER_CHILD"
        return words.REQUEST_SUBTYPES[self.supply.kind]


def requests_of(supply: Supply) -> tuple[Request, ...]:
    """Return the requests that a supply is: one, or two where it was split from another."""
    return (Request(supply, is_whole=True), Request(supply)) if is_split(supply) else (Request(supply),)


def is_split(supply: Supply) -> bool:
    """Tell whether a supply is a part of another: some of those that are driven to their warehouse are."""
    is_driven = supply.kind == SUPPLY and supply.drop_off is None and supply.path[-1] is Stage.ACCEPTED
    return is_driven and mix(supply.serial, 95) % _SPLIT_OF == 0


def find_request(world: World, number: int) -> Request | None:
    """Return the request of an id, whenever it is created, or nothing."""
    supply, is_whole = ids.find_supply(world, number)
    if supply is None or (is_whole and not is_split(supply)):
        return None
    return Request(supply, is_whole=is_whole)


def status_of(supply: Supply, at: int) -> str:
    """Return the status of a request in Market's words, which do not tell who drives to a warehouse, quarrels over
    what was counted, or missed his slot."""
    stage = supply.stage_at(at)
    if supply.kind != SUPPLY:
        ready = words.READY_TO_LEAVE[supply.kind] if _is_ready(supply, at) else None
        return ready or words.REQUEST[stage]
    sent_on = _sent_on(supply)
    if stage is Stage.ARRIVED and sent_on is not None:
        return words.IN_TRANSIT[at >= sent_on]
    return words.REQUEST[stage]


def changed_at(supply: Supply, at: int) -> int:
    """Return when a request last changed, its leaving of a transit warehouse counted."""
    changed, sent_on = supply.changed_at(at), _sent_on(supply)
    return changed if sent_on is None or sent_on > at else max(changed, sent_on)


def _sent_on(supply: Supply) -> int | None:
    """Return when a supply is sent on from its transit warehouse, or nothing if it never is in one."""
    arrived, begun = supply.time_of(Stage.ARRIVED), supply.time_of(Stage.ACCEPTING)
    if supply.drop_off is None or arrived is None or begun is None:
        return None
    return (arrived + begun) // 2


def counters_of(supply: Supply, line: SupplyLine, at: int) -> dict[str, int]:
    """Return the units of a line by Market's names; what is not known yet is left out."""
    counts: Counts = supply.count_at(line, at)
    named = {
        "planCount": counts.planned,
        "factCount": counts.accepted,
        "surplusCount": counts.surplus,
        "shortageCount": counts.shortage,
        "defectCount": counts.defect,
    }
    return {name: count for name, count in named.items() if count is not None}


def true_supplies(world: World, supply: Supply, at: int, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row of the truth for each request of a supply: of a split one only the part is a shipment."""
    told = true_supply(world, supply, at, row)
    for request in requests_of(supply):
        if request.is_whole:
            lines = [line | {"lost": 0} for line in told["lines"]]
            yield told | {"number": str(request.key(world)), "kind": "virtual", "lines": lines}
        else:
            yield told


def true_supply(world: World, supply: Supply, at: int, row: dict[str, Any]) -> dict[str, Any]:
    """Write over a row of the truth what Market calls a request and what it keeps to itself."""
    means = words.REQUEST_MEANS if supply.kind == SUPPLY else words.REQUEST_MEANS | words.REMOVAL_MEANS
    status = means[status_of(supply, at)]
    is_counted = status in ("accepting", "accepted")
    lines = []
    for line, told in zip(supply.lines, row["lines"], strict=True):
        counters = counters_of(supply, line, at)
        is_told = is_counted or any(count for name, count in counters.items() if name != "planCount")
        counts = {
            "accepted": counters.get("factCount"),
            "shortage": counters.get("shortageCount"),
            "surplus": counters.get("surplusCount"),
            "defect": counters.get("defectCount"),
        }
        offer = ids.offer_id(world, world.assortment[line.product])
        untold = {"sku": offer, "offer_id": offer, "shipped": None, "on_sale": None}
        lines.append(told | untold | (counts if is_told else dict.fromkeys(counts)))
    return row | {"number": str(ids.request_id(world, supply)), "status": status, "lines": lines}


def _is_ready(supply: Supply, at: int) -> bool:
    """Tell whether all that is taken back has been gathered and waits."""
    return supply.stage_at(at) is Stage.ACCEPTING and all(
        when <= at for line in supply.lines for when, _ in line.parts
    )


def documents_of(request: Request) -> list[tuple[str, int]]:
    """Return the papers of a request and when they are drawn up."""
    supply = request.supply
    if request.is_whole:
        return [("VIRTUAL_DISTRIBUTION_CENTER_SUPPLY", supply.created)]
    steps = dict(zip(supply.path, supply.times, strict=True))
    if supply.kind != SUPPLY:
        first, last = (
            ("WITHDRAW", "ACT_OF_WITHDRAW")
            if supply.kind == WITHDRAWAL
            else ("TRANSFER", "ACT_OF_WITHDRAW_FROM_STORAGE")
        )
        return [(first, supply.created), (last, steps[Stage.ACCEPTED])]
    drawn = [
        ("SUPPLY", supply.created),
        ("CARGO_UNITS", steps.get(Stage.READY)),
        ("ACT_OF_RECEPTION_TRANSFER", steps.get(Stage.ARRIVED)),
        ("SECONDARY_RECEPTION_ACT", supply.counted),
        ("ACT_OF_DISCREPANCY", supply.counted if supply.has_discrepancies else None),
    ]
    return [(kind, at) for kind, at in drawn if at is not None]
