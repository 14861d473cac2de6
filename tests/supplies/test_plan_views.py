"""The pages of a plan: make it, fill it, pack it, print it, tie it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from catalog.models import Listing
from companies.choices import Role
from companies.models import Company, User
from marketplaces.contracts.supplies import SupplyStatus
from marketplaces.models import MarketplaceAccount
from supplies.models import PlanImport, SsccSeries, Supply, SupplyBox, SupplyDocument, SupplyEvent, SupplyLine
from supplies.services import boxes
from supplies.services.plan_lines import set_lines, set_quantities
from supplies.services.plans import Target, change_target, plan_supply
from supplies.services.sscc import take_numbers
from tests.factories.catalog import ClusterFactory, ListingFactory, WarehouseFactory
from tests.factories.supplies import SupplyDocumentFactory, SupplyFactory

HOSTILE = ["\x00", "x" * 10_000, "\u202eabc", "😀", "'; DROP TABLE", "<script>", "-1", "1e9", "٣", ""]


@pytest.fixture
def goods(account: MarketplaceAccount) -> list[Listing]:
    return [
        ListingFactory(account=account, seller_sku=f"LN-{number}", barcodes=[code])
        for number, code in enumerate(["4600000000015", "OZN1234567890", "Штрих"])
    ]


@pytest.fixture
def plan(company: Company, account: MarketplaceAccount, owner: User, goods: list[Listing]) -> Supply:
    made = plan_supply(company=company, account=account, target=Target(), actor=owner)
    set_quantities(supply=made, wishes={one.pk: 10 for one in goods}, actor=owner)
    return made


def url(company: Company, name: str, *args: object) -> str:
    return reverse(f"supplies:{name}", args=[company.slug, *args])


def lines(supply: Supply) -> dict[str, int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return dict(rows.values_list("seller_sku", "planned"))


def line_ids(supply: Supply) -> list[int]:
    rows = SupplyLine.objects.for_company(supply.company_id).filter(supply=supply)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def hidden_of(response: HttpResponse) -> dict[str, str]:
    """What a page sends along to tell what it showed."""
    found = re.findall(
        r'<input type="hidden" name="(initial-[^"]+)"(?: value="([^"]*)")?', response.content.decode()
    )
    return dict(found)


# ---- where to and when ------------------------------------------------------------------------------------
def test_a_plan_is_made_with_its_slot_in_the_zone_of_the_warehouse(
    owner_client: Client, company: Company, account: MarketplaceAccount
) -> None:
    warehouse = WarehouseFactory(
        company=company, marketplace=account.marketplace, time_zone="Asia/Vladivostok",
        cluster=ClusterFactory(company=company, marketplace=account.marketplace, name="Дальний Восток"),
    )  # fmt: skip
    page = owner_client.get(url(company, "supply-plan") + f"?account={account.pk}")
    assert page.status_code == 200

    sent = owner_client.post(
        url(company, "supply-plan"),
        {
            "account": account.pk, "warehouse": warehouse.pk, "wished_on": "2026-12-01", "slot_on": "2026-11-30",
            "slot_from": "23:30", "slot_to": "00:30", "note": "Ворота 3",
        },
    )  # fmt: skip

    supply = Supply.objects.for_company(company).get()
    assert sent["Location"] == url(company, "supply-edit", supply.pk)
    assert (supply.slot_from, supply.slot_to) == (
        datetime(2026, 11, 30, 13, 30, tzinfo=UTC),
        datetime(2026, 11, 30, 14, 30, tzinfo=UTC),
    )
    assert (supply.slot_zone, supply.cluster_name, supply.status) == (
        "Asia/Vladivostok",
        "Дальний Восток",
        SupplyStatus.BOOKED,
    )
    form = owner_client.get(url(company, "plan-target", supply.pk)).content.decode()
    assert 'value="23:30"' in form
    assert 'value="2026-11-30"' in form
    owner_client.post(url(company, "plan-target", supply.pk), {"cluster_name": "Дальний Восток"})
    supply.refresh_from_db()
    assert (supply.slot_from, supply.warehouse_id, supply.status) == (None, None, SupplyStatus.DRAFT)


def test_whoever_comes_from_a_product_finds_it_on_the_next_page(
    owner_client: Client, company: Company, goods: list[Listing], account: MarketplaceAccount
) -> None:
    page = url(company, "supply-plan")
    sent = owner_client.post(
        f"{page}?product={goods[0].product_id}&account={account.pk}", {"account": account.pk}
    )
    assert sent["Location"].endswith("/plan/?q=LN-0")
    found = owner_client.get(sent["Location"]).context["found"]
    assert [listing.pk for listing, _field, _planned in found] == [goods[0].pk]

    for product in ("", "x", "9" * 40, "\x00"):
        plain = owner_client.post(page + "?" + urlencode({"product": product}), {"account": account.pk})
        assert plain["Location"].endswith("/plan/")


def test_half_a_slot_and_a_foreign_warehouse_are_told(
    owner_client: Client, company: Company, account: MarketplaceAccount
) -> None:
    foreign = WarehouseFactory(company=company, marketplace="wildberries")
    sent = owner_client.post(
        url(company, "supply-plan"), {"account": account.pk, "warehouse": foreign.pk, "slot_on": "2026-12-01"}
    )

    assert sent.status_code == 200
    assert set(sent.context["form"].errors) == {"warehouse", "slot_from", "slot_to"}
    assert not Supply.objects.for_company(company).exists()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_fields_are_errors_or_text(
    owner_client: Client, company: Company, account: MarketplaceAccount, text: str
) -> None:
    fields = ("account", "warehouse", "cluster_name", "wished_on", "slot_on", "slot_from", "slot_to", "note")
    assert owner_client.post(url(company, "supply-plan"), dict.fromkeys(fields, text)).status_code == 200
    assert owner_client.get(url(company, "supply-plan"), {"account": text}).status_code == 200


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_searches_and_steps_are_harmless(
    owner_client: Client, company: Company, plan: Supply, text: str
) -> None:
    page = url(company, "supply-edit", plan.pk)
    assert owner_client.get(page, {"q": text, "after": text}).status_code == 200
    for name in ("plan-goods", "plan-step", "labels-print", "paper-add"):
        fields = dict.fromkeys(("q", "after", "step", "kind", "size", "all", "number"), text)
        assert owner_client.post(url(company, name, plan.pk), fields).status_code in (302, 422)
    assert owner_client.post(url(company, "plan-list", plan.pk), {"text": text}).status_code in (200, 302)
    assert (
        owner_client.post(url(company, "sscc"), {"company_prefix": text, "extension": text}).status_code
        == 200
    )


@pytest.fixture
def booked(company: Company, account: MarketplaceAccount, owner: User) -> Supply:
    """A plan for a warehouse that is in use no more, with a slot in its zone."""
    warehouse = WarehouseFactory(
        company=company, marketplace=account.marketplace, time_zone="Asia/Vladivostok", is_active=False
    )
    target = Target(
        warehouse=warehouse, slot_from=datetime(2026, 12, 1, 1, tzinfo=UTC),
        slot_to=datetime(2026, 12, 1, 2, tzinfo=UTC), slot_zone="Asia/Vladivostok", note="Ворота 3",
    )  # fmt: skip
    return plan_supply(company=company, account=account, target=target, actor=owner)


def shown_target(client: Client, company: Company, supply: Supply) -> dict[str, str]:
    """The fields of the page of the target as a browser would send them untouched."""
    hidden = hidden_of(client.get(url(company, "plan-target", supply.pk)))
    return hidden | {name.removeprefix("initial-"): value for name, value in hidden.items()}


def test_a_warehouse_out_of_use_stays_with_its_plan(
    owner_client: Client, company: Company, booked: Supply
) -> None:
    page = owner_client.get(url(company, "plan-target", booked.pk))
    assert f'<option value="{booked.warehouse_id}" selected>' in page.content.decode()
    fields = {"slot_on": "2026-12-01", "slot_from": "11:00", "slot_to": "13:00", "note": ""}
    owner_client.post(
        url(company, "plan-target", booked.pk), {"warehouse": str(booked.warehouse_id), **fields}
    )

    before = booked.warehouse_id, booked.slot_from, booked.slot_zone
    booked.refresh_from_db()
    assert (booked.warehouse_id, booked.slot_from, booked.slot_zone) == before
    assert (booked.slot_to, booked.note) == (datetime(2026, 12, 1, 3, tzinfo=UTC), "")


def test_a_target_is_written_where_the_person_changed_it(
    owner_client: Client, company: Company, booked: Supply
) -> None:
    sent = shown_target(owner_client, company, booked)
    other = Target(wished_on=date(2026, 12, 5), note="Ворота 3")
    change_target(supply=booked, target=other, actor=None)

    answer = owner_client.post(url(company, "plan-target", booked.pk), sent | {"note": "Ворота 7"})

    assert answer.status_code == 302
    booked.refresh_from_db()
    assert (booked.note, booked.wished_on, booked.slot_from) == ("Ворота 7", date(2026, 12, 5), None)


def test_a_target_that_another_changed_is_refused_at_its_field_and_the_input_is_kept(
    owner_client: Client, company: Company, booked: Supply
) -> None:
    page = url(company, "plan-target", booked.pk)
    sent = shown_target(owner_client, company, booked)
    later = Target(
        warehouse=booked.warehouse, slot_from=datetime(2026, 12, 2, 1, tzinfo=UTC),
        slot_to=datetime(2026, 12, 2, 2, tzinfo=UTC), slot_zone="Asia/Vladivostok", note="Ворота 5",
    )  # fmt: skip
    change_target(supply=booked, target=later, actor=None)

    refused = owner_client.post(page, sent | {"slot_to": "13:30", "note": "Ворота 7"})

    form = refused.context["form"]
    assert set(form.errors) == {"slot_on", "note"}
    assert [form[name].value() for name in ("slot_on", "slot_to", "note")] == [
        "2026-12-02",
        "13:30",
        "Ворота 7",
    ]
    booked.refresh_from_db()
    assert (booked.note, booked.slot_to) == ("Ворота 5", later.slot_to)
    again = sent | hidden_of(refused) | {"slot_on": "2026-12-02", "slot_to": "13:30", "note": "Ворота 7"}
    assert owner_client.post(page, again).status_code == 302
    booked.refresh_from_db()
    assert (booked.note, booked.slot_to) == ("Ворота 7", datetime(2026, 12, 2, 3, 30, tzinfo=UTC))


# ---- goods ------------------------------------------------------------------------------------------------
def test_goods_are_found_put_in_changed_and_taken_out(
    owner_client: Client, company: Company, plan: Supply, account: MarketplaceAccount
) -> None:
    new = ListingFactory(account=account, seller_sku="NEW-1", name="Скатерть льняная")
    page = owner_client.get(url(company, "supply-edit", plan.pk), {"q": "Скатерть"})
    assert f'name="units-{new.pk}"' in page.content.decode()

    owner_client.post(url(company, "plan-goods", plan.pk), {"q": "Скатерть", f"units-{new.pk}": "7"})
    assert lines(plan)["NEW-1"] == 7
    first, second, *_rest = line_ids(plan)
    owner_client.post(url(company, "plan-goods", plan.pk), {f"line-{first}": "0", f"line-{second}": "12"})
    assert lines(plan) == {"LN-1": 12, "LN-2": 10, "NEW-1": 7}


@pytest.mark.parametrize("units", ["-1", "1000000", "1.5", "x", "\x00", "9" * 5_000])
def test_wrong_units_write_nothing(owner_client: Client, company: Company, plan: Supply, units: str) -> None:
    (first, *_rest) = line_ids(plan)
    sent = owner_client.post(url(company, "plan-goods", plan.pk), {f"line-{first}": units}, follow=True)

    assert len(sent.context["messages"]) == 1
    assert lines(plan) == {"LN-0": 10, "LN-1": 10, "LN-2": 10}


def test_only_what_a_person_changed_is_written(owner_client: Client, company: Company, plan: Supply) -> None:
    sent = hidden_of(owner_client.get(url(company, "supply-edit", plan.pk)))
    first, second, third = line_ids(plan)
    set_lines(supply=plan, units={first: 12, second: 0}, actor=None)

    sent |= {f"line-{pk}": "10" for pk in (first, second)} | {f"line-{third}": "7"}
    answer = owner_client.post(url(company, "plan-goods", plan.pk), sent)

    assert answer.status_code == 302
    assert lines(plan) == {"LN-0": 12, "LN-2": 7}


def test_units_that_another_changed_are_refused_at_their_field_and_the_input_is_kept(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    sent = hidden_of(owner_client.get(url(company, "supply-edit", plan.pk)))
    first, second, third = line_ids(plan)
    set_lines(supply=plan, units={first: 12}, actor=None)
    sent |= {f"line-{first}": "20", f"line-{second}": "30", f"line-{third}": "10"}

    refused = owner_client.post(url(company, "plan-goods", plan.pk), sent)

    assert refused.status_code == 422
    assert lines(plan) == {"LN-0": 12, "LN-1": 10, "LN-2": 10}
    fields = {line.pk: field for line, field in refused.context["rows"]}
    assert [field.value() for field in fields.values()] == ["20", "30", "10"]
    assert [pk for pk, field in fields.items() if field.errors] == [first]
    assert f'id="id_line-{first}_error"' in refused.content.decode()
    again = owner_client.post(url(company, "plan-goods", plan.pk), sent | hidden_of(refused))
    assert again.status_code == 302
    assert lines(plan) == {"LN-0": 20, "LN-1": 30, "LN-2": 10}


def test_units_of_a_product_found_are_compared_with_what_was_shown(
    owner_client: Client, company: Company, plan: Supply, account: MarketplaceAccount
) -> None:
    new = ListingFactory(account=account, seller_sku="NEW-1", name="Скатерть льняная")
    found = owner_client.get(url(company, "supply-edit", plan.pk), {"q": "Скатерть"})
    sent = hidden_of(found) | {"q": "Скатерть", f"units-{new.pk}": "7"}
    set_quantities(supply=plan, wishes={new.pk: 3}, actor=None)

    refused = owner_client.post(url(company, "plan-goods", plan.pk), sent)

    assert (refused.status_code, lines(plan)["NEW-1"]) == (422, 3)
    assert [field.value() for _listing, field, _planned in refused.context["found"]] == ["7"]


def test_units_beside_a_product_that_is_gone_are_told(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    sent = hidden_of(owner_client.get(url(company, "supply-edit", plan.pk)))
    first, second, _third = line_ids(plan)
    set_lines(supply=plan, units={first: 0}, actor=None)

    answer = owner_client.post(
        url(company, "plan-goods", plan.pk),
        sent | {f"line-{first}": "20", f"line-{second}": "30"},
        follow=True,
    )

    assert [message.level_tag for message in answer.context["messages"]] == ["success", "warning"]
    assert lines(plan) == {"LN-1": 30, "LN-2": 10}


def test_a_product_without_any_code_is_refused_on_the_page(
    owner_client: Client, company: Company, plan: Supply, account: MarketplaceAccount
) -> None:
    bare = [
        ListingFactory(account=account, name="Новинка", marketplace_sku="", barcodes=[])
        for _number in range(2)
    ]
    sent = {"q": "Новинка"} | {f"units-{one.pk}": "3" for one in bare}

    refused = owner_client.post(url(company, "plan-goods", plan.pk), sent)

    assert (refused.status_code, len(refused.context["messages"])) == (422, 1)
    assert [field.value() for _listing, field, _planned in refused.context["found"]] == ["3", "3"]


def test_thirty_products_come_from_a_pasted_list(
    owner_client: Client, company: Company, account: MarketplaceAccount, owner: User
) -> None:
    made = plan_supply(company=company, account=account, target=Target(), actor=owner)
    listings = [ListingFactory(account=account) for _number in range(30)]
    text = "Артикул\tКоличество\n" + "\n".join(f"{one.seller_sku}\t{n}" for n, one in enumerate(listings, 1))
    text += "\nНЕТ-ТАКОГО\t5"
    sent = owner_client.post(url(company, "plan-list", made.pk), {"text": text})
    kept = PlanImport.objects.for_company(company).get()
    assert sent["Location"] == url(company, "plan-import", kept.pk)

    preview = owner_client.get(sent["Location"])
    assert (len(kept.rows), len(kept.errors), lines(made)) == (30, 1, {})
    assert "НЕТ-ТАКОГО" in preview.content.decode()
    owner_client.post(url(company, "plan-apply", kept.pk))
    assert (len(lines(made)), sum(lines(made).values())) == (30, 465)
    owner_client.post(url(company, "plan-apply", kept.pk))
    assert sum(lines(made).values()) == 465


def test_a_file_is_read_and_a_list_discarded(owner_client: Client, company: Company, plan: Supply) -> None:
    file = SimpleUploadedFile("../../etc/план\x00.csv", "Артикул;Количество\nLN-0;25".encode("cp1251"))
    owner_client.post(url(company, "plan-list", plan.pk), {"file": file})
    kept = PlanImport.objects.for_company(company).get()

    assert kept.rows[0]["quantity"] == 25
    assert owner_client.get(url(company, "plan-import", kept.pk)).status_code == 200
    owner_client.post(url(company, "plan-apply", kept.pk), {"discard": "1"})
    assert lines(plan)["LN-0"] == 10
    assert owner_client.get(url(company, "plan-import", kept.pk)).status_code == 200


def test_a_list_comes_back_beside_what_somebody_planned_meanwhile(
    owner_client: Client, company: Company, plan: Supply, goods: list[Listing]
) -> None:
    owner_client.post(url(company, "plan-list", plan.pk), {"text": "LN-0 20"})
    kept = PlanImport.objects.for_company(company).get()
    set_quantities(supply=plan, wishes={goods[0].pk: 500}, actor=None)

    answer = owner_client.post(url(company, "plan-apply", kept.pk))

    again = PlanImport.objects.for_company(company).latest("pk")
    assert answer["Location"] == url(company, "plan-import", again.pk)
    page = owner_client.get(answer["Location"])
    assert (again.pk != kept.pk, again.rows[0]["was"], len(page.context["messages"])) == (True, 500, 1)
    assert lines(plan)["LN-0"] == 500
    owner_client.post(url(company, "plan-apply", kept.pk))
    assert lines(plan)["LN-0"] == 500
    owner_client.post(url(company, "plan-apply", again.pk))
    assert lines(plan)["LN-0"] == 20


@pytest.mark.parametrize(
    "data", [{}, {"text": " \n "}, {"text": "x" * 600_000}], ids=["nothing", "blank", "long"]
)
def test_no_list_is_told(owner_client: Client, company: Company, plan: Supply, data: dict[str, str]) -> None:
    sent = owner_client.post(url(company, "plan-list", plan.pk), data)

    assert sent.status_code == 200
    assert sent.context["form"].errors


# ---- steps ------------------------------------------------------------------------------------------------
def test_steps_are_marked_and_undone(owner_client: Client, company: Company, plan: Supply) -> None:
    def step(word: str) -> str:
        owner_client.post(url(company, "plan-step", plan.pk), {"step": word})
        plan.refresh_from_db()
        assert owner_client.get(url(company, "supply-edit", plan.pk)).status_code == 200
        return str(plan.status)

    assert owner_client.get(url(company, "supply-detail", plan.pk)).status_code == 200
    words = ["nonsense", "ready", "reopen", "ready", "shipped", "reopen", "shipped", "cancel", "reopen"]
    assert [step(word) for word in words] == [
        "draft", "ready", "draft", "ready", "shipped", "ready", "shipped", "cancelled", "draft",
    ]  # fmt: skip


def test_a_plan_marked_as_shipped_has_a_way_out_on_its_page(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    rows = Supply.objects.for_company(company).filter(pk=plan.pk)
    seen = []
    for external_id in ("", "2000031847"):
        rows.update(status=SupplyStatus.SHIPPED, external_id=external_id)
        page = owner_client.get(url(company, "supply-edit", plan.pk)).content.decode()
        seen.append(('value="reopen"' in page, 'popovertarget="cancel-plan"' in page))

    assert seen == [(True, True), (False, False)]


def test_papers_are_noted_and_taken_out(owner_client: Client, company: Company, plan: Supply) -> None:
    add = url(company, "paper-add", plan.pk)
    for _turn in range(2):
        owner_client.post(add, {"kind": "УПД", "number": "1184"})
    for kind in HOSTILE[:3]:
        owner_client.post(add, {"kind": kind, "number": "x" * 500})
    paper = SupplyDocument.objects.for_company(company).get()
    assert "1184" in owner_client.get(url(company, "supply-edit", plan.pk)).content.decode()

    owner_client.post(url(company, "paper-remove", paper.pk))
    assert not SupplyDocument.objects.for_company(company).exists()
    details = SupplyEvent.objects.for_company(company).order_by("pk").values_list("details", flat=True)
    assert [one for one in details if "УПД 1184" in one] == [{"УПД 1184": [None, 1]}, {"УПД 1184": [1, None]}]


def test_papers_of_the_marketplace_stay(owner_client: Client, company: Company, plan: Supply) -> None:
    Supply.objects.for_company(company).filter(pk=plan.pk).update(external_id="7")
    paper = SupplyDocumentFactory(supply=plan)
    for number in range(60):
        owner_client.post(url(company, "paper-add", plan.pk), {"kind": "ТТН", "number": str(number)})
    owner_client.post(url(company, "paper-remove", paper.pk))

    assert SupplyDocument.objects.for_company(company).count() == 50


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Europe/Kaliningrad", (2026, 11, 30, 21, 30)), ("Europe/Moscow", (2026, 11, 30, 20, 30)),
     ("Asia/Vladivostok", (2026, 11, 30, 13, 30))],
)  # fmt: skip
def test_a_slot_over_midnight_and_the_end_of_a_month(
    owner_client: Client, company: Company, account: MarketplaceAccount, zone: str, begins: tuple[int, ...]
) -> None:
    warehouse = WarehouseFactory(company=company, marketplace=account.marketplace, time_zone=zone)
    owner_client.post(
        url(company, "supply-plan"),
        {
            "account": account.pk,
            "warehouse": warehouse.pk,
            "slot_on": "2026-11-30",
            "slot_from": "23:30",
            "slot_to": "00:30",
        },
    )
    supply = Supply.objects.for_company(company).get()

    assert supply.slot_from == datetime(*begins, tzinfo=UTC)
    assert supply.slot_to - supply.slot_from == timedelta(hours=1)
    paper = body(owner_client.get(url(company, "packing-list", supply.pk, "pdf")))
    text = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    assert "23:30" in text
    assert zone in text


def test_a_supply_of_the_marketplace_is_no_plan(
    owner_client: Client, company: Company, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account)

    assert owner_client.get(url(company, "supply-edit", supply.pk)).status_code == 404
    assert owner_client.get(url(company, "labels", supply.pk)).status_code == 200


# ---- boxes ------------------------------------------------------------------------------------------------
def test_a_plan_is_packed_by_a_rule_and_by_hand(owner_client: Client, company: Company, plan: Supply) -> None:
    first, *_rest = line_ids(plan)
    page = url(company, "supply-boxes", plan.pk)
    assert owner_client.get(page).status_code == 200
    owner_client.post(page, {"rule": "one", "per_box": "10", f"per_box-{first}": "4"})
    held = SupplyBox.objects.for_company(company).filter(supply=plan)
    assert held.count() == 5

    owner_client.post(page, {"rule": "mixed", "per_box": "20"})
    assert held.count() == 2
    added = owner_client.post(url(company, "box-add", plan.pk))
    box = held.order_by("-position").first()
    assert added["Location"] == url(company, "box-edit", box.pk)
    refused = owner_client.post(added["Location"], {f"line-{first}": "1"})
    assert refused.context["form"].non_field_errors()
    taken = held.order_by("position").first()
    owner_client.post(url(company, "box-edit", taken.pk), {f"line-{first}": "4"})
    owner_client.post(url(company, "box-edit", box.pk), {f"line-{first}": "6"})
    assert [row.quantity for row in box.contents.all()] == [6]
    owner_client.post(url(company, "box-remove", box.pk))
    assert held.count() == 2
    assert owner_client.get(page).status_code == 200


def test_what_somebody_else_put_into_a_box_meanwhile_is_not_overwritten(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, second, *_rest = line_ids(plan)
    box = boxes.add_box(supply=plan, actor=owner)
    page = url(company, "box-edit", box.pk)
    # The page was opened on an empty box; then somebody else put both products into it.
    mine = {
        f"line-{first}": "3",
        f"initial-line-{first}": "",
        f"line-{second}": "",
        f"initial-line-{second}": "",
    }
    boxes.set_contents(supply=plan, box_id=box.pk, units={first: 2, second: 1}, actor=owner)

    refused = owner_client.post(page, mine)

    assert refused.context["form"].non_field_errors()
    assert "2" in refused.context["form"].errors[f"line-{first}"][0]
    assert dict(box.contents.values_list("line_id", "quantity")) == {first: 2, second: 1}
    again = {**mine, f"initial-line-{first}": refused.context["form"].data[f"initial-line-{first}"]}
    assert owner_client.post(page, again).status_code == 302
    assert dict(box.contents.values_list("line_id", "quantity")) == {first: 3, second: 1}


@pytest.mark.parametrize("rule", ["one", "mixed"])
def test_too_many_boxes_are_refused_before_they_are_made(
    owner_client: Client, company: Company, plan: Supply, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("boxes were made")

    SupplyLine.objects.for_company(company).filter(supply=plan).update(planned=100_000)
    for name in ("one_product_a_box", "mixed"):
        monkeypatch.setattr(boxes, name, refuse)
    sent = owner_client.post(url(company, "supply-boxes", plan.pk), {"rule": rule, "per_box": "1"})

    assert sent.context["form"].non_field_errors()
    assert not SupplyBox.objects.for_company(company).exists()


@pytest.mark.parametrize("per_box", ["0", "-1", "", "x", "9" * 400])
def test_senseless_packing_is_told(
    owner_client: Client, company: Company, plan: Supply, per_box: str
) -> None:
    sent = owner_client.post(url(company, "supply-boxes", plan.pk), {"rule": "one", "per_box": per_box})

    assert sent.status_code == 200
    assert sent.context["form"].errors


def test_the_prefix_is_given_once_and_checked(owner_client: Client, company: Company) -> None:
    page = url(company, "sscc")
    bad = owner_client.post(page, {"company_prefix": "123", "extension": "0", "next_serial": "1"})
    assert set(bad.context["form"].errors) == {"company_prefix"}
    late = owner_client.post(
        page, {"company_prefix": "4601234567", "extension": "0", "next_serial": "1000000"}
    )
    assert set(late.context["form"].errors) == {"next_serial"}

    owner_client.post(page, {"company_prefix": "460 1234 567", "extension": "3", "next_serial": "500"})
    series = SsccSeries.objects.for_company(company).get()
    assert (series.prefix, series.extension, series.next_serial) == ("4601234567", 3, 500)
    assert "4601234567" in owner_client.get(page).content.decode()


def test_a_prefix_without_a_number_left_is_told_at_its_field(owner_client: Client, company: Company) -> None:
    page = url(company, "sscc")
    last = {"company_prefix": "4601234567", "extension": "0", "next_serial": "999999"}
    owner_client.post(page, last)
    take_numbers(company=company, count=1)

    again = owner_client.post(page, last)

    assert set(again.context["form"].errors) == {"company_prefix"}


def test_an_exhausted_series_and_goods_that_left_are_told(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    sscc = {"company_prefix": "4601234567", "extension": "0", "next_serial": "999999"}
    owner_client.post(url(company, "sscc"), sscc)
    page = url(company, "supply-boxes", plan.pk)
    refused = owner_client.post(page, {"rule": "one", "per_box": "5"})
    assert refused.context["form"].non_field_errors()
    assert not SupplyBox.objects.for_company(company).exists()

    first = owner_client.post(url(company, "box-add", plan.pk))
    second = owner_client.post(url(company, "box-add", plan.pk), follow=True)
    assert len(second.context["messages"]) == 1
    Supply.objects.for_company(company).filter(pk=plan.pk).update(status=SupplyStatus.SHIPPED)
    box = SupplyBox.objects.for_company(company).get()
    owner_client.post(url(company, "box-remove", box.pk))
    owner_client.post(first["Location"], {"line-1": "1"})
    assert SupplyBox.objects.for_company(company).filter(pk=box.pk).exists()


# ---- printing ---------------------------------------------------------------------------------------------
def read(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    images = [page.render(scale=203 / 72).to_pil().convert("L") for page in document]
    return [found.text for image in images for found in zxingcpp.read_barcodes(image)]


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_all_labels_are_printed_as_planned_but_those_without_a_barcode(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    page = owner_client.get(url(company, "labels", plan.pk))
    assert (len(page.context["lines"]), [line.sku for line in page.context["page"].lines.bare]) == (
        2,
        ["LN-2"],
    )

    sent = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "product", "size": "58x40", "all": "1"}
    )
    assert sent["Content-Type"] == "application/pdf"
    assert f"supply-plan-{plan.pk}-product-labels-58x40.pdf" in sent["Content-Disposition"]
    assert read(body(sent)) == ["4600000000015"] * 10 + ["OZN1234567890"] * 10


def test_so_many_copies_are_printed_as_are_asked_for(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    first, second, _third = line_ids(plan)
    sent = owner_client.post(
        url(company, "labels-print", plan.pk),
        {
            "kind": "product",
            "size": "75x120",
            f"copies-product-{first}": "2",
            f"copies-product-{second}": "0",
        },
    )
    assert read(body(sent)) == ["4600000000015"] * 2


def test_box_labels_bear_the_sscc(owner_client: Client, company: Company, plan: Supply, owner: User) -> None:
    first, second, third = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{first: 10, second: 10}, {third: 10}], actor=owner)
    own = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "box", "size": "75x120", "all": "1"}
    )
    assert read(body(own)) == [f"FBO{plan.pk}-001", f"FBO{plan.pk}-002"]

    owner_client.post(
        url(company, "sscc"), {"company_prefix": "4601234567", "extension": "0", "next_serial": "1"}
    )
    boxes.pack(supply=plan, boxes=[{first: 10, second: 10}, {third: 10}], actor=owner)
    codes = list(SupplyBox.objects.for_company(company).order_by("position").values_list("code", flat=True))
    sent = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "box", "size": "58x40", "all": "1"}
    )
    assert read(body(sent)) == [f"(00){code}" for code in codes]


def test_too_many_or_too_long_labels_are_told(
    owner_client: Client, company: Company, plan: Supply, goods: list[Listing], owner: User
) -> None:
    SupplyLine.objects.for_company(company).filter(supply=plan).update(planned=6_000)
    many = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "product", "size": "58x40", "all": "1"}, follow=True
    )
    SupplyLine.objects.for_company(company).filter(supply=plan).update(planned=1)
    Listing.objects.for_company(company).update(barcodes=["ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
    long = owner_client.post(
        url(company, "labels-print", plan.pk), {"kind": "product", "size": "58x40", "all": "1"}, follow=True
    )
    assert [len(page.context["messages"]) for page in (many, long)] == [1, 1]


def test_the_packing_list_comes_as_a_workbook_and_on_paper(
    owner_client: Client, company: Company, plan: Supply, owner: User
) -> None:
    first, second, _third = line_ids(plan)
    boxes.pack(supply=plan, boxes=[{first: 10, second: 4}], actor=owner)
    book = body(owner_client.get(url(company, "packing-list", plan.pk, "xlsx")))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [(row[0], row[2], row[5]) for row in rows[1:-1]] == [
        (1.0, "LN-0", 10.0), (1.0, "LN-1", 4.0), ("", "LN-1", 6.0), ("", "LN-2", 10.0),
    ]  # fmt: skip
    paper = body(owner_client.get(url(company, "packing-list", plan.pk, "pdf")))
    assert "LN-2" in pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()


# ---- ties -------------------------------------------------------------------------------------------------
def test_a_person_ties_and_separates(
    owner_client: Client, company: Company, account: MarketplaceAccount, plan: Supply
) -> None:
    theirs = SupplyFactory(account=account)
    page = owner_client.get(url(company, "tie-choose", theirs.pk))
    assert [one.plan for one in page.context["proposals"]] == [plan]

    for wrong in ("", "x", "9" * 30, str(theirs.pk)):
        owner_client.post(url(company, "tie-choose", theirs.pk), {"plan": wrong})
    assert Supply.objects.for_company(company).filter(pk=theirs.pk).exists()
    owner_client.post(url(company, "tie-choose", theirs.pk), {"plan": str(plan.pk)})
    plan.refresh_from_db()
    assert plan.external_id == theirs.external_id
    assert owner_client.get(url(company, "supply-edit", plan.pk)).status_code == 200
    assert owner_client.get(url(company, "tie-choose", plan.pk)).status_code == 404
    owner_client.post(url(company, "supply-separate", plan.pk))
    assert Supply.objects.for_company(company).count() == 2
    owner_client.post(url(company, "supply-separate", plan.pk))


# ---- who and how many -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("role", "status"), [(Role.WAREHOUSE, 200), (Role.MANAGER, 200), (Role.VIEWER, 403)])
def test_the_warehouse_plans_and_viewers_do_not(
    company: Company,
    plan: Supply,
    member: Callable[[Role], User],
    client_of: Callable[..., Client],
    role: Role,
    status: int,
) -> None:
    client = client_of(member(role))
    for name in ("supply-edit", "labels", "supply-boxes"):
        assert client.get(url(company, name, plan.pk)).status_code == status


@pytest.mark.parametrize("name", ["supply-edit", "labels", "supply-boxes", "plan-target"])
def test_pages_ask_as_much_for_three_products_as_for_one(
    owner_client: Client,
    company: Company,
    account: MarketplaceAccount,
    owner: User,
    goods: list[Listing],
    name: str,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 3):
        made = plan_supply(company=company, account=account, target=Target(), actor=owner)
        set_quantities(supply=made, wishes={one.pk: 5 for one in goods[:number]}, actor=owner)
        boxes.pack(supply=made, boxes=[{pk: 5} for pk in line_ids(made)], actor=owner)
        owner_client.get(url(company, name, made.pk))
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get(url(company, name, made.pk)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_pasted_list_and_a_file_are_not_taken_together(
    owner_client: Client, company: Company, plan: Supply
) -> None:
    file = SimpleUploadedFile("list.csv", b"LN-0;3\n")

    refused = owner_client.post(url(company, "plan-list", plan.pk), {"text": "LN-1\t5", "file": file})

    assert "text" in refused.context["form"].errors
    assert "LN-1" in refused.content.decode()
    assert not PlanImport.objects.for_company(company).exists()


def test_a_list_that_cannot_be_written_stays_in_sight(
    owner_client: Client, company: Company, plan: Supply, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = owner_client.post(url(company, "plan-list", plan.pk), {"text": "LN-0\t3"})
    kept = PlanImport.objects.for_company(company).get()
    Supply.objects.for_company(company).filter(pk=plan.pk).update(status=SupplyStatus.SHIPPED)

    back = owner_client.post(url(company, "plan-apply", kept.pk), follow=True)

    assert sent["Location"] == url(company, "plan-import", kept.pk) == back.redirect_chain[-1][0]
    assert len(back.context["messages"]) == 1
    assert back.context["is_open"]
