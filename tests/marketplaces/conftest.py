"""The engine's own cast: a fake marketplace with one account and one stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stamina

from marketplaces.models import StreamState
from marketplaces.ratelimit import Limiter
from marketplaces.sync.engine import run_stream
from marketplaces.sync.schedule import Trigger
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.marketplaces import fakes

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from companies.models import Company
    from marketplaces.models import MarketplaceAccount, SyncRun


@pytest.fixture
def shop(settings: Any) -> fakes.Shop:
    """The fake marketplace, open and empty, the only one there is."""
    settings.MARKETPLACES = {"fake": "tests.marketplaces.fakes.FakeAdapter"}
    settings.SYNC_STREAMS = {
        "things": "tests.marketplaces.fakes.ThingStream",
        "mute": "tests.marketplaces.fakes.MuteStream",
    }
    settings.MARKETPLACE_BASE_URLS = {"fake": fakes.BASE_URL}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return fakes.open_shop()


@pytest.fixture
def fake_account(shop: fakes.Shop, company: Company) -> MarketplaceAccount:
    """An account on the fake marketplace whose stream `things` is due."""
    account = AccountFactory(
        company=company,
        marketplace="fake",
        title="Fake",
        base_url=fakes.BASE_URL,
        external_id="77",
        credentials={"shop": "77", "key": fakes.SECRET},
    )
    StreamStateFactory(account=account, stream="things")
    return account


@pytest.fixture
def state(fake_account: MarketplaceAccount) -> Callable[[], StreamState]:
    """Read the state of the stream."""
    return lambda: StreamState.all_companies.get(account=fake_account, stream="things")


@pytest.fixture
def sync(fake_account: MarketplaceAccount) -> Callable[..., SyncRun]:
    """Run the stream."""

    def run(trigger: Trigger = Trigger.COMMAND, **values: Any) -> SyncRun:
        return run_stream(account_id=fake_account.pk, stream="things", trigger=trigger, **values)

    return run


@pytest.fixture
def no_pauses() -> Generator[None]:
    """Retries do not wait."""
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


@pytest.fixture
def no_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests do not wait for their turn, after a refusal neither: the limiter and the engine have their own tests."""
    monkeypatch.setattr(Limiter, "acquire", lambda *_args, **_options: None)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """The letters that were posted: their kinds and ids."""
    letters: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: letters.append((kind, ids)))
    return letters
