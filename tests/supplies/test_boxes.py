"""Boxes: nothing is lost or doubled on the way into them, and each has a number of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from companies.models import Company, User
from marketplaces.models import MarketplaceAccount
from supplies.labels.barcodes import is_sscc
from supplies.models import BoxLine, Supply, SupplyBox, SupplyLine
from supplies.selectors.plans import packed
from supplies.services.boxes import (
    MOST_BOXES,
    PackRule,
    Portion,
    add_box,
    mixed,
    number_boxes,
    one_product_a_box,
    pack,
    pack_by_rule,
    remove_box,
    set_contents,
    spread,
    unpacked,
    version_of,
)
from supplies.services.plan_lines import set_quantities
from supplies.services.plans import CannotChange, Target, plan_supply
from supplies.services.sscc import choose_series
from tests.factories.catalog import ListingFactory


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What is said is compared in the words of the code."""
    with translation.override("en"):
        yield


portions = st.lists(
    st.builds(Portion, line=st.integers(1, 10**6), units=st.integers(0, 500), per_box=st.integers(1, 60)),
    max_size=8,
    unique_by=lambda portion: portion.line,
)


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User) -> Supply:
    plan = plan_supply(company=company, account=account, target=Target(), actor=owner)
    wishes = {ListingFactory(account=account).pk: units for units in (25, 7)}
    set_quantities(supply=plan, wishes=wishes, actor=owner)
    return plan


def line_ids(plan: Supply) -> list[int]:
    rows = SupplyLine.objects.for_company(plan.company_id).filter(supply=plan)
    return list(rows.order_by("-planned").values_list("pk", flat=True))


def held(plan: Supply) -> list[SupplyBox]:
    return list(SupplyBox.objects.for_company(plan.company_id).filter(supply=plan).order_by("position"))


def contents(plan: Supply) -> list[dict[int, int]]:
    return [
        dict(BoxLine.objects.for_company(plan.company_id).filter(box=box).values_list("line_id", "quantity"))
        for box in held(plan)
    ]


@given(given_portions=portions)
def test_one_product_a_box_loses_and_doubles_nothing(given_portions: list[Portion]) -> None:
    boxes = one_product_a_box(given_portions)
    total = Counter()
    for box in boxes:
        total.update(box)

    assert total == Counter({portion.line: portion.units for portion in given_portions if portion.units})
    assert all(len(box) == 1 for box in boxes)
    limits = {portion.line: portion.per_box for portion in given_portions}
    assert all(0 < units <= limits[line] for box in boxes for line, units in box.items())


@given(given_portions=portions, per_box=st.integers(1, 60))
def test_mixed_boxes_lose_and_double_nothing(given_portions: list[Portion], per_box: int) -> None:
    boxes = mixed(given_portions, per_box=per_box)
    total = Counter()
    for box in boxes:
        total.update(box)

    assert total == Counter({portion.line: portion.units for portion in given_portions if portion.units})
    assert all(sum(box.values()) == per_box for box in boxes[:-1])
    assert all(0 < sum(box.values()) <= per_box for box in boxes)


def test_without_a_prefix_boxes_have_codes_of_our_own(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)

    assert pack(supply=plan, boxes=[{large: 25}, {small: 7}], actor=owner) == 2

    assert [box.code for box in held(plan)] == [f"FBO{plan.pk}-001", f"FBO{plan.pk}-002"]
    assert contents(plan) == [{large: 25}, {small: 7}]
    assert unpacked(plan) == {large: 0, small: 0}


def test_without_a_prefix_the_number_of_a_box_is_never_given_again(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 20}, {large: 5}, {small: 7}], actor=owner)
    remove_box(supply=plan, box_id=held(plan)[-1].pk, actor=owner)
    added = add_box(supply=plan, actor=owner)
    pack(supply=plan, boxes=[{large: 25}], actor=owner)
    pack(supply=plan, boxes=[{large: 20}, {large: 5}, {small: 7}], actor=owner)

    assert added.code == f"FBO{plan.pk}-004"
    assert [box.code for box in held(plan)] == [f"FBO{plan.pk}-{number:03d}" for number in (1, 5, 6)]
    assert [box.position for box in held(plan)] == [1, 2, 3]


@given(given_portions=portions, per_box=st.none() | st.integers(1, 60))
def test_boxes_are_counted_as_they_are_made(given_portions: list[Portion], per_box: int | None) -> None:
    made = one_product_a_box(given_portions) if per_box is None else mixed(given_portions, per_box=per_box)
    try:
        assert spread(given_portions, mixed_per_box=per_box) == made
    except CannotChange:
        assert len(made) > MOST_BOXES
    else:
        assert len(made) <= MOST_BOXES


def test_packed_anew_a_box_keeps_its_number(plan: Supply, company: Company, owner: User) -> None:
    choose_series(company=company, prefix="460123456", extension=0, next_serial=1)
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 10}, {large: 15}, {small: 7}], actor=owner)
    before = [box.code for box in held(plan)]
    pack(supply=plan, boxes=[{large: 25, small: 7}], actor=owner)
    pack(supply=plan, boxes=[{large: 20}, {large: 5, small: 7}], actor=owner)
    after = [box.code for box in held(plan)]

    assert all(is_sscc(code) for code in before + after)
    assert after[0] == before[0]
    assert after[1] not in before
    assert contents(plan) == [{large: 20}, {large: 5, small: 7}]


