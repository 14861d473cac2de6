"""Prices over the three dialects of the sandbox: read, changed, and nothing sent twice when the worker dies."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.db.models import F
from django.utils import timezone

from catalog import tasks
from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, PriceBatch, PriceChange
from catalog.services import prices
from catalog.services.prices import KeepOr, Recipe, Rounding, Step, sending
from marketplaces.http import use_transport
from marketplaces.models import RunOutcome
from marketplaces.ratelimit import Limiter
from marketplaces.services.accounts import connect_account
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.world import World, WorldSettings
from sandbox.world.moments import SECOND
from tests.marketplaces.contract.cases import CASES, HOST

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db

WRITES = {
    "/v1/product/import/prices": ("prices", "product_id"),
    "/api/v2/upload/task": ("data", "nmID"),
    "/offer-prices/updates": ("offers", "offerId"),
}
# A price that every marketplace can express: half of the price before the discount.
HALF = Recipe(step=Step.SET, value=Decimal(1000), old=KeepOr.SET, old_value=Decimal(2000), least=KeepOr.NONE)


class Killed(BaseException):
    """The worker dies here."""


class Recorder(httpx.BaseTransport):
    """Hands requests on and remembers which items were sent new prices."""

    def __init__(self, app: App) -> None:
        self.inner = httpx.WSGITransport(app)
        self.items: Counter[str] = Counter()
        # The worker dies "before" a request with prices goes out, or "after" it was answered.
        self.dies = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for ending, (rows, key) in WRITES.items():
            if request.url.path.endswith(ending):
                if self.dies == "before":
                    raise Killed
                for row in json.loads(request.read())[rows]:
                    self.items[f"{ending} {row[key]}"] += 1
                if self.dies == "after":
                    self.inner.handle_request(request)
                    raise Killed
        return self.inner.handle_request(request)


@pytest.fixture
def app(request: pytest.FixtureRequest) -> App:
    """The seller's goods (30 unless a test wants more) on three marketplaces, whose time stands still an hour ago."""
    now = timezone.now() - timedelta(hours=1)
    small = WorldSettings(skus=getattr(request, "param", 30), days=5, per_day=10.0).ending(now)
    worlds = {case.account.client_id: World(replace(small, channel=code)) for code, case in CASES.items()}
    accounts = [case.account for case in CASES.values()]
    return make_app(worlds, accounts=accounts, clock=Clock(now, frozen=True), rate=None)


