"""Which listings are the same goods: the same groups in whatever order the listings come."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.choices import PairReason
from catalog.services.grouping import Grouping, Key

OZON, WB, YANDEX = 1, 2, 3


def key(number: int, account: int, article: str, *barcodes: str, size: str = "") -> Key:
    return Key(
        listing_id=number,
        account_id=account,
        external_id=str(number),
        article=article,
        size=size,
        barcodes=barcodes,
    )


def groups(*keys: Key) -> set[frozenset[int]]:
    return {frozenset(one.listing_id for one in group.members) for group in Grouping(keys).groups}


def doubts(*keys: Key) -> set[tuple[int, str, PairReason]]:
    return {(one.listing_id, one.sku, one.reason) for one in Grouping(keys).doubts()}


def test_one_article_is_one_thing_everywhere() -> None:
    assert groups(key(1, OZON, "A"), key(2, WB, "A"), key(3, YANDEX, "B")) == {
        frozenset({1, 2}),
        frozenset({3}),
    }


def test_a_barcode_joins_other_articles() -> None:
    keys = [key(1, OZON, "A", "460"), key(2, WB, "CARD", "460", size="S"), key(3, YANDEX, "a", "460")]

    (group,) = Grouping(keys).groups
    assert group.sku == "A"
    assert group.by_barcode == {2, 3}
    assert doubts(*keys) == set()


def test_sizes_of_a_card_are_things_of_their_own() -> None:
    assert groups(key(1, WB, "CARD", "1", size="S"), key(2, WB, "CARD", "2", size="M")) == {
        frozenset({1}),
        frozenset({2}),
    }
    assert groups(key(1, WB, "CARD", size="0"), key(2, OZON, "CARD")) == {frozenset({1, 2})}


def test_a_foreign_barcode_contradicts_the_article_and_spoils_nobody() -> None:
    keys = [
        key(1, OZON, "A", "100"), key(2, OZON, "B", "200"),
        key(3, WB, "CA", "100", size="S"), key(4, WB, "CB", "200", size="S"),
        key(5, YANDEX, "A", "200"),
    ]  # fmt: skip

    assert groups(*keys) == {frozenset({1, 3, 5}), frozenset({2, 4})}
    assert doubts(*keys) == {(5, "B", PairReason.CONFLICT)}


def test_two_that_contend_for_one_are_asked_about() -> None:
    keys = [key(1, OZON, "A", "100"), key(2, OZON, "B", "100"), key(3, WB, "C", "100")]

    assert groups(*keys) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert doubts(*keys) == {(3, "A", PairReason.BARCODE), (3, "B", PairReason.BARCODE)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LN-PLD-130", "ln_pld_130"),
        ("LN PLD 130", "LN-PLD.130"),
        ("АВС-1", "ABC-1"),
        ("LN-130-PLD", "LN-PLD-130"),
    ],
)
def test_articles_alike_are_asked_about(one: str, other: str) -> None:
    assert doubts(key(1, OZON, one), key(2, YANDEX, other)) == {(2, one, PairReason.ARTICLE)}


def test_a_size_is_a_part_of_the_article() -> None:
    keys = [key(1, OZON, "LN-PLD-130-OAT"), key(2, WB, "LN-PLD-OAT", size="130")]

    assert doubts(*keys) == {(2, "LN-PLD-130-OAT", PairReason.ARTICLE)}


def test_other_barcodes_speak_against_it() -> None:
    same, other = (
        Grouping([key(1, OZON, "A-1", "1"), key(2, WB, "a 1", *codes)]).doubts() for codes in ((), ("2",))
    )
    assert same[0].score > other[0].score


def test_what_a_person_called_different_is_not_joined_by_a_third() -> None:
    keys = [key(1, OZON, "A", "1"), key(2, WB, "B", "1", "2"), key(3, YANDEX, "C", "2")]
    (whole,) = Grouping(keys).groups
    assert len(whole.members) == 3

    found = {
        frozenset(one.listing_id for one in group.members) for group in Grouping(keys, apart=[(3, 1)]).groups
    }
    assert not any({1, 3} <= group for group in found)
    assert {one for group in found for one in group} == {1, 2, 3}


def test_what_one_account_lists_twice_is_never_one() -> None:
    assert doubts(key(1, OZON, "A-1"), key(2, OZON, "a_1")) == set()
    assert groups(key(1, OZON, "A", "5"), key(2, OZON, "B", "5")) == {frozenset({1}), frozenset({2})}


KEYS = st.lists(
    st.tuples(
        st.sampled_from([OZON, WB, YANDEX]),
        st.sampled_from(["A", "B", "a", "A-1", "a_1", "C"]),
        st.sampled_from(["", "0", "S"]),
        st.lists(st.sampled_from("12345"), max_size=2, unique=True),
    ),
    max_size=12,
)


@given(KEYS, st.randoms(use_true_random=False))
def test_the_order_in_which_listings_come_decides_nothing(
    rows: list[tuple[int, str, str, list[str]]], dice: random.Random
) -> None:
    keys = [
        key(number, account, article, *barcodes, size=size)
        for number, (account, article, size, barcodes) in enumerate(rows)
    ]
    shuffled = keys[:]
    dice.shuffle(shuffled)

    first, second = Grouping(keys), Grouping(shuffled)
    assert seen(first) == seen(second)
    assert sorted(first.doubts()) == sorted(second.doubts())


@given(KEYS)
def test_every_listing_is_in_one_group_and_names_are_unique(
    rows: list[tuple[int, str, str, list[str]]],
) -> None:
    keys = [
        key(number, account, article, *barcodes, size=size)
        for number, (account, article, size, barcodes) in enumerate(rows)
    ]
    found = Grouping(keys)
    members = [one.listing_id for group in found.groups for one in group.members]
    assert sorted(members) == [one.listing_id for one in keys]
    names = [group.sku for group in found.groups]
    assert len(names) == len(set(names))
    assert all(found.group_of[one.listing_id].sku != one.sku for one in found.doubts())


def seen(grouping: Grouping) -> Any:
    return sorted(
        (group.sku, sorted(one.listing_id for one in group.members), sorted(group.by_barcode))
        for group in grouping.groups
    )