def test_a_prefix_that_comes_later_numbers_the_boxes_as_they_are_packed(
    plan: Supply, company: Company, owner: User
) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 20}, {large: 5, small: 7}], actor=owner)
    own = [box.code for box in held(plan)]
    assert number_boxes(supply=plan, actor=owner) == 0
    assert [box.code for box in held(plan)] == own

    choose_series(company=company, prefix="460123456", extension=0, next_serial=1)

    assert [number_boxes(supply=plan, actor=owner) for _time in range(2)] == [2, 0]
    assert contents(plan) == [{large: 20}, {large: 5, small: 7}]
    codes = [box.code for box in held(plan)]
    assert all(is_sscc(code) for code in codes)
    pack(supply=plan, boxes=[{large: 20}, {large: 5, small: 7}], actor=owner)
    assert [box.code for box in held(plan)] == codes


def test_a_plan_that_has_changed_since_it_was_shown_is_not_packed(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    plan.refresh_from_db()
    seen = version_of(plan)
    pack(supply=plan, boxes=[{large: 25}], actor=owner)

    with pytest.raises(CannotChange, match="have changed meanwhile"):
        pack_by_rule(supply=plan, rule=PackRule(per_box=10), actor=owner, seen=seen)

    assert contents(plan) == [{large: 25}]
    plan.refresh_from_db()
    assert pack_by_rule(supply=plan, rule=PackRule(per_box=10), actor=owner, seen=version_of(plan)) == 4
    assert contents(plan) == [{large: 10}, {large: 10}, {large: 5}, {small: 7}]


def test_mixed_boxes_take_no_number_of_a_product(plan: Supply, owner: User) -> None:
    large, _small = line_ids(plan)

    with pytest.raises(CannotChange, match="clear the numbers"):
        pack_by_rule(supply=plan, rule=PackRule(per_box=20, own={large: 5}, is_mixed=True), actor=owner)

    assert pack_by_rule(supply=plan, rule=PackRule(per_box=20, is_mixed=True), actor=owner) == 2


def test_once_the_marketplace_tells_the_goods_they_are_what_is_packed(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    lines = SupplyLine.objects.for_company(plan.company_id)
    lines.filter(pk=large).update(declared=30)
    extra = lines.create(company_id=plan.company_id, supply=plan, key="9", declared=5)
    Supply.objects.for_company(plan.company_id).filter(pk=plan.pk).update(external_id="1", declared=35)
    plan.refresh_from_db()

    assert unpacked(plan) == {large: 30, small: 0, extra.pk: 5}
    assert pack_by_rule(supply=plan, rule=PackRule(per_box=30), actor=owner) == 2
    assert contents(plan) == [{large: 30}, {extra.pk: 5}]
    assert (packed(plan).units, packed(plan).planned) == (35, 35)


def test_what_a_box_holds_beyond_the_plan_does_not_stop_its_other_products(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 25, small: 5}], actor=owner)
    (box,) = held(plan)
    SupplyLine.objects.for_company(plan.company_id).filter(pk=large).update(planned=20, seller_sku="LN-1")

    set_contents(supply=plan, box_id=box.pk, units={small: 7}, actor=owner)
    with pytest.raises(CannotChange, match="Of “LN-1”, 20 units are left for this box, and 26"):
        set_contents(supply=plan, box_id=box.pk, units={large: 26}, actor=owner)

    assert contents(plan) == [{large: 25, small: 7}]


def test_a_prefix_that_comes_later_numbers_the_boxes_on_the_next_packing(
    plan: Supply, company: Company, owner: User
) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 25, small: 7}], actor=owner)
    choose_series(company=company, prefix="460123456", extension=0, next_serial=1)
    pack(supply=plan, boxes=[{large: 25, small: 7}], actor=owner)

    assert [is_sscc(box.code) for box in held(plan)] == [True]


def test_boxes_are_numbered_from_a_prefix_that_begins_as_the_one_before(
    plan: Supply, company: Company, owner: User
) -> None:
    choose_series(company=company, prefix="4601234", extension=0, next_serial=1)
    first = add_box(supply=plan, actor=owner)
    choose_series(company=company, prefix="460123400", extension=0, next_serial=1)
    second = add_box(supply=plan, actor=owner)

    assert (first.code[8:-1], second.code[8:-1]) == ("000000001", "000000002")


def test_a_box_is_packed_by_hand_with_what_is_left(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 20}], actor=owner)
    box = add_box(supply=plan, actor=owner)

    set_contents(supply=plan, box_id=box.pk, units={large: 5, small: 0}, actor=owner)
    with pytest.raises(CannotChange, match="are left for this box"):
        set_contents(supply=plan, box_id=box.pk, units={large: 6}, actor=owner)
    with pytest.raises(CannotChange):
        set_contents(supply=plan, box_id=box.pk, units={10**9: 3}, actor=owner)

    assert contents(plan) == [{large: 20}, {large: 5}]
    assert unpacked(plan) == {large: 0, small: 7}
    remove_box(supply=plan, box_id=box.pk, actor=owner)
    assert unpacked(plan) == {large: 5, small: 7}


def test_boxes_end_at_a_limit(plan: Supply, owner: User) -> None:
    (line, _other) = line_ids(plan)

    with pytest.raises(CannotChange):
        pack(supply=plan, boxes=[{line: 1}] * (MOST_BOXES + 1), actor=owner)


def test_a_line_taken_out_leaves_its_boxes(plan: Supply, owner: User) -> None:
    large, small = line_ids(plan)
    pack(supply=plan, boxes=[{large: 25, small: 7}], actor=owner)
    listing = SupplyLine.objects.for_company(plan.company_id).get(pk=small).listing_id
    set_quantities(supply=plan, wishes={listing: 0}, actor=owner)

    assert contents(plan) == [{large: 25}]