@pytest.fixture
def recorder(app: App, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[Recorder]:
    """What was sent to them; nobody waits for a turn."""
    monkeypatch.setattr(Limiter, "acquire", lambda *_about, **_more: None)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    recorder = Recorder(app)
    ozon, wildberries, yandex = (HOST + case.path for case in CASES.values())
    with (
        use_transport(ozon, recorder),
        use_transport(wildberries, recorder),
        use_transport(yandex, recorder),
    ):
        yield recorder


@pytest.fixture
def accounts(company: Company, recorder: Recorder) -> list[MarketplaceAccount]:
    """One account on each, with its products and their prices read."""
    made = []
    for code, case in CASES.items():
        account = connect_account(
            company=company, marketplace=code, credentials=dict(case.credentials), base_url=HOST + case.path
        )
        for stream in ("products", "prices"):
            run = run_stream(account_id=account.pk, stream=stream, trigger=Trigger.COMMAND)
            assert run.outcome == RunOutcome.DONE, (code, stream, run.error_code, run.message)
            assert run.quarantined == 0
        made.append(account)
    return made


def work(app: App, accounts: list[MarketplaceAccount], *, rounds: int = 6) -> None:
    """As the workers do it, while the marketplaces' time passes."""
    for _round in range(rounds):
        for account in accounts:
            tasks.send_prices(account.pk)
        app.clock.advance(timedelta(minutes=3))
        PriceChange.all_companies.filter(state=ChangeState.SENT).update(check_at=timezone.now())
        for account in accounts:
            tasks.settle_prices(account.pk)


def test_every_listing_gets_its_price(accounts: list[MarketplaceAccount]) -> None:
    for account in accounts:
        listings = Listing.all_companies.filter(account=account, is_archived=False)
        assert listings.count() > 20
        assert not listings.filter(price=None).exists()
        assert not listings.filter(prices_as_of=None).exists()


def test_a_size_whose_price_changed_since_the_draft_keeps_its_card_at_home(
    company: Company, accounts: list[MarketplaceAccount], recorder: Recorder
) -> None:
    cards = Listing.objects.for_company(company).filter(account__marketplace="wildberries", is_archived=False)
    counted = Counter(cards.values_list("card_id", flat=True))
    card_id, sizes = counted.most_common(1)[0]
    assert sizes > 1
    batch = prices.draft_prices(
        company=company, listings=cards.filter(card_id=card_id), recipe=HALF, actor=None
    )
    assert set(batch.changes.values_list("state", flat=True)) == {ChangeState.DRAFT}
    cards.filter(pk=cards.filter(card_id=card_id).latest("pk").pk).update(price=F("price") + 1)

    prices.confirm_batch(company=company, batch_id=batch.pk)

    assert set(batch.changes.values_list("state", flat=True)) == {ChangeState.REFUSED}
    assert not recorder.items


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_change_on_all_three_ends_confirmed_or_explained(
    app: App,
    company: Company,
    accounts: list[MarketplaceAccount],
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    is_killed: bool,
) -> None:
    batch = prices.draft_prices(
        company=company, listings=Listing.objects.for_company(company), recipe=HALF, actor=None
    )
    prices.confirm_batch(company=company, batch_id=batch.pk)
    if is_killed:
        # Between the answer of the marketplace and the moment it is written down.
        with monkeypatch.context() as patched:

            def die(*_about: Any) -> None:
                raise Killed

            patched.setattr(sending, "_keep_answer", die)
            for account in accounts:
                with pytest.raises(Killed):
                    tasks.send_prices(account.pk)

    work(app, accounts)

    assert recorder.items
    assert set(recorder.items.values()) == {1}, "no item is sent twice"
    rows = PriceChange.all_companies.filter(batch=batch)
    open_rows = rows.filter(state__in=[ChangeState.QUEUED, ChangeState.SENT])
    assert list(open_rows.values_list("account__marketplace", "listing__name")) == []
    for account in accounts:
        done = rows.filter(account=account, state=ChangeState.CONFIRMED)
        assert done.count() > 5, account.marketplace
        assert not done.exclude(listing__price=Decimal(1000)).exists()
    assert PriceBatch.all_companies.get().state == BatchState.DONE
    for account in accounts:
        run_stream(account_id=account.pk, stream="prices", trigger=Trigger.COMMAND)
        confirmed = rows.filter(account=account, state=ChangeState.CONFIRMED)
        assert not confirmed.exclude(listing__price=Decimal(1000)).exists(), "the marketplace says the same"


# ---- a thousand listings, and one item of each kind of refusal --------------------------------------------
# A price that every marketplace can express and none holds back: a tenth more, in roubles, nothing crossed out.
TENTH = Recipe(
    step=Step.PERCENT, value=Decimal(10), rounding=Rounding.ROUBLES, old=KeepOr.NONE, least=KeepOr.NONE
)
# Sizes of a Wildberries card mostly stand at different prices here: a tenth more would leave them different.
SAME = Recipe(step=Step.SET, value=Decimal(2000), old=KeepOr.NONE, least=KeepOr.NONE)
# A discount too small for all three.
TINY = Recipe(step=Step.SET, value=Decimal(1000), old=KeepOr.SET, old_value=Decimal(1010), least=KeepOr.NONE)
NOTHING_ELSE = {"old_price": None, "min_price": None}
# What a listing is made of before the draft, and the word with which its row is refused: nothing is sent.
REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    *(
        row
        for code in ("ozon", "yandex_market")
        for row in (
            (code, {"price": None}, "no_price"),
            (code, {"price": Decimal("0.30")}, "not_positive"),
            (code, {"price": Decimal(999_999_999_999)}, "too_large"),
            (code, {"price": Decimal(4), **NOTHING_ELSE}, "unchanged"),
            (code, {"is_archived": True}, "archived"),
        )
    ),
    ("wildberries", {"price": Decimal(2000), **NOTHING_ELSE}, "unchanged"),
    ("wildberries", {"is_archived": True}, "archived"),
    ("wildberries", {"card_id": "none"}, "no_card"),
    ("yandex_market", {"currency": "USD"}, "currency"),
    ("yandex_market", {"price": Decimal(95_000_000)}, "price_range"),
)
# What a listing and its row are made of after the draft, past our own rules, and how the marketplace ends it.
ANSWERED: tuple[tuple[str, dict[str, Any], dict[str, Any], ChangeState], ...] = (
    ("ozon", {"external_id": "999999999", "seller_sku": "nobody"}, {}, ChangeState.REJECTED),
    ("ozon", {}, {"price": 1000, "old_price": 1010}, ChangeState.REJECTED),
    ("ozon", {}, {"price": 300, "old_price": 310}, ChangeState.REJECTED),
    ("ozon", {}, {"price": 20_000, "old_price": 20_100}, ChangeState.REJECTED),
    ("ozon", {}, {"price": 1000, "old_price": 20_000}, ChangeState.REJECTED),
    ("ozon", {}, {"price": -5}, ChangeState.REJECTED),
    ("ozon", {}, {"currency": "KZT"}, ChangeState.REJECTED),
    ("wildberries", {"card_id": "999999999"}, {}, ChangeState.REJECTED),
    ("wildberries", {}, {"price": F("was_price"), "old_price": F("was_old_price")}, ChangeState.REJECTED),
    ("wildberries", {}, {"price": Decimal("999.50")}, ChangeState.REJECTED),
    ("wildberries", {}, {"price": 20}, ChangeState.HELD),
    ("yandex_market", {}, {"price": 20}, ChangeState.HELD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A change of everything in two batches, confirmed, and its rows (by id) with a planted end."""

    batches: list[PriceBatch]
    refused: dict[int, str]
    answered: dict[int, ChangeState]


def plant(app: App, company: Company, accounts: list[MarketplaceAccount]) -> Planted:
    listings = Listing.objects.for_company(company)
    spare = {one.marketplace: whole(one) for one in accounts}

    spoilt = {}
    for code, changes, why in REFUSED:
        spoilt[listings.get(pk=next(spare[code])).pk] = why
        listings.filter(pk=next(reversed(spoilt))).update(**changes)
    for code in spare:
        busy = next(spare[code])
        other = prices.draft_prices(
            company=company, listings=listings.filter(pk=busy), recipe=TENTH, actor=None
        )
        prices.confirm_batch(company=company, batch_id=other.pk)
        spoilt[busy] = "on_its_way"
    tiny = prices.draft_prices(
        company=company,
        listings=listings.filter(pk__in=[next(one) for one in spare.values()]),
        recipe=TINY,
        actor=None,
    )
    assert set(tiny.changes.values_list("state", flat=True)) == {ChangeState.REFUSED}
    prices.confirm_batch(company=company, batch_id=tiny.pk)
    cards = listings.filter(account__marketplace="wildberries")
    others = listings.exclude(account__marketplace="wildberries")
    batches = [
        prices.draft_prices(company=company, listings=chosen, recipe=recipe, actor=None)
        for chosen, recipe in ((cards, SAME), (others, TENTH))
    ]
    rows = PriceChange.objects.for_company(company).filter(batch__in=batches)

    answered = {}
    for code, listing, change, end in ANSWERED:
        row = rows.get(listing=next(spare[code]), state=ChangeState.DRAFT)
        rows.filter(pk=row.pk).update(**change)
        if listing:
            listings.filter(pk=row.listing_id).update(**listing)
        answered[row.pk] = end
    often = rows.get(listing=next(spare["ozon"]), state=ChangeState.DRAFT)
    seller, now = app.sellers[CASES["ozon"].account.client_id], int(app.clock.now().timestamp() * SECOND)
    seller.prices.changed_at[int(often.listing.marketplace_sku)] = [now] * 10
    answered[often.pk] = ChangeState.REJECTED
    for code in spare:
        moved = next(spare[code])
        listings.filter(pk=moved).update(price=F("price") + 1)
        spoilt[moved] = "changed_meanwhile"
    # A request of Yandex Market is taken whole or not at all: the unknown item takes its portion, the last, with it.
    last = rows.filter(account__marketplace="yandex_market", state=ChangeState.DRAFT).latest("pk")
    listings.filter(pk=last.listing_id).update(external_id="nobody")
    answered[last.pk] = ChangeState.REJECTED

    for batch in batches:
        prices.confirm_batch(company=company, batch_id=batch.pk)
    refused = {row.pk: spoilt[row.listing_id] for row in rows.filter(listing__in=spoilt)}
    return Planted(batches=batches, refused=refused, answered=answered)


def whole(account: MarketplaceAccount) -> Iterator[int]:
    """Listings whose prices nothing speaks against and that share them with no other size, as they are sent."""
    own = Listing.all_companies.filter(
        account=account, is_archived=False, price__gte=500, price__lte=9000
    ).order_by("card_id", "pk")
    sizes = Counter(own.values_list("card_id", flat=True))
    shares = account.marketplace == "wildberries"
    return iter(
        [pk for pk, card in own.values_list("pk", "card_id") if not shares or (card and sizes[card] == 1)]
    )


def uploaded(app: App) -> Counter[str]:
    """How often each item was taken, as the marketplaces have written down."""
    ozon, wildberries, yandex = (case.account.client_id for case in CASES.values())
    dialects: dict[str, Any] = dict(app.dialects)
    taken: list[str] = []
    for upload in app.sellers[ozon].prices.uploads:
        taken += [f"ozon {sku}" for sku in upload]
    for upload in dialects["/wildberries"].uploads(wildberries):
        taken += [f"wildberries {item['nmID']}" for item in upload.items]
    for upload in dialects["/yandex_market"].uploads(yandex):
        taken += [f"yandex {offer}" for offer, _price in upload.prices]
    return Counter(taken)


@pytest.mark.parametrize("app", [340], indirect=True)
@pytest.mark.parametrize("killed", ["", "before", "after"])
def test_a_thousand_prices_with_one_of_each_refusal_all_end_explained(
    app: App, company: Company, accounts: list[MarketplaceAccount], recorder: Recorder, killed: str
) -> None:
    planted = plant(app, company, accounts)
    rows = PriceChange.all_companies.filter(batch__in=planted.batches)
    assert rows.count() > 950
    recorder.dies = killed
    for account in accounts if killed else ():
        with pytest.raises(Killed):
            tasks.send_prices(account.pk)
    recorder.dies = ""
    lost = set(rows.filter(state=ChangeState.SENT).values_list("pk", flat=True))

    work(app, accounts)
    waited = PriceChange.all_companies.filter(state=ChangeState.SENT)
    waited.update(sent_at=timezone.now() - timedelta(hours=3))
    work(app, accounts, rounds=1)

    assert not PriceChange.all_companies.filter(state__in=[ChangeState.QUEUED, ChangeState.SENT]).exists()
    assert set(PriceBatch.all_companies.values_list("state", flat=True)) == {BatchState.DONE}
    taken = uploaded(app)
    assert set(taken.values()) <= {1}, "no item is taken twice"
    assert set(recorder.items.values()) == {1}, "no item is sent twice"
    for row in rows.filter(pk__in=planted.refused):
        assert row.state == ChangeState.REFUSED
        assert planted.refused[row.pk] in {one["code"] for one in row.problems}
    for row in rows.filter(pk__in=planted.answered).exclude(pk__in=lost):
        assert row.state == planted.answered[row.pk], (row.account.marketplace, row.price, row.reason)
    ended = rows.exclude(state__in=[ChangeState.CONFIRMED, ChangeState.REFUSED])
    assert not ended.filter(reason="", reason_code="").exists(), "nothing ends without a word"
    unknown = rows.filter(state=ChangeState.UNKNOWN)
    assert set(unknown.values_list("pk", flat=True)) <= lost
    confirmed = rows.filter(state=ChangeState.CONFIRMED)
    match killed:
        case "before":
            # Nothing of them arrived; what was asked of one of them stood already.
            assert set((unknown | confirmed).values_list("pk", flat=True)) == lost
            assert confirmed.count() == 1
            assert not taken
        case "after":
            # Only those whose refusal was in the answer that nobody read.
            assert set(unknown.values_list("pk", flat=True)) <= set(planted.answered)
            assert confirmed.count() > 750
        case _:
            assert confirmed.count() > 750
    assert not confirmed.exclude(listing__price=F("price")).exists()
