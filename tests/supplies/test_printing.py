"""Printing: one line never stops the others, wrong fields are told at their place, boxes have one number everywhere."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from supplies.labels.numbering import box_title, gaps
from supplies.models import Supply, SupplyBox, SupplyLine
from supplies.selectors import printing
from supplies.services import boxes
from supplies.services.plan_lines import set_quantities
from supplies.services.plans import Target, plan_supply
from tests.factories.catalog import ListingFactory

if TYPE_CHECKING:
    from django.test import Client

    from catalog.models import Listing
    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount


@pytest.fixture
def goods(account: MarketplaceAccount) -> list[Listing]:
    return [
        ListingFactory(account=account, seller_sku=f"LN-{number}", barcodes=[f"OZN{number}"])
        for number in range(3)
    ]


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User, goods: list[Listing]) -> Supply:
    """Three products of ten units each."""
    made = plan_supply(company=company, account=account, target=Target(), actor=owner)
    set_quantities(supply=made, wishes={one.pk: 10 for one in goods}, actor=owner)
    return made


def url(company: Company, name: str, *args: object) -> str:
    return reverse(f"supplies:{name}", args=[company.slug, *args])


def line_ids(supply: Supply) -> list[int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def held(supply: Supply) -> list[SupplyBox]:
    return list(SupplyBox.objects.for_company(supply.company_id).filter(supply=supply).order_by("position"))


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


# ---- copies -------------------------------------------------------------------------------------------------
def test_a_line_of_more_units_than_copies_go_at_once_is_prefilled_with_the_most(
    owner_client: Client, company: Company, plan: Supply, owner: User, goods: list[Listing]
) -> None:
    set_quantities(supply=plan, wishes={goods[0].pk: 6_000}, actor=owner)

    page = owner_client.get(url(company, "labels", plan.pk))

    assert [field.value() for _line, field in page.context["lines"]] == [5_000, 10, 10]
    text = page.content.decode()
    assert re.search(r"по плану 6\s000", text)
    assert len(re.findall(r'<form method="post"[^>]* novalidate>', text)) == 1


def test_a_barcode_that_was_replaced_since_is_not_printed(
    plan: Supply, goods: list[Listing], owner: User
) -> None:
    first, second, third = goods
    first.barcodes = ["OZN-NEW", "OZN-OTHER"]
    second.barcodes = ["OZN-NEW-2", "OZN1"]
    third.barcodes = []
    for one in goods:
        one.save(update_fields=["barcodes"])
    line, *_rest = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{line: 4}], actor=owner)

    listed = printing.packing_list(plan)

    assert [one.code for one in printing.print_lines(plan)] == ["OZN-NEW", "OZN1", "OZN2"]
    assert [one.barcode for one in (*listed.boxes[0].lines, *listed.loose)] == [
        "OZN-NEW", "OZN-NEW", "OZN1", "OZN2",
    ]  # fmt: skip


def test_once_the_marketplace_tells_the_goods_labels_are_of_those(plan: Supply) -> None:
    first, second, _third = line_ids(plan)
    lines = SupplyLine.objects.for_company(plan.company_id)
    lines.filter(pk=first).update(declared=12)
    lines.filter(pk=second).update(declared=10)
    Supply.objects.for_company(plan.company_id).filter(pk=plan.pk).update(declared=22)
    plan.refresh_from_db()

    assert [one.copies for one in printing.print_lines(plan)] == [12, 10, 0]
    assert [one.units for one in printing.packing_list(plan).loose] == [12, 10]


@pytest.mark.parametrize("kind", ["product", "box"])
def test_enter_in_a_field_prints_the_copies_that_were_typed(
    owner_client: Client, company: Company, plan: Supply, owner: User, kind: str
) -> None:
    line, *_rest = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{line: 4}], actor=owner)
    text = owner_client.get(url(company, "labels", plan.pk)).content.decode()
    (form,) = re.findall(
        rf'<form[^>]*>(?:(?!</form>).)*value="{kind}"(?:(?!</form>).)*</form>', text, re.DOTALL
    )

    first_button, second_button = re.findall(r'<button[^>]*type="submit"[^>]*>', form)

    assert 'name="all"' not in first_button
    assert 'name="all"' in second_button


def test_what_the_page_offers_is_printed(
    owner_client: Client, company: Company, plan: Supply, owner: User, goods: list[Listing]
) -> None:
    set_quantities(supply=plan, wishes={goods[0].pk: 6_000}, actor=owner)
    page = owner_client.get(url(company, "labels", plan.pk))
    shown = {field.html_name: field.value() for _line, field in page.context["lines"]}

    for more in ({}, {"all": "1"}):
        sent = owner_client.post(
            url(company, "labels-print", plan.pk), {"kind": "product", "size": "58x40", **shown, **more}
        )
        assert sent["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("copies", "told"),
    [
        ("5001", "не больше 5\u00a0000"),
        ("-1", "не меньше 0"),
        ("x", "целое число"),
        ("1.5", "целое число"),
        ("9" * 400, "не больше 5\u00a0000"),
    ],
    ids=range(5),
)
def test_wrong_copies_are_told_at_their_field_and_the_others_are_kept(
    owner_client: Client, company: Company, plan: Supply, copies: str, told: str
) -> None:
    first, second, _third = (f"copies-product-{pk}" for pk in line_ids(plan))

    sent = owner_client.post(
        url(company, "labels-print", plan.pk),
        {"kind": "product", "size": "75x120", first: copies, second: "7"},
    )

    assert sent.status_code == 422
    assert sent.context["product_copies"].errors == {first: [told]}
    assert list(sent.context["messages"]) == []
    text = sent.content.decode()
    assert text.count(f'id="id_{first}_error"') == 1
    assert [sent.context["product_copies"][name].value() for name in (first, second)] == [copies, "7"]
    assert sent.context["product_form"]["size"].value() == "75x120"


def test_wrong_copies_do_not_stop_all_of_them(owner_client: Client, company: Company, plan: Supply) -> None:
    fields = {f"copies-product-{pk}": "6000" for pk in line_ids(plan)}

    sent = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "product", "size": "58x40", "all": "1", **fields}
    )

    assert sent["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ({}, "product_form"),
        ({"kind": "product", "size": "a3", "all": "1"}, "product_form"),
        ({"kind": "box", "size": "", "all": "1"}, "box_form"),
        ({"kind": "x", "size": "58x40", "all": "1"}, "product_form"),
    ],
)
def test_a_wrong_paper_is_told_at_its_field(
    owner_client: Client, company: Company, plan: Supply, owner: User, data: dict[str, str], form: str
) -> None:
    boxes.add_box(supply=plan, actor=owner)

    sent = owner_client.post(url(company, "labels-print", plan.pk), data)

    assert sent.status_code == 422
    wrong = {name for name in ("product_form", "box_form") if sent.context[name].errors}
    assert wrong == {form}
    assert list(sent.context["messages"]) == []


@pytest.mark.parametrize("kind", ["product", "box"])
def test_no_label_chosen_is_told(owner_client: Client, company: Company, plan: Supply, kind: str) -> None:
    fields = {f"copies-product-{pk}": "0" for pk in line_ids(plan)}

    sent = owner_client.post(url(company, "labels-print", plan.pk), {"kind": kind, "size": "58x40", **fields})

    assert [str(one) for one in sent.context["messages"]] == ["Печатать нечего: не выбрана ни одна этикетка."]


def test_every_line_and_box_can_be_printed_by_itself(
    owner_client: Client, company: Company, plan: Supply, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("plans", "printing"):
        monkeypatch.setattr(f"supplies.selectors.{module}.AT_ONCE", 2)
    boxes.pack(supply=plan, boxes=[{pk: 10} for pk in line_ids(plan)], actor=owner)
    page = url(company, "labels", plan.pk)
    first = owner_client.get(page)
    lines, of_boxes = first.context["page"].lines.next_after, first.context["page"].boxes.next_after
    assert (len(first.context["lines"]), len(first.context["boxes"]), of_boxes) == (2, 2, 2)
    assert f'href="{page}?after={lines}"' in first.content.decode()

    second = owner_client.get(page, {"after": lines, "boxes_after": of_boxes})

    assert [line.sku for line, _field in second.context["lines"]] == ["LN-2"]
    assert [row.box.position for row, _field in second.context["boxes"]] == [3]
    assert f'href="{page}?boxes_after=2"' in second.content.decode()
    places = {"after": lines, "boxes_after": of_boxes, "size": "58x40"}
    for kind, pk in (("product", line_ids(plan)[2]), ("box", held(plan)[2].pk)):
        sent = owner_client.post(
            url(company, "labels-print", plan.pk), {"kind": kind, **places, f"copies-{kind}-{pk}": "3"}
        )
        assert len(pypdfium2.PdfDocument(body(sent))) == 3
    wrong = owner_client.post(
        url(company, "labels-print", plan.pk),
        {"kind": "product", **places, f"copies-product-{line_ids(plan)[2]}": "x"},
    )
    assert [row.box.position for row, _field in wrong.context["boxes"]] == [3]


# ---- numbers of boxes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("numbers", "text", "title"),
    [
        ([], "", None),
        ([1], "", "Короб 1 из 1"),
        ([1, 2, 3], "", "Короб 1 из 3"),
        ([2, 3], "2–3", "Короб 2"),
        ([1, 2, 4, 6, 7, 8], "1–2, 4, 6–8", "Короб 1"),
        ([1000, 1001], "1000–1001", "Короб 1000"),
    ],
)
def test_of_how_many_is_said_while_no_number_is_missing(
    numbers: list[int], text: str, title: str | None
) -> None:
    assert gaps(numbers) == text
    assert title is None or box_title(numbers[0], numbers) == title


@given(numbers=st.sets(st.integers(1, 60), max_size=30))
def test_the_ranges_of_numbers_name_each_of_them_once(numbers: set[int]) -> None:
    text = gaps(sorted(numbers))
    runs = [run.split("–") for run in text.split(", ")] if text else [["1", str(len(numbers))]]

    assert [number for run in runs for number in range(int(run[0]), int(run[-1]) + 1)] == sorted(numbers)


def test_a_box_has_one_number_everywhere_after_another_was_taken_out(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    boxes.pack(supply=plan, boxes=[{pk: 10} for pk in line_ids(plan)], actor=owner)
    before = {spec.code: spec.title for spec in printing.box_labels(plan)}
    assert list(before.values()) == ["Короб 1 из 3", "Короб 2 из 3", "Короб 3 из 3"]
    boxes.remove_box(supply=plan, box_id=held(plan)[0].pk, actor=owner)

    after = {spec.code: spec.title for spec in printing.box_labels(plan)}

    assert list(after.values()) == ["Короб 2", "Короб 3"]
    assert all(before[code].startswith(title) for code, title in after.items())
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(body(owner_client.get(url(company, "packing-list", plan.pk, "xlsx"))))
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert {row[1]: f"Короб {row[0]:.0f}" for row in rows[1:] if row[1]} == after
    assert ["Номера коробов", "2–3"] in book.get_sheet_by_index(1).to_python()
    paper = body(owner_client.get(url(company, "packing-list", plan.pk, "pdf")))
    words = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    assert "Номера коробов: 2–3" in words
    page = owner_client.get(url(company, "supply-boxes", plan.pk)).content.decode()
    assert "сохранили свои номера: 2–3" in page


def test_numbers_without_a_gap_are_not_listed(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    boxes.pack(supply=plan, boxes=[{pk: 10} for pk in line_ids(plan)], actor=owner)

    assert "Номера коробов" not in dict(printing.packing_list(plan).about)
    assert (
        "сохранили свои номера"
        not in owner_client.get(url(company, "supply-boxes", plan.pk)).content.decode()
    )
