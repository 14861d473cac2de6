"""Empty answers of pulls that take several runs: none is asked twice, none is believed too soon, nothing is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Product
from marketplaces.contracts.pages import KEPT, Page, Rejected
from marketplaces.errors import CursorRejected, RateLimited, TemporaryError, TurnIsFar
from marketplaces.models import QuarantinedRecord, QuarantineState, RunOutcome, StreamState, SyncRun
from marketplaces.sync import batches, places, schedule
from marketplaces.sync.batches import Doubt
from tests.marketplaces.fakes import Thing, ThingStream
from tests.marketplaces.test_batches import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marketplaces.contracts.pages import Cursor
    from marketplaces.errors import MarketplaceError
    from tests.marketplaces.fakes import Shop

    State = Callable[[], StreamState]
    Sync = Callable[..., SyncRun]

FAR = timedelta(minutes=30)
NOTHING = ((), (), ())


@pytest.fixture(autouse=True)
def _page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is a transaction of its own."""
    monkeypatch.setattr(batches.batches, "__kwdefaults__", {"most": 1, "longest": 0.0})


def names() -> dict[str, str]:
    return dict(Product.all_companies.values_list("sku", "name"))


@pytest.fixture
def by_turns(shop: Shop, sync: Sync) -> Callable[[], list[RunOutcome]]:
    """Run until the pull is over, a list a run; how the runs ended."""

    def pull(error: MarketplaceError | None = None) -> list[RunOutcome]:
        outcomes: list[RunOutcome] = []
        turns = [0]

        def take(_page: int) -> None:
            turns[0] += 1
            if turns[0] > 1:
                raise error or TurnIsFar("two an hour", retry_after=FAR)

        shop.before_page = take
        for _run in range(12):
            turns[0] = 0
            outcomes.append(sync().outcome)
            if outcomes[-1] in (RunOutcome.DONE, RunOutcome.SUSPICIOUS):
                return outcomes
        raise AssertionError("the pull never ends")

    return pull


@pytest.fixture
def holding(shop: Shop, sync: Sync) -> None:
    """We hold a thing from before, and the next pull begins at the very beginning."""
    shop.things = {"a": "1"}
    sync()
    StreamState.all_companies.update(cursor={})


# ---- over several runs ------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_an_empty_list_is_not_asked_again_after_a_far_turn(
    shop: Shop, by_turns: Callable[..., list[RunOutcome]], state: State
) -> None:
    shop.things["b"] = "2"
    shop.lists = ((), (), ("b",), ())

    outcomes = by_turns()

    assert shop.read == [0, 1, 2, 3]
    assert outcomes == [RunOutcome.WAITING] * 3 + [RunOutcome.DONE]
    assert names() == {"a": "1", "b": "2"}
    assert state().cursor == {"watermark": 1}


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
@pytest.mark.parametrize(
    "error", [TemporaryError("500"), RateLimited("429", retry_after=FAR), TurnIsFar("far", retry_after=FAR)]
)
def test_nothing_to_the_very_end_is_suspicious_however_many_runs_it_took(
    shop: Shop, by_turns: Callable[..., list[RunOutcome]], state: State, error: MarketplaceError
) -> None:
    as_of = state().data_as_of
    shop.lists = NOTHING

    outcomes = by_turns(error)

    assert shop.read == [0, 1, 2]
    assert outcomes[-1] == RunOutcome.SUSPICIOUS
    assert len(outcomes) == 3
    assert names() == {"a": "1"}
    assert state().data_as_of == as_of
    assert state().cursor == {}, "the next pull begins anew"


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_nothing_is_believed_after_as_many_pulls_not_runs(
    shop: Shop, by_turns: Callable[..., list[RunOutcome]], state: State
) -> None:
    shop.lists = NOTHING

    ends = [by_turns()[-1] for _again in range(schedule.DOUBTS_BEFORE_BELIEF + 1)]

    assert ends == [RunOutcome.SUSPICIOUS] * schedule.DOUBTS_BEFORE_BELIEF + [RunOutcome.DONE]
    assert state().cursor == {"watermark": 1}
    assert names() == {"a": "1"}


