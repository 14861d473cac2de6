"""Pages merged into one transaction say what they said apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplaces import catalogue
from marketplaces.contracts.pages import Page, Rejected
from marketplaces.errors import MarketplaceError, RateLimited, TemporaryError
from marketplaces.sync.batches import batches, merged
from tests.marketplaces.fakes import Thing

NOW = timezone.now()


def page(number: int, size: int) -> Page[Thing]:
    return Page(
        snapshots=tuple(Thing(external_id=f"{number}-{place}") for place in range(size)),
        rejected=(Rejected(external_id=str(number), reason="bad_sum", detail="", payload=None),),
        cursor={"page": number},
        observed_at=NOW + timedelta(seconds=number),
        done=number,
        covers=(str(number),),
    )


@given(sizes=st.lists(st.integers(0, 7), max_size=12), most=st.integers(1, 20))
def test_nothing_is_lost_nor_reordered(sizes: list[int], most: int) -> None:
    pages = [page(number, size) for number, size in enumerate(sizes)]
    found = list(batches(iter(pages), most=most, longest=60))
    assert [one for batch in found for one in batch.snapshots] == [
        one for one_page in pages for one in one_page.snapshots
    ]
    assert [one for batch in found for one in batch.rejected] == [
        one for one_page in pages for one in one_page.rejected
    ]
    assert [key for batch in found for key in batch.covers] == [
        key for one_page in pages for key in one_page.covers
    ]
    if pages:
        assert found[-1].cursor == pages[-1].cursor
    assert all(len(batch.snapshots) + len(batch.rejected) >= most for batch in found[:-1])


def test_a_merged_page_is_as_new_as_its_oldest() -> None:
    one = merged([page(3, 1), page(1, 1), page(2, 1)])
    assert one.observed_at == NOW + timedelta(seconds=1)
    assert one.cursor == {"page": 2}


def test_what_was_read_before_an_error_is_given_first() -> None:
    def breaking() -> Iterator[Page[Any]]:
        yield page(0, 2)
        yield page(1, 2)
        raise TemporaryError("500")

    given_pages = []
    with pytest.raises(TemporaryError):
        given_pages.extend(batches(breaking()))
    source = batches(breaking())
    assert next(source).cursor == {"page": 1}
    with pytest.raises(TemporaryError):
        next(source)


def test_a_slow_marketplace_is_shown_page_by_page() -> None:
    found = list(batches(iter([page(0, 1), page(1, 1)]), longest=0))
    assert len(found) == 2


def test_every_error_has_its_entry_in_the_catalogue() -> None:
    kinds = [MarketplaceError, *_below(MarketplaceError)]
    assert RateLimited in kinds
    assert {kind.code for kind in kinds} <= catalogue.ERRORS.keys()
    assert catalogue.entry("never heard of") is catalogue.ERRORS["unexpected"]
    assert catalogue.reason_title("never heard of") == catalogue.reason_title("unreadable")


def test_the_catalogue_says_the_day_when_it_is_not_today() -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/Moscow")
    tomorrow = timezone.now() + timedelta(days=1)
    told = catalogue.message("rate_limited", marketplace="Ozon", zone=zone, next_at=tomorrow)
    assert told.startswith("Ozon просит паузу: запросов слишком много. Прежние данные на месте. Повторим ")
    assert told.endswith(f" в {timezone.localtime(tomorrow, zone):%H:%M}.")
    assert str(timezone.localtime(tomorrow, zone).day) in told


def _below(kind: type[MarketplaceError]) -> list[type[MarketplaceError]]:
    return [one for below in kind.__subclasses__() for one in (below, *_below(below))]


def test_a_page_that_says_nothing_makes_no_other_older() -> None:
    told = replace(page(1, 1), observed_at=NOW + timedelta(minutes=5))
    end = replace(page(2, 0), rejected=(), covers=(), observed_at=NOW, is_last=True)

    assert merged([told, end]).observed_at == told.observed_at
    assert merged([end, end]).observed_at == NOW
