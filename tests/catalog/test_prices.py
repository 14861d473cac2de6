"""A change of prices from the draft to the last decided row: nothing is sent twice, whatever breaks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from catalog import tasks
from catalog.choices import BatchState, ChangeState
from catalog.models import Listing, ListingPrice, PriceBatch, PriceChange
from catalog.services import prices
from catalog.services.prices import KeepOr, Recipe, Rounding, Step
from companies.models import AuditEntry
from marketplaces.contracts.prices import PriceSnapshot
from marketplaces.errors import (
    CredentialsRejected,
    RateLimited,
    RequestRejected,
    RightMissing,
    TemporaryError,
    TurnIsFar,
)
from marketplaces.models import AccountStatus, MarketplaceAccount
from tests.catalog import price_fakes
from tests.factories.catalog import ListingFactory
from tests.factories.marketplaces import AccountFactory

if TYPE_CHECKING:
    from companies.models import Company
    from tests.catalog.price_fakes import Market

pytestmark = pytest.mark.django_db

UP = Recipe(step=Step.PERCENT, value=Decimal(10))
MARKETPLACES = ("alpha", "beta", "gamma")


class Killed(BaseException):
    """The worker dies here."""


@pytest.fixture
def markets(settings: Any) -> dict[str, Market]:
    """Three marketplaces that take prices, and one that does not."""
    settings.MARKETPLACES = {
        **{code: f"tests.catalog.price_fakes.{code.title()}" for code in MARKETPLACES},
        "mute": "tests.catalog.price_fakes.Mute",
    }
    settings.MARKETPLACE_BASE_URLS = dict.fromkeys((*MARKETPLACES, "mute"), "http://fake.test")
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MARKETPLACE_EXTRA_HOSTS = ["fake.test"]
    return price_fakes.open_markets()


def account_on(company: Company, marketplace: str) -> MarketplaceAccount:
    return AccountFactory(
        company=company,
        marketplace=marketplace,
        base_url="http://fake.test",
        credentials={"shop": "77", "key": "k" * 20},
    )


@pytest.fixture
def alpha(company: Company, markets: dict[str, Market]) -> MarketplaceAccount:
    """An account on the first of them."""
    return account_on(company, "alpha")


def draft(company: Company, recipe: Recipe = UP, **only: Any) -> PriceBatch:
    listings = Listing.objects.for_company(company).filter(**only)
    return prices.draft_prices(company=company, listings=listings, recipe=recipe, actor=None)


def states(batch: PriceBatch) -> Counter[str]:
    return Counter(PriceChange.all_companies.filter(batch=batch).values_list("state", flat=True))


def only_change() -> PriceChange:
    return PriceChange.all_companies.select_related("listing", "batch").get()


def confirmed(company: Company) -> PriceBatch:
    return prices.confirm_batch(company=company, batch_id=draft(company).pk)


def make_due() -> None:
    PriceChange.all_companies.filter(state=ChangeState.SENT).update(check_at=timezone.now())


def work(account: MarketplaceAccount) -> None:
    """As the tasks do it, until nothing moves; what is sent is due at once."""
    tasks.send_prices(account.pk)
    make_due()
    tasks.settle_prices(account.pk)


# ---- the whole --------------------------------------------------------------------------------------------
def test_a_thousand_prices_on_three_marketplaces_each_end_confirmed_or_explained(
    company: Company, markets: dict[str, Market]
) -> None:
    accounts = {code: account_on(company, code) for code in MARKETPLACES}
    for number, account in enumerate(accounts.values()):
        ListingFactory.create_batch(333 + (number == 0), account=account)
    muted = ListingFactory(account=account_on(company, "mute"))
    items = {
        code: list(Listing.all_companies.filter(account=account).order_by("pk"))
        for code, account in accounts.items()
    }
    archived, priceless, dear = items["alpha"][0], items["beta"][0], items["gamma"][0]
    Listing.all_companies.filter(pk=archived.pk).update(is_archived=True)
    Listing.all_companies.filter(pk=priceless.pk).update(price=None)
    Listing.all_companies.filter(pk=dear.pk).update(price=Decimal(99_000))
    for code, market in markets.items():
        market.rejects = {items[code][1].external_id: "discount_too_big"}
        market.holds = {items[code][2].external_id}
    markets["gamma"].silent = {items["gamma"][3].external_id}

    batch = draft(company)
    refused = {
        one.listing_id: one.problems[0]["code"]
        for one in PriceChange.all_companies.filter(batch=batch, state=ChangeState.REFUSED)
    }
    assert refused == {
        archived.pk: "archived",
        priceless.pk: "no_price",
        dear.pk: "too_dear",
        muted.pk: "cannot_set",
    }
    assert batch.rows_count == 1001
    prices.confirm_batch(company=company, batch_id=batch.pk)
    for account in accounts.values():
        work(account)
    assert states(batch) == {"refused": 4, "rejected": 3, "held": 3, "sent": 1, "confirmed": 990}

    PriceChange.all_companies.filter(state=ChangeState.SENT).update(
        sent_at=timezone.now() - timedelta(hours=3)
    )
    make_due()
    tasks.settle_prices(accounts["gamma"].pk)

    assert states(batch)["unknown"] == 1
    batch.refresh_from_db()
    assert (batch.state, batch.settled_at is not None) == (BatchState.DONE, True)
    undecided = PriceChange.all_companies.filter(batch=batch, decided_at=None).exclude(state="refused")
    assert not undecided.exists()
    assert not PriceChange.all_companies.filter(state__in=["rejected", "held", "unknown"], reason="").exists()
    for market in markets.values():
        assert max(Counter(market.items).values()) == 1, "no item is sent twice"
    assert Listing.all_companies.filter(price=Decimal("2739.00")).count() == 990
    held = Listing.all_companies.get(pk=items["beta"][2].pk)
    assert (held.price, held.held_price) == (Decimal("2490.00"), Decimal("2739.00"))


# ---- where a worker may die -------------------------------------------------------------------------------
@pytest.mark.parametrize("seam", ["before_send", "after_send", "before_read"])
def test_a_worker_killed_at_any_seam_sends_nothing_twice(
    company: Company, alpha: MarketplaceAccount, markets: dict[str, Market], seam: str
) -> None:
    ListingFactory.create_batch(500, account=alpha)
    batch = confirmed(company)
    market = markets["alpha"]

    def die() -> None:
        setattr(market, seam, price_fakes._nothing)
        raise Killed

    setattr(market, seam, die)
    with pytest.raises(Killed):
        work(alpha)
    assert not PriceChange.all_companies.filter(state="confirmed").exists()

    work(alpha)
    # The portion whose reader died is read again when its time is over.
    make_due()
    work(alpha)

    assert max(Counter(market.items).values()) == 1
    if seam == "before_send":
        assert states(batch) == {"confirmed": 100, "sent": 400}
        PriceChange.all_companies.filter(state=ChangeState.SENT).update(
            sent_at=timezone.now() - timedelta(hours=2, minutes=1)
        )
        make_due()
        work(alpha)
        assert states(batch) == {"confirmed": 100, "unknown": 400}
        assert len(market.items) == 100, "what may have been sent is never sent again"
    else:
        assert states(batch) == {"confirmed": 500}
        assert ("" in market.references) is (seam == "after_send")
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE


# ---- what a marketplace may answer ------------------------------------------------------------------------
def failing(market: Market, error: BaseException, *, seam: str = "before_send") -> None:
    def fail() -> None:
        raise error

    setattr(market, seam, fail)


@pytest.mark.parametrize("kind", [RateLimited, TurnIsFar])
def test_a_limit_puts_the_rows_back(
    company: Company, alpha: MarketplaceAccount, markets: dict[str, Market], kind: type[RateLimited]
) -> None:
    ListingFactory(account=alpha)
    batch = confirmed(company)
    failing(markets["alpha"], kind("limit", retry_after=timedelta(minutes=1)))

    assert tasks.send_prices(alpha.pk) == 0
    change = only_change()
    assert (change.state, change.portion, change.sent_at) == ("queued", None, None)
    assert tasks.start_prices() == 0, "nobody knocks before the limit allows it"

    markets["alpha"].before_send = price_fakes._nothing
    work(alpha)
    assert states(batch) == {"confirmed": 1}


def test_silence_leaves_the_rows_to_be_read_back(
    company: Company, alpha: MarketplaceAccount, markets: dict[str, Market]
) -> None:
    ListingFactory(account=alpha)
    batch = confirmed(company)
    failing(markets["alpha"], TemporaryError("timeout"), seam="after_send")

    tasks.send_prices(alpha.pk)
    assert (only_change().state, only_change().reference) == ("sent", "")
    tasks.send_prices(alpha.pk)
    make_due()
    tasks.settle_prices(alpha.pk)

    assert states(batch) == {"confirmed": 1}
    assert len(markets["alpha"].uploads) == 1


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (RequestRejected("prices: 400 too many"), "portion_refused", AccountStatus.ACTIVE),
        (RightMissing("403", method="/prices"), "right_missing", AccountStatus.ACTIVE),
        (CredentialsRejected("401"), "key_refused", AccountStatus.REJECTED),
    ],
)
def test_a_refusal_of_the_whole_request_rejects_its_rows(
    company: Company,
    alpha: MarketplaceAccount,
    markets: dict[str, Market],
    error: BaseException,
    code: str,
    status: str,
) -> None:
    ListingFactory.create_batch(500, account=alpha)
    batch = confirmed(company)
    failing(markets["alpha"], error)

    tasks.send_prices(alpha.pk)

    assert states(batch) == {"rejected": 500}
    assert set(PriceChange.all_companies.values_list("reason_code", flat=True)) == {code}
    alpha.refresh_from_db()
    assert alpha.status == status
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE


def test_reading_back_that_fails_waits_and_is_given_up_after_a_day(
    company: Company, alpha: MarketplaceAccount, markets: dict[str, Market]
) -> None:
    ListingFactory(account=alpha)
    batch = confirmed(company)
    tasks.send_prices(alpha.pk)
    failing(markets["alpha"], TemporaryError("down"), seam="before_read")
    sent = PriceChange.all_companies.filter(state=ChangeState.SENT)
    sent.update(sent_at=timezone.now() - timedelta(hours=5), check_at=timezone.now())

    tasks.settle_prices(alpha.pk)
    change = only_change()
    assert change.state == "sent"
    assert change.check_at is not None
    assert change.check_at > timezone.now()

    sent.update(sent_at=timezone.now() - timedelta(hours=25), check_at=timezone.now())
    tasks.settle_prices(alpha.pk)
    assert states(batch) == {"unknown": 1}


def test_the_pauses_grow_to_ten_minutes(
    company: Company, alpha: MarketplaceAccount, markets: dict[str, Market]
) -> None:
    listing = ListingFactory(account=alpha)
    markets["alpha"].silent = {listing.external_id}
    confirmed(company)
    tasks.send_prices(alpha.pk)
    pauses = []
    for _check in range(8):
        make_due()
        tasks.settle_prices(alpha.pk)
        pauses.append(round((only_change().check_at - timezone.now()).total_seconds()))  # type: ignore[operator]

    assert pauses == [20, 40, 80, 160, 320, 600, 600, 600]


# ---- drafts -----------------------------------------------------------------------------------------------
def test_a_price_on_its_way_refuses_another(company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    second = draft(company)
    confirmed(company)

    third = draft(company)
    late = prices.confirm_batch(company=company, batch_id=second.pk)

    assert states(third) == states(second) == {"refused": 1}
    assert late.state == BatchState.DONE
    codes = {one.problems[0]["code"] for one in PriceChange.all_companies.filter(state="refused")}
    assert codes == {"on_its_way"}


def test_a_draft_that_is_no_longer_true_is_not_sent(company: Company, alpha: MarketplaceAccount) -> None:
    listing = ListingFactory(account=alpha)
    batch = draft(company)
    Listing.all_companies.filter(pk=listing.pk).update(price=Decimal(3000))

    prices.confirm_batch(company=company, batch_id=batch.pk)

    assert (only_change().state, only_change().problems[0]["code"]) == ("refused", "changed_meanwhile")


def test_a_draft_is_confirmed_or_discarded_once(company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)

    prices.discard_batch(company=company, batch_id=batch.pk)

    assert states(batch) == {"discarded": 1}
    with pytest.raises(prices.CannotConfirm):
        prices.confirm_batch(company=company, batch_id=batch.pk)


def test_another_company_has_no_such_draft(
    company: Company, other_company: Company, alpha: MarketplaceAccount
) -> None:
    ListingFactory(account=alpha)
    batch = draft(company)

    with pytest.raises(PriceBatch.DoesNotExist):
        prices.confirm_batch(company=other_company, batch_id=batch.pk)
    with pytest.raises(prices.NothingToChange):
        draft(other_company)


def test_sizes_of_a_card_go_together_and_once(company: Company, markets: dict[str, Market]) -> None:
    beta = account_on(company, "beta")
    small, large = ListingFactory.create_batch(2, account=beta, card_id="700")
    alone = ListingFactory(account=beta)
    Listing.all_companies.filter(pk=alone.pk).update(is_archived=True)

    batch = draft(company, pk=small.pk)
    prices.confirm_batch(company=company, batch_id=batch.pk)
    work(beta)

    assert states(batch) == {"confirmed": 2}
    assert len(markets["beta"].items) == 1
    assert large.pk in set(PriceChange.all_companies.values_list("listing_id", flat=True))


def test_sizes_that_would_differ_are_refused(company: Company, markets: dict[str, Market]) -> None:
    beta = account_on(company, "beta")
    ListingFactory(account=beta, card_id="700", price=Decimal(100), old_price=None)
    ListingFactory(account=beta, card_id="700", price=Decimal(200), old_price=None)

    batch = draft(company)

    assert states(batch) == {"refused": 2}


def test_what_tasks_do_with_a_batch_is_signed(company: Company, alpha: MarketplaceAccount) -> None:
    ListingFactory(account=alpha)
    confirmed(company)

    work(alpha)

    entries = AuditEntry.all_companies.filter(subject="price_batch").order_by("-pk")
    assert entries[0].source == "task settle_prices"


# ---- reading ----------------------------------------------------------------------------------------------
def told(listing: Listing, price: int, **more: Any) -> PriceSnapshot:
    return PriceSnapshot(external_id=listing.external_id, price=Decimal(price), **more)


def test_a_reading_moves_the_listing_and_its_history(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account)
    now = timezone.now()

    first = prices.record_prices(account=account, snapshots=[told(listing, 100)], observed_at=now)
    again = prices.record_prices(account=account, snapshots=[told(listing, 100)], observed_at=now)
    later = now + timedelta(minutes=5)
    second = prices.record_prices(
        account=account,
        snapshots=[told(listing, 120, held_price=Decimal(50), hold_reason="low")],
        observed_at=later,
    )
    late = prices.record_prices(account=account, snapshots=[told(listing, 100)], observed_at=now)

    assert [(one.changed, one.unchanged) for one in (first, again, second, late)] == [
        (1, 0),
        (0, 1),
        (1, 0),
        (0, 1),
    ]
    listing.refresh_from_db()
    assert (listing.price, listing.held_price, listing.hold_reason) == (Decimal(120), Decimal(50), "low")
    assert listing.prices_as_of == later
    history = ListingPrice.all_companies.filter(listing=listing).order_by("valid_from")
    assert [(one.price, one.valid_from, one.valid_to) for one in history] == [
        (Decimal(100), now, later),
        (Decimal(120), later, None),
    ]


def test_an_unknown_item_goes_to_quarantine(account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account)
    strange = PriceSnapshot(external_id="404", price=Decimal(1))

    result = prices.record_prices(
        account=account, snapshots=[strange, told(listing, 7)], observed_at=timezone.now()
    )

    assert [(one.external_id, one.reason) for one in result.rejected] == [("404", "unknown_listing")]
    assert result.changed == 1


# ---- recipes ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("was", "recipe", "price"),
    [
        ("100.00", Recipe(step=Step.SET, value=Decimal("99.90")), "99.90"),
        ("999.00", Recipe(step=Step.PERCENT, value=Decimal("-7.5")), "924.08"),
        ("999.00", Recipe(step=Step.PERCENT, value=Decimal(5), rounding=Rounding.ROUBLES), "1049"),
        ("999.00", Recipe(step=Step.AMOUNT, value=Decimal(6), rounding=Rounding.TENS), "1010"),
        ("1000.00", Recipe(step=Step.AMOUNT, value=Decimal(39), rounding=Rounding.NINETIES), "990"),
        ("1000.00", Recipe(step=Step.AMOUNT, value=Decimal(40), rounding=Rounding.NINETIES), "1090"),
        ("30.00", Recipe(step=Step.AMOUNT, value=Decimal(-1), rounding=Rounding.NINETIES), "90"),
        ("30.00", Recipe(step=Step.KEEP), "30"),
    ],
)
def test_recipes(was: str, recipe: Recipe, price: str) -> None:
    listing = Listing(price=Decimal(was))

    assert recipe.of(listing).price == Decimal(price)


def test_the_other_prices_follow_the_recipe() -> None:
    listing = Listing(price=Decimal(1000), old_price=Decimal(1050), min_price=Decimal(800))

    kept = Recipe(step=Step.PERCENT, value=Decimal(10)).of(listing)
    above = Recipe(
        step=Step.KEEP, old=KeepOr.ABOVE, old_value=Decimal(30), least=KeepOr.ABOVE, min_value=Decimal(15)
    ).of(listing)
    none = Recipe(step=Step.KEEP, old=KeepOr.NONE, least=KeepOr.SET, min_value=Decimal(700)).of(listing)

    assert (kept.price, kept.old_price, kept.min_price) == (Decimal(1100), None, Decimal(800))
    assert (above.old_price, above.min_price) == (Decimal(1300), Decimal(850))
    assert (none.old_price, none.min_price) == (None, Decimal(700))
