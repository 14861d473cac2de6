"""The pages of boxes: every box and every line can be reached, and a box that goes meanwhile is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from supplies.labels.barcodes import is_sscc
from supplies.models import BoxLine, Supply, SupplyBox, SupplyLine
from supplies.selectors import plans
from supplies.services import boxes
from supplies.services.plan_lines import set_quantities
from supplies.services.plans import Target, plan_supply
from supplies.services.sscc import choose_series
from tests.factories.catalog import ListingFactory
from tests.factories.supplies import SupplyFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User) -> Supply:
    """Five products of ten units each."""
    made = plan_supply(company=company, account=account, target=Target(), actor=owner)
    goods = [ListingFactory(account=account, name=f"Плед {number}") for number in range(5)]
    set_quantities(supply=made, wishes={one.pk: 10 for one in goods}, actor=owner)
    return made


@pytest.fixture
def stranger_plan() -> Supply:
    """A plan of another company."""
    return SupplyFactory(plan=True)


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two rows."""
    monkeypatch.setattr("supplies.selectors.plans.AT_ONCE", 2)


def url(company: Company, name: str, *args: object) -> str:
    return reverse(f"supplies:{name}", args=[company.slug, *args])


def line_ids(supply: Supply) -> list[int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def held(supply: Supply) -> list[SupplyBox]:
    rows = SupplyBox.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.order_by("position"))


def contents(box: SupplyBox) -> dict[int, int]:
    rows = BoxLine.objects.for_company(box.company_id).filter(box=box)
    return dict(rows.values_list("line_id", "quantity"))


def messages_of(response: HttpResponse) -> list[str]:
    return [str(one) for one in response.context["messages"]]  # type: ignore[attr-defined]


# ---- boxes ------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("two_at_once")
def test_every_box_is_on_a_page(owner_client: Client, company: Company, plan: Supply, owner: User) -> None:
    first = line_ids(plan)[0]
    boxes.pack(supply=plan, boxes=[{first: 2} for _box in range(5)], actor=owner)
    boxes.remove_box(supply=plan, box_id=held(plan)[1].pk, actor=owner)
    page = url(company, "supply-boxes", plan.pk)

    seen, after = [], ""
    while True:
        shown = owner_client.get(f"{page}{after}")
        seen.append([row.box.position for row in shown.context["boxes"].rows])
        if shown.context["boxes"].next_after is None:
            break
        after = f"?after={shown.context['boxes'].next_after}"
        assert f'href="{page}{after}"' in shown.content.decode()

    assert seen == [[1, 3], [4, 5]]
    assert f'href="{page}"' in shown.content.decode()


def test_boxes_made_before_the_prefix_get_their_sscc_by_a_button(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, *_rest = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{first: 2}, {first: 3}], actor=owner)
    number = url(company, "boxes-number", plan.pk)
    assert number not in owner_client.get(url(company, "supply-boxes", plan.pk)).content.decode()
    choose_series(company=company, prefix="460123456", extension=0, next_serial=1)

    assert number in owner_client.get(url(company, "supply-boxes", plan.pk)).content.decode()
    told = messages_of(owner_client.post(number, follow=True))

    assert told == ["2 короба получили SSCC: напечатайте их этикетки заново."]
    assert all(is_sscc(box.code) for box in held(plan))
    assert [contents(box) for box in held(plan)] == [{first: 2}, {first: 3}]


def test_a_page_of_boxes_that_is_out_of_date_packs_nothing(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, *_rest = line_ids(plan)
    page = owner_client.get(url(company, "supply-boxes", plan.pk))
    boxes.pack(supply=plan, boxes=[{first: 7}], actor=owner)
    sent = {"rule": "one", "per_box": "10", "version": page.context["version"]}

    refused = owner_client.post(url(company, "supply-boxes", plan.pk), sent)

    assert refused.context["form"].non_field_errors()
    assert [contents(box) for box in held(plan)] == [{first: 7}]
    again = {**sent, "version": refused.context["version"]}
    assert owner_client.post(url(company, "supply-boxes", plan.pk), again).status_code == 302
    assert len(held(plan)) == 5


def test_an_emptied_field_takes_the_product_out_of_the_box(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, second, *_rest = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{first: 2, second: 3}], actor=owner)
    (box,) = held(plan)
    sent = {
        f"line-{first}": "", f"initial-line-{first}": "2", f"line-{second}": "3", f"initial-line-{second}": "3",
    }  # fmt: skip

    owner_client.post(url(company, "box-edit", box.pk), sent)

    assert contents(box) == {second: 3}


