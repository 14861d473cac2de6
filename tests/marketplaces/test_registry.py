"""What stands in settings is checked at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from marketplaces import registry
from marketplaces.adapter import MarketplaceAdapter
from marketplaces.registry import Registry, UnknownCode
from marketplaces.streams import SyncStream
from tests.marketplaces.fakes import FakeAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping


def adapters(mapping: Mapping[str, Any]) -> Registry[Any]:
    return Registry(mapping, base=MarketplaceAdapter, setting="MARKETPLACES")


class Nameless(FakeAdapter):
    code = "nameless"
    limits = {}


class Half(MarketplaceAdapter):
    code = "half"


class Timeless(SyncStream):
    code = "timeless"
    title = "Timeless"

    def pages(self, adapter: Any, request: Any) -> Any:
        raise NotImplementedError

    record = held = pages


def test_the_settings_of_the_cabinet_are_sound() -> None:
    assert next(iter(registry.adapters())) == "ozon"
    assert set(registry.streams()) >= {"products", "stock", "orders"}
    assert registry.choices()[0] == ("ozon", "Ozon")
    assert not run_checks(tags=["marketplaces"])


def test_classes_and_paths_are_found_by_code() -> None:
    found = adapters({"fake": "tests.marketplaces.fakes.FakeAdapter"})
    assert found["fake"] is FakeAdapter
    assert adapters({"fake": FakeAdapter}).items() == [("fake", FakeAdapter)]
    assert (len(found), list(found), "fake" in found) == (1, ["fake"], True)
    assert found.title("fake") == "Fake"
    assert found.title("gone") == "gone", "rows of a marketplace that was taken out still have a name"
    with pytest.raises(UnknownCode, match="no 'gone'"):
        found["gone"]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"Fake!": FakeAdapter}, "a code is 2-32"),
        ({"other": FakeAdapter}, "calls itself 'fake'"),
        ({"fake": "tests.marketplaces.fakes.Nobody"}, "cannot import"),
        ({"fake": "nowhere.at.all"}, "cannot import"),
        ({"fake": "tests.marketplaces.fakes.SHOP"}, "is no MarketplaceAdapter"),
        ({"half": Half}, "lacks check, external_id, headers"),
        ({"nameless": Nameless}, "no limit for all requests"),
    ],
)
def test_what_is_wrong_is_named(mapping: Mapping[str, Any], says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        adapters(mapping)


def test_a_stream_says_how_often_and_how_fresh() -> None:
    with pytest.raises(ImproperlyConfigured, match="does not set role, every, fresh_for"):
        Registry({"timeless": Timeless}, base=SyncStream, setting="SYNC_STREAMS")


def test_manage_check_tells_of_every_trouble(settings: Any) -> None:
    settings.MARKETPLACES = {"fake": "nowhere.Adapter"}
    settings.SYNC_STREAMS = {"things": "nowhere.Stream"}
    settings.ACCOUNT_HOLDINGS = {"things": "tests.marketplaces.fakes.ThingStream"}
    settings.MARKETPLACE_BASE_URLS = {"fake": "no address"}
    found = {message.id for message in run_checks(tags=["marketplaces"])}
    assert found == {f"marketplaces.E00{number}" for number in (1, 2, 3, 4)}