@pytest.mark.django_db
def test_an_empty_shop_of_which_we_hold_nothing_is_read_to_its_end(
    shop: Shop, by_turns: Callable[..., list[RunOutcome]], state: State
) -> None:
    shop.lists = NOTHING

    assert by_turns() == [RunOutcome.WAITING] * 2 + [RunOutcome.DONE]
    assert state().cursor == {"watermark": 1}


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_a_killed_worker_loses_no_empty_list_and_no_doubt(shop: Shop, sync: Sync, state: State) -> None:
    shop.lists = NOTHING
    calls = iter([None, None, RuntimeError("killed")])

    def kill(_page: int) -> None:
        if (error := next(calls, None)) is not None:
            raise error

    shop.before_page = kill
    with pytest.raises(RuntimeError):
        sync()
    assert places.place_of(state().cursor) == {"list": 2}
    assert places.doubts_of(state().cursor) == {places.NOTHING_YET}

    assert sync().outcome == RunOutcome.SUSPICIOUS
    assert shop.requests[-1].cursor == {"list": 2}, "the adapter sees its own place only"
    assert shop.read == [0, 1, 2]


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_an_answer_that_was_not_believed_is_told_at_the_end_of_the_pull(
    shop: Shop, by_turns: Callable[..., list[RunOutcome]], state: State
) -> None:
    shop.things |= {"b": "2", "c": "3"}
    shop.lists = ((), ("b",), ("c",))
    shop.covers = {"0": ("a",)}

    assert by_turns() == [RunOutcome.WAITING] * 2 + [RunOutcome.SUSPICIOUS]

    assert shop.read == [0, 1, 2]
    assert names() == shop.things
    assert state().cursor == {"watermark": 1}, "what came was read to its end"
    assert state().succeeded_at is not None, "before, and not now"


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_a_page_that_would_say_zero_waits_until_something_has_come(
    shop: Shop, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what it covers something may be held that does not count here, such as goods on their way."""
    covered: list[str] = []
    real = ThingStream.record

    def watch(self: ThingStream, page: Page[Any], *args: Any) -> Any:
        covered.extend(page.covers)
        return real(self, page, *args)

    monkeypatch.setattr(ThingStream, "record", watch)
    shop.lists, shop.covers = NOTHING, {"1": ("x",)}
    assert sync().outcome == RunOutcome.SUSPICIOUS
    assert covered == []

    shop.lists, shop.things["b"] = ((), (), ("b",)), "2"
    assert sync().outcome == RunOutcome.DONE
    assert covered == ["x"]


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_what_is_absent_is_put_aside_and_is_no_answer(shop: Shop, sync: Sync) -> None:
    shop.lists = NOTHING
    shop.absent = (Rejected(external_id="a", reason="not_listed", detail="", payload=None),)

    assert sync().outcome == RunOutcome.SUSPICIOUS
    record = QuarantinedRecord.all_companies.get()
    assert (record.external_id, record.reason, record.state) == ("a", "not_listed", QuarantineState.OPEN)


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_a_place_that_is_forgotten_in_doubt_begins_the_pull_and_the_doubt_anew(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.lists = NOTHING
    StreamState.all_companies.update(cursor={"list": 2, places.DOUBT: [places.NOTHING_YET]})
    faults = [CursorRejected("gone")]

    def forget(_page: int) -> None:
        if faults:
            raise faults.pop()

    shop.before_page = forget
    assert sync().outcome == RunOutcome.SUSPICIOUS
    assert shop.read == [0, 1, 2]
    assert state().cursor == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("holding")
def test_what_an_adapter_keeps_outlives_a_pull_that_came_to_nothing(
    shop: Shop, sync: Sync, state: State
) -> None:
    shop.lists, shop.keeps = NOTHING, {"looks": 1}

    assert sync().outcome == RunOutcome.SUSPICIOUS
    assert state().cursor == {KEPT: {"looks": 1}}

    assert sync().outcome == RunOutcome.SUSPICIOUS, "it is a beginning all the same"
    assert shop.requests[-1].cursor == {KEPT: {"looks": 1}}


# ---- any pull, killed anywhere ----------------------------------------------------------------------------
class Held:
    """A stream of which we hold something, and of these keys too."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def held(self, _account: Any) -> int:
        return 1

    def held_of(self, _account: Any, covers: tuple[str, ...]) -> int:
        return len({*covers} & {*self.keys})


class Pull:
    """A pull of pages that name so many things and cover such keys, run by run; what was committed of it."""

    def __init__(self, sizes: list[int], covers: dict[int, str], source: Held) -> None:
        self.sizes, self.covers, self.source = sizes, covers, source
        self.cursor: Cursor = {}
        self.asked: list[int] = []
        self.turns = 1000
        self.told: list[str] = []
        self.covered: list[str] = []

    def pages(self, cursor: Cursor) -> Iterator[Page[Thing]]:
        for number in range(cursor.get("page", 0), len(self.sizes)):
            if not self.turns:
                raise TurnIsFar("two an hour", retry_after=FAR)
            self.turns -= 1
            self.asked.append(number)
            yield Page(
                snapshots=tuple(Thing(external_id=f"{number}-{one}") for one in range(self.sizes[number])),
                cursor={"page": number + 1},
                observed_at=NOW,
                covers=(self.covers[number],) if number in self.covers else (),
            )
        yield Page(snapshots=(), cursor={"watermark": 1}, observed_at=NOW, is_last=True)

    def run(self, *, most: int) -> Doubt | None:
        """Commit so many pages at most; the doubt when the pull came to its end."""
        doubts = places.doubts_of(self.cursor)
        doubt = Doubt(
            source=self.source,  # type: ignore[arg-type]
            account=None,  # type: ignore[arg-type]
            is_full=not places.has_place(self.cursor) or places.NOTHING_YET in doubts,
            is_raised=places.UNBELIEVED in doubts,
        )
        for number, page in enumerate(doubt.sift(self.pages(places.place_of(self.cursor)))):
            if number == most:
                return None
            self.told += [one.external_id for one in page.snapshots]
            self.covered += page.covers
            self.cursor = page.cursor
        return doubt


@given(
    sizes=st.lists(st.integers(0, 2), max_size=6),
    covers=st.dictionaries(st.integers(0, 5), st.sampled_from(["held", "other"]), max_size=3),
    kills=st.lists(st.integers(0, 4), max_size=8),
)
def test_killed_anywhere_a_pull_is_doubted_as_if_it_were_one_run(
    sizes: list[int], covers: dict[int, str], kills: list[int]
) -> None:
    whole, parts = Pull(sizes, covers, Held("held")), Pull(sizes, covers, Held("held"))
    expected = whole.run(most=100)
    found = next(filter(None, (parts.run(most=most) for most in [*kills, 100])))

    assert expected is not None
    assert (found.is_raised, found.has_come) == (expected.is_raised, expected.has_come)
    assert (parts.told, parts.covered) == (whole.told, whole.covered)
    if found.has_come or not found.is_raised:
        assert parts.cursor == whole.cursor == {"watermark": 1}
    if not any(sizes):
        assert parts.told == parts.covered == []


@given(sizes=st.lists(st.integers(0, 1), max_size=8))
def test_with_a_turn_a_run_no_list_is_asked_twice(sizes: list[int]) -> None:
    pull = Pull(sizes, {}, Held())
    ends = []
    for _run in range(max(len(sizes), 1)):
        pull.turns = 1
        with suppress(TurnIsFar):
            ends.append(pull.run(most=100))

    assert len(ends) == 1
    assert pull.asked == list(range(len(sizes)))