def test_units_of_a_product_that_is_gone_are_told_as_lost(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, second, *_rest = line_ids(plan)
    box = boxes.add_box(supply=plan, actor=owner)
    SupplyLine.objects.for_company(company).filter(pk=second).delete()
    sent = {f"line-{pk}": "1" for pk in (first, second)} | {
        f"initial-line-{pk}": "" for pk in (first, second)
    }

    told = messages_of(owner_client.post(url(company, "box-edit", box.pk), sent, follow=True))

    assert contents(box) == {first: 1}
    assert len(told) == 1


@pytest.mark.usefixtures("two_at_once")
def test_the_way_back_from_a_box_leads_to_its_page(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first = line_ids(plan)[0]
    boxes.pack(supply=plan, boxes=[{first: 2} for _box in range(5)], actor=owner)
    box = held(plan)[3]
    page = url(company, "supply-boxes", plan.pk)

    saved = owner_client.post(url(company, "box-edit", box.pk), {f"line-{first}": "1"})
    removed = owner_client.post(url(company, "box-remove", box.pk))

    assert [saved["Location"], removed["Location"]] == [f"{page}?after=2"] * 2
    assert [row.box.position for row in owner_client.get(removed["Location"]).context["boxes"].rows] == [3, 5]


@pytest.mark.usefixtures("two_at_once")
def test_products_that_the_form_of_the_rule_does_not_show_are_told(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    page = owner_client.get(url(company, "supply-boxes", plan.pk))

    assert len(page.context["rows"]) == 2
    assert "Здесь 2 товара; остальные" in page.content.decode()


@pytest.mark.parametrize("after", ["x", "-1", "٣", "9" * 40, "9" * 18])
def test_a_strange_page_of_boxes_is_harmless(
    owner_client: Client, company: Company, plan: Supply, owner: User, after: str
) -> None:
    box = boxes.add_box(supply=plan, actor=owner)

    for page in (url(company, "supply-boxes", plan.pk), url(company, "box-edit", box.pk)):
        assert owner_client.get(page, {"after": after, "plan": after}).status_code == 200


# ---- the lines of a box -----------------------------------------------------------------------------------
@pytest.mark.usefixtures("two_at_once")
def test_what_is_in_a_box_comes_first_and_every_line_is_on_a_page(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    lines = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{lines[1]: 1, lines[3]: 2, lines[4]: 3}], actor=owner)
    page = url(company, "box-edit", held(plan)[0].pk)

    seen, after = [], 0
    while True:
        shown = owner_client.get(page, {"after": after or ""}).context["goods"]
        seen.append([lines.index(line.pk) for line in shown.lines])
        if shown.next_after is None:
            break
        after = shown.next_after

    assert seen == [[1, 3], [4, 0], [2]]


@pytest.mark.usefixtures("two_at_once")
def test_a_line_of_a_later_page_is_put_into_a_box(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    lines = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{lines[0]: 1}], actor=owner)
    box = held(plan)[0]
    page = url(company, "box-edit", box.pk)
    # The second page shows these two; then a colleague put one of them in, and it would stand on the first.
    sent = {f"line-{pk}": "4" for pk in lines[2:4]} | {f"initial-line-{pk}": "" for pk in lines[2:4]}
    boxes.set_contents(supply=plan, box_id=box.pk, units={lines[2]: 7}, actor=owner)

    refused = owner_client.post(f"{page}?after={lines[1]}", sent)

    assert [line.pk for line, _left, _field in refused.context["rows"]] == lines[2:4]
    assert set(refused.context["form"].errors) == {"__all__", f"line-{lines[2]}"}
    again = sent | {f"initial-line-{lines[2]}": "7"}
    assert owner_client.post(f"{page}?after={lines[1]}", again).status_code == 302
    assert contents(box) == {lines[0]: 1, lines[2]: 4, lines[3]: 4}


def test_strange_names_of_lines_are_no_lines(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    box = boxes.add_box(supply=plan, actor=owner)
    names = ("line-", "line-x", "line--1", "line-٣", f"line-{'9' * 40}", f"line-{'9' * 18}", "initial-line-1")

    sent = owner_client.post(url(company, "box-edit", box.pk), dict.fromkeys(names, "3"))

    assert sent.status_code == 302
    assert contents(box) == {}


# ---- a box that goes ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "service"), [("box-edit", "set_contents"), ("box-remove", "remove_box")])
def test_a_box_that_goes_at_the_same_moment_is_told(
    owner_client: Client,
    company: Company,
    plan: Supply,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    service: str,
) -> None:
    box = boxes.add_box(supply=plan, actor=owner)
    meant: Callable[..., Any] = getattr(boxes, service)
    remove = boxes.remove_box

    def later(**asked: Any) -> Any:
        remove(supply=plan, box_id=box.pk, actor=owner)
        return meant(**asked)

    monkeypatch.setattr(boxes, service, later)
    sent = owner_client.post(url(company, name, box.pk), {f"line-{line_ids(plan)[0]}": "5"}, follow=True)

    assert sent.redirect_chain == [(url(company, "supply-boxes", plan.pk), 302)]
    assert messages_of(sent) == ["Этого короба уже нет: его вынули."]


@pytest.mark.parametrize("name", ["box-edit", "box-remove"])
def test_a_box_that_is_gone_is_told_on_the_page_of_its_plan(
    owner_client: Client, company: Company, plan: Supply, owner: User, name: str
) -> None:
    box = boxes.add_box(supply=plan, actor=owner)
    listed = owner_client.get(url(company, "supply-boxes", plan.pk)).content.decode()
    address = f"{url(company, name, box.pk)}?plan={plan.pk}"
    boxes.remove_box(supply=plan, box_id=box.pk, actor=owner)

    sent = owner_client.post(address, follow=True)

    assert address in listed
    assert sent.redirect_chain == [(url(company, "supply-boxes", plan.pk), 302)]
    assert messages_of(sent) == ["Этого короба уже нет: его вынули."]


def test_a_box_that_is_gone_from_a_foreign_or_unknown_plan_is_not_found(
    owner_client: Client, company: Company, plan: Supply, stranger_plan: Supply
) -> None:
    for text in ("", "x", "0", "9" * 40, str(stranger_plan.pk)):
        for name in ("box-edit", "box-remove"):
            sent = owner_client.post(f"{url(company, name, 10**9)}?plan={text}")
            assert sent.status_code == 404


# ---- how many ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["supply-boxes", "box-edit", "labels"])
def test_pages_ask_as_much_for_five_boxes_as_for_one(
    owner_client: Client, company: Company, plan: Supply, owner: User, name: str
) -> None:
    counts = []
    for number in (1, 5):
        boxes.pack(
            supply=plan,
            boxes=[dict.fromkeys(line_ids(plan)[:number], 1) for _box in range(number)],
            actor=owner,
        )
        page = url(company, name, held(plan)[0].pk if name == "box-edit" else plan.pk)
        owner_client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get(page).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_two_thousand_boxes_are_shown_a_page_at_a_time(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    SupplyBox.objects.for_company(company).bulk_create(
        SupplyBox(company=company, supply=plan, position=number, code=f"FBO{plan.pk}-{number:03}")
        for number in range(1, boxes.MOST_BOXES + 1)
    )
    page = url(company, "supply-boxes", plan.pk)

    owner_client.get(page)
    with CaptureQueriesContext(connection) as first:
        owner_client.get(page)
    with CaptureQueriesContext(connection) as last:
        shown = owner_client.get(f"{page}?after={boxes.MOST_BOXES - plans.AT_ONCE}")

    assert len(first) == len(last)
    assert [row.box.position for row in shown.context["boxes"].rows][-1] == boxes.MOST_BOXES
    assert shown.context["boxes"].next_after is None
