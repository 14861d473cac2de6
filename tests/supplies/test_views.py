"""The pages of supplies as a browser sees them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import translation
from python_calamine import CalamineWorkbook

from companies.choices import Role
from core.periods import MOSCOW
from marketplaces import registry
from marketplaces.contracts.supplies import SupplyKind, SupplyStatus
from marketplaces.models import AccountStatus
from supplies.choices import SupplyEventKind
from supplies.models import BoxLine
from supplies.selectors import lists
from supplies.selectors.checks import checks
from supplies.selectors.timeline import history
from tests.factories.catalog import CostPriceFactory, ListingFactory, WarehouseFactory
from tests.factories.marketplaces import AccountFactory, StreamStateFactory
from tests.factories.supplies import (
    SupplyBoxFactory,
    SupplyDocumentFactory,
    SupplyEventFactory,
    SupplyFactory,
    SupplyLineFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from companies.models import Company, User
    from marketplaces.models import MarketplaceAccount

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIST = "/lavka/supplies/"
LIST_QUERIES, SUPPLY_QUERIES, PRODUCT_QUERIES = 16, 18, 11
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.usefixtures("_frozen")


@pytest.fixture
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def numbers(client: Client, query: str = "") -> list[str]:
    return sorted(supply.number for supply in client.get(f"{LIST}{query}").context["found"].rows)


def counters(client: Client, query: str = "") -> dict[str, str]:
    return {str(cell.label): cell.value for cell in client.get(f"{LIST}{query}").context["counters"]}


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    for _number in range(count):
        SupplyFactory(account=account, lines=2, warehouse=WarehouseFactory(company=account.company))
    owner_client.get(LIST)

    with django_assert_num_queries(LIST_QUERIES):
        response = owner_client.get(LIST)

    assert len(response.context["found"].rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_supply_takes_the_same_queries_for_one_line_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    supply = SupplyFactory(account=account, lines=count, warehouse=WarehouseFactory(company=account.company))
    for index in range(count):
        SupplyEventFactory(supply=supply, happened_at=NOW - timedelta(hours=index))
        SupplyBoxFactory(supply=supply)
        SupplyDocumentFactory(supply=supply)
    owner_client.get(f"{LIST}{supply.pk}/")

    with django_assert_num_queries(SUPPLY_QUERIES):
        owner_client.get(f"{LIST}{supply.pk}/")


def test_list_shows_a_supply(owner_client: Client, account: MarketplaceAccount) -> None:
    supply = SupplyFactory(
        account=account,
        taken=True,
        number="2000031847",
        slot_from=datetime(2026, 11, 21, 7, 0, tzinfo=UTC),
        slot_zone="Asia/Vladivostok",
        declared=1790,
        accepted=1772,
        missing_units=18,
        missing_amount=Decimal("23070.00"),
        status=SupplyStatus.DISCREPANCY,
    )

    page = owner_client.get(LIST).content.decode()

    assert f'href="{LIST}{supply.pk}/">2000031847</a>' in page
    assert "17:00–18:00" in page  # of Vladivostok, seven hours later than Moscow
    assert "+7)" in page
    assert "1\u00a0790" in page
    assert "23\u00a0070" in page


def test_list_is_of_shipments_unless_asked(owner_client: Client, account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, number="shipment")
    SupplyFactory(account=account, number="split", is_split=True)
    SupplyFactory(account=account, number="withdrawal", kind=SupplyKind.WITHDRAWAL)

    assert numbers(owner_client) == ["shipment"]
    assert numbers(owner_client, "?kind=withdrawal") == ["withdrawal"]
    assert numbers(owner_client, "?kind=all") == ["shipment", "split", "withdrawal"]


def test_each_filter_leaves_a_row_in_and_a_row_out(owner_client: Client, account: MarketplaceAccount) -> None:
    other = AccountFactory(company=account.company, marketplace="wildberries", title="WB")
    warehouse = WarehouseFactory(company=account.company)
    wanted = SupplyFactory(
        account=account,
        number="2000031847",
        warehouse=warehouse,
        slot_from=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        status=SupplyStatus.BOOKED,
    )
    SupplyFactory(
        account=other,
        number="40012",
        slot_from=datetime(2026, 12, 20, 9, 0, tzinfo=UTC),
        status=SupplyStatus.SHIPPED,
    )
    line = wanted.lines.get()

    for query in (
        "?q=20000318",
        f"?q={line.seller_sku}",
        f"?q={line.barcode}",
        "?status=booked",
        "?marketplace=ozon",
        f"?account={account.pk}",
        f"?warehouse={warehouse.pk}",
        "?slot_from=2026-11-20&slot_to=2026-11-20",
        "?attention=true",
        f"?product={line.listing.product_id}",
    ):
        assert numbers(owner_client, query) == ["2000031847"], query


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Vladivostok", 21), ("Europe/Moscow", 20), ("Mars/Olympus", 20), ("", 21)],
)
def test_a_slot_is_found_by_the_day_that_is_printed(
    owner_client: Client, account: MarketplaceAccount, zone: str, day: int
) -> None:
    """19:00 in Moscow, 02:00 of the next day in Vladivostok; a zone that nobody knows is Moscow's."""
    warehouse = WarehouseFactory(company=account.company, time_zone="Asia/Vladivostok")
    SupplyFactory(
        account=account,
        number="far",
        warehouse=warehouse,
        slot_from=datetime(2026, 11, 20, 16, tzinfo=UTC),
        slot_zone=zone,
    )
    SupplyFactory(account=account, slot_from=datetime(2026, 11, 25, 16, tzinfo=UTC))

    found = [
        one
        for one in (19, 20, 21, 22)
        if numbers(owner_client, f"?slot_from=2026-11-{one}&slot_to=2026-11-{one}")
    ]

    assert found == [day]
    file = owner_client.get(f"{LIST}export.csv?slot_from=2026-11-{day}&slot_to=2026-11-{day}")
    assert b"far" in b"".join(file.streaming_content)


def test_search_finds_goods_that_no_listing_knows_by_what_was_said_of_them(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    said = {"seller_sku": "LN-77", "barcode": "4601234567893", "marketplace_sku": "1482000991"}
    SupplyLineFactory(supply=SupplyFactory(account=account, number="mine", lines=0), listing=None, **said)
    SupplyLineFactory(supply=SupplyFactory(account=account, number="other", lines=0), listing=None)
    # Of a listing, its own article counts, not what was once said.
    SupplyLineFactory(supply=SupplyFactory(account=account, number="known", lines=0), **said)

    for text in ("LN-77", "ln-7", "4601234567893", "1482000991"):
        assert numbers(owner_client, f"?q={text}") == ["mine"], text
    for part in ("460123", "14820009"):
        assert numbers(owner_client, f"?q={part}") == [], part


def test_a_slot_without_a_warehouse_is_found_by_its_day_in_moscow(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    SupplyFactory(
        account=account, number="near", slot_from=datetime(2026, 11, 20, 22, tzinfo=UTC), slot_zone=""
    )

    assert numbers(owner_client, "?slot_from=2026-11-21&slot_to=2026-11-21") == ["near"]


@pytest.mark.parametrize("count", [1, 3])
def test_days_of_the_slot_take_the_same_queries_for_one_zone_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    for zone in ("Europe/Moscow", "Asia/Vladivostok", "Europe/Kaliningrad")[:count]:
        SupplyFactory(account=account, slot_from=datetime(2026, 11, 21, 9, tzinfo=UTC), slot_zone=zone)
    address = f"{LIST}?slot_from=2026-11-21&slot_to=2026-11-21"
    owner_client.get(address)

    # Which zones there are is asked for the rows and for the counters.
    with django_assert_num_queries(LIST_QUERIES + 2):
        found = owner_client.get(address).context["found"]

    assert len(found.rows) == count


def test_unknown_parameter_is_told(owner_client: Client) -> None:
    assert owner_client.get(f"{LIST}?stauts=booked").context["found"].warnings
    assert owner_client.get(f"{LIST}?warehouse=999999").context["found"].errors


def test_hostile_questions_are_answered(owner_client: Client, account: MarketplaceAccount) -> None:
    SupplyFactory(account=account)
    for text in ("ы" * 10_000, "\x00", "\u202e", "%27--", "[]"):
        for name in (
            "q",
            "status",
            "kind",
            "warehouse",
            "slot_from",
            "product",
            "sort",
            "after",
            "attention",
        ):
            assert owner_client.get(LIST, {name: text}).status_code == 200, (name, text[:5])


def test_counters_are_of_the_groups_and_of_what_waits(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    SupplyFactory(account=account, plan=True)
    SupplyFactory(account=account, status=SupplyStatus.READY)
    SupplyFactory(account=account, shipped_off=True)
    SupplyFactory(
        account=account,
        taken=True,
        missing_units=3,
        missing_amount=Decimal(900),
        status_at=NOW - timedelta(days=2),
    )
    SupplyFactory(account=AccountFactory())  # another company's

    shown = list(counters(owner_client).values())

    assert shown == ["4", "1", "1", "1", "0", "1", "0", "1"]
    assert list(counters(owner_client, "?status=draft").values()) == shown


def test_the_ready_view_of_what_is_on_the_way_counts_as_the_counter_of_that_name(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    travelling = (SupplyStatus.SHIPPED, SupplyStatus.ARRIVED, SupplyStatus.ACCEPTING)
    for status in (*travelling, SupplyStatus.READY):
        SupplyFactory(account=account, status=status, number=status.value)
    views = owner_client.get(f"{LIST}?account={account.pk}").context["views"]
    url = views[3].url

    page = owner_client.get(f"{LIST}{url}")

    assert numbers(owner_client, url) == sorted(status.value for status in travelling)
    assert [tab.is_current for tab in page.context["views"]] == [False, False, False, True, False]
    assert f"account={account.pk}" in url
    assert [cell.value for cell in page.context["counters"] if cell.is_current] == ["3"]


def test_list_says_how_to_begin(owner_client: Client, account: MarketplaceAccount) -> None:
    assert "/lavka/marketplaces/" in owner_client.get(LIST).content.decode().partition("supplies-rows")[2]
    SupplyFactory(account=account)
    assert 'href="?"' in owner_client.get(f"{LIST}?q=nothing").content.decode()


def test_live_block_is_silent_until_something_changes(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account)
    seen = owner_client.get(LIST).context["seen"]

    assert owner_client.get(f"{LIST}?seen={seen}", headers=HTMX).status_code == 204
    supply.changed_at = NOW + timedelta(seconds=1)
    supply.save(update_fields=["changed_at"])
    block = owner_client.get(f"{LIST}?seen={seen}", headers=HTMX)
    assert "is-new" in block.content.decode()
    assert "<html" not in block.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_says_what_the_screen_says(
    owner_client: Client, account: MarketplaceAccount, form: str
) -> None:
    supply = SupplyFactory(account=account, number="2000031847", slot_zone="Europe/Kaliningrad")
    SupplyFactory(account=account, number="left out", status=SupplyStatus.CANCELLED)
    shown = owner_client.get(f"{LIST}?status=booked").context["rows"]

    response = owner_client.get(f"{LIST}export.{form}?status=booked")

    body = b"".join(response.streaming_content)
    if form == "csv":
        text = body.decode("utf-8-sig")
    else:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
        text = "\n".join(";".join(map(str, row)) for row in sheet.to_python())
    assert supply.number in text
    assert "left out" not in text
    assert shown[0]["slot"] in text
    assert shown[0]["deadline"].note in text


def test_people_of_the_warehouse_see_supplies_and_plan_them(
    client_of: Callable[..., Client], member: Callable[[Role], User]
) -> None:
    assert client_of(member(Role.WAREHOUSE)).get(LIST).context["can_plan"]
    assert not client_of(member(Role.VIEWER)).get(LIST).context["can_plan"]


def test_supply_shows_what_is_missing_and_until_when(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    account.marketplace = "wildberries"
    account.save(update_fields=["marketplace"])
    supply = SupplyFactory(
        account=account,
        number="2000031847",
        status=SupplyStatus.DISCREPANCY,
        accepted_at=datetime(2026, 11, 8, 10, 30, tzinfo=UTC),
        lines=0,
        missing_units=7,
    )
    listing = ListingFactory(account=account, name="Плед овсяный")
    CostPriceFactory(product=listing.product, cost=Decimal(310))
    SupplyLineFactory(
        supply=supply,
        listing=listing,
        declared=240,
        shipped=240,
        accepted=236,
        on_sale=198,
        shortage=4,
        defect=2,
    )
    SupplyLineFactory(
        supply=supply,
        listing=None,
        key="7",
        declared=10,
        shipped=10,
        accepted=9,
        price=Decimal(50),
        name="Салфетки",
    )

    response = owner_client.get(f"{LIST}{supply.pk}/")
    page = response.context["page"]

    assert [(one.name, one.missing, one.worth) for one in page.positions] == [
        ("Плед овсяный", 6, Decimal(1860)),
        ("Салфетки", 1, Decimal(50)),
    ]
    assert page.totals.worth == Decimal(1910)
    assert [(part.tone, part.value) for part in page.parts] == [
        ("success", 198),
        ("progress", 38),
        ("warning", 2),
        ("danger", 5),
    ]
    # 21 days after the count: 29 November, 13:30 in Moscow.
    (deadline,) = page.deadlines
    assert deadline.at == datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
    assert page.banner.tone == "danger"
    assert "1\u00a0910" in page.banner.strong
    assert "13:30" in page.banner.text
    assert "Плед овсяный" in response.content.decode()


def test_supply_without_a_known_window_says_where_to_look(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account, taken=True, lines=0, missing_units=3, accepted=97)
    SupplyLineFactory(supply=supply, declared=100, shipped=100, accepted=97, on_sale=None)

    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]

    assert page.totals.shortage == 3
    assert [one.at for one in page.deadlines] == [None]
    assert page.banner.tone == "warning"


def test_supply_tells_units_that_are_accepted_and_not_on_sale(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account, taken=True, lines=0)
    SupplyLineFactory(
        supply=supply, accepted=212, on_sale=40, waiting_since=NOW - timedelta(days=90, hours=3)
    )
    SupplyLineFactory(supply=supply, accepted=10, on_sale=10)

    (row,) = owner_client.get(f"{LIST}{supply.pk}/").context["page"].forgotten

    assert row.units == 172
    assert row.age.startswith("90")


def test_supply_shows_its_road_and_history(owner_client: Client, account: MarketplaceAccount) -> None:
    supply = SupplyFactory(
        account=account,
        shipped_off=True,
        planned_at=NOW - timedelta(days=5),
        shipped_at=NOW - timedelta(hours=4),
        status_at=NOW - timedelta(hours=4),
    )
    SupplyEventFactory(supply=supply, happened_at=NOW - timedelta(days=4))
    SupplyEventFactory(
        supply=supply,
        kind=SupplyEventKind.NUMBERS,
        new_status=SupplyStatus.SHIPPED,
        old_status=SupplyStatus.SHIPPED,
        details={
            "accepted": [97, 99],
            "line:LN-1": [5, None],
            "slot_from": [None, NOW.isoformat()],
            "slot": [f"{NOW.isoformat()}/{NOW.isoformat()}", None],
            "box": [None, 3],
            "УПД 1184": [1, None],
            "odd": 1,
        },
        happened_at=NOW - timedelta(hours=1),
    )
    SupplyEventFactory(
        supply=supply,
        kind=SupplyEventKind.TIED,
        new_status=SupplyStatus.SHIPPED,
        details={"separated": ["1", None]},
        happened_at=NOW - timedelta(hours=2),
    )

    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]

    assert [step.state for step in page.steps] == ["done", "done", "done", "now", "next", "next", "next"]
    assert "97 → 99" in page.history[0].text
    assert "LN-1 5 → –" in page.history[0].text
    assert "– → 24\u00a0ноя, 12:00" in page.history[0].text
    assert "3, " in page.history[0].text
    assert "УПД 1184" in page.history[0].text
    assert "odd" not in page.history[0].text
    assert page.history[2].new == SupplyStatus.BOOKED.label


@pytest.mark.parametrize("status", [SupplyStatus.CANCELLED, SupplyStatus.OVERDUE])
def test_of_its_endings_a_supply_shows_the_one_that_stands(
    owner_client: Client, account: MarketplaceAccount, status: SupplyStatus
) -> None:
    supply = SupplyFactory(account=account, status=status, accepted_at=NOW - timedelta(days=2))
    told = (
        (SupplyStatus.SHIPPED, SupplyEventKind.STATUS),
        (SupplyStatus.ACCEPTED, SupplyEventKind.STATUS),
        (status, SupplyEventKind.CORRECTION),
    )
    for days, (word, kind) in enumerate(told):
        SupplyEventFactory(
            supply=supply, kind=kind, new_status=word, happened_at=NOW - timedelta(days=3 - days)
        )

    steps = owner_client.get(f"{LIST}{supply.pk}/").context["page"].steps

    assert [step.name for step in steps] == [SupplyStatus.SHIPPED.label, status.label]
    assert steps[-1].state == "bad"


@pytest.mark.parametrize("status", list(SupplyStatus))
def test_supply_of_every_status_has_a_page(
    owner_client: Client, account: MarketplaceAccount, status: SupplyStatus
) -> None:
    supply = SupplyFactory(account=account, status=status, missing_units=2, warehouse_name="", slot_from=None)

    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]

    endings = {"cancelled": "bad", "overdue": "bad", "accepted": "done"}
    assert (page.steps[-1].state if page.steps else "") in {endings.get(status.value, "next"), ""}
    assert owner_client.get(f"{LIST}?kind=all").status_code == 200


def test_status_nobody_knows_has_a_page(owner_client: Client, account: MarketplaceAccount) -> None:
    supply = SupplyFactory(account=account, status="levitating")

    assert "levitating" in owner_client.get(f"{LIST}{supply.pk}/").content.decode()


def test_plan_shows_its_own_boxes_and_told_ones_replace_them(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account, plan=True)
    SupplyBoxFactory(supply=supply, position=1, code="046012340318470014")
    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]
    assert [box.code for box in page.boxes] == ["046012340318470014"]

    SupplyBoxFactory(supply=supply, position=1, code="WB-1", is_told=True)
    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]
    assert [box.code for box in page.boxes] == ["WB-1"]


def test_their_cabinet_is_linked_for_accounts_of_the_real_marketplace(
    owner_client: Client, account: MarketplaceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    supply = SupplyFactory(account=account, number="2000 31")
    monkeypatch.setattr(registry.adapters()["ozon"], "supply_page", "https://seller.example/{number}")
    account.base_url = "https://api.example"
    account.save(update_fields=["base_url"])
    assert (
        'href="https://seller.example/2000%2031"' in owner_client.get(f"{LIST}{supply.pk}/").content.decode()
    )

    account.base_url = "http://127.0.0.1:8001"
    account.save(update_fields=["base_url"])
    assert "seller.example" not in owner_client.get(f"{LIST}{supply.pk}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "tone"),
    [
        ({"slot_from": NOW + timedelta(hours=3)}, "danger"),
        ({"slot_from": NOW + timedelta(days=9)}, None),
        ({"status": SupplyStatus.OVERDUE, "slot_from": NOW - timedelta(days=2)}, "danger"),
        ({"fill_until": NOW + timedelta(hours=3)}, "danger"),
    ],
)
def test_what_burns_is_told_first(
    owner_client: Client, account: MarketplaceAccount, changes: dict[str, Any], tone: str | None
) -> None:
    supply = SupplyFactory(account=account, **changes)

    banner = owner_client.get(f"{LIST}{supply.pk}/").context["page"].banner

    assert (banner and banner.tone) == tone


@pytest.mark.parametrize("apart", [{"kind": SupplyKind.WITHDRAWAL}, {"is_split": True}])
@pytest.mark.parametrize(
    "changes",
    [
        {"slot_from": NOW + timedelta(hours=3)},
        {"status": SupplyStatus.OVERDUE},
        {"taken": True, "accepted": 97, "missing_units": 3},
    ],
)
def test_what_is_no_shipment_burns_nowhere(
    owner_client: Client, account: MarketplaceAccount, changes: dict[str, Any], apart: dict[str, Any]
) -> None:
    supply = SupplyFactory(account=account, lines=0, **changes, **apart)
    SupplyLineFactory(supply=supply, shortage=supply.missing_units)

    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]

    assert (page.banner, page.deadlines) == (None, [])
    (row,) = owner_client.get(f"{LIST}?kind=all").context["rows"]
    assert row["deadline"] is None
    assert numbers(owner_client, "?kind=all&attention=true") == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_all_kinds_takes_the_same_queries_for_one_row_and_three(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    SupplyFactory.create_batch(count, account=account, is_split=True)
    owner_client.get(f"{LIST}?kind=all")

    with django_assert_num_queries(LIST_QUERIES):
        assert len(owner_client.get(f"{LIST}?kind=all").context["found"].rows) == count


def test_time_to_object_that_is_over_is_told(owner_client: Client, company: Company) -> None:
    account = AccountFactory(company=company, marketplace="yandex_market")
    supply = SupplyFactory(
        account=account, taken=True, missing_units=3, accepted_at=NOW - timedelta(days=31), lines=0
    )
    SupplyLineFactory(supply=supply, listing=None, key="7", accepted=97, price=None)

    page = owner_client.get(f"{LIST}{supply.pk}/").context["page"]

    assert (page.banner.tone, page.totals.worth, page.deadlines) == ("warning", None, [])


def test_boxes_tell_what_is_in_them(owner_client: Client, account: MarketplaceAccount) -> None:
    supply = SupplyFactory(account=account, lines=3)
    lines = list(supply.lines.order_by("seller_sku"))
    one, mixed, empty = SupplyBoxFactory.create_batch(3, supply=supply)
    for box, held in ((one, lines[:1]), (mixed, lines)):
        for line in held:
            BoxLine.all_companies.create(company_id=box.company_id, box=box, line=line, quantity=4)

    rows = owner_client.get(f"{LIST}{supply.pk}/").context["page"].boxes

    assert [row.units for row in rows] == [4, 12, 0]
    assert rows[0].contents == lines[0].name
    assert rows[1].contents.startswith(lines[0].name)
    assert "2" in rows[1].contents.removeprefix(lines[0].name)
    assert rows[2].contents == ""
    assert empty.pk


def test_refresh_of_a_stopped_account_says_so(owner_client: Client, account: MarketplaceAccount) -> None:
    StreamStateFactory(account=account, stream="supplies")
    supply = SupplyFactory(account=account)
    address = f"{LIST}{supply.pk}/refresh/"
    assert owner_client.post(address).status_code == 302
    assert owner_client.post(address, follow=True).status_code == 200  # just asked

    account.status = AccountStatus.PAUSED
    account.save(update_fields=["status"])

    page = owner_client.post(address, follow=True)
    assert page.status_code == 200


def test_live_supply_is_silent_until_something_changes(
    owner_client: Client, account: MarketplaceAccount
) -> None:
    supply = SupplyFactory(account=account)
    seen = owner_client.get(f"{LIST}{supply.pk}/").context["seen"]

    assert owner_client.get(f"{LIST}{supply.pk}/?seen={seen}", headers=HTMX).status_code == 204
    assert owner_client.get(f"{LIST}{supply.pk}/?seen=0", headers=HTMX).status_code == 200


def test_refresh_asks_for_the_supply(owner_client: Client, account: MarketplaceAccount) -> None:
    StreamStateFactory(account=account, stream="supplies")
    supply = SupplyFactory(account=account)

    response = owner_client.post(f"{LIST}{supply.pk}/refresh/")

    assert response.headers["Location"] == f"{LIST}{supply.pk}/"
    plan = SupplyFactory(account=account, plan=True)
    assert owner_client.post(f"{LIST}{plan.pk}/refresh/").status_code == 404


def test_a_line_that_came_with_one_unit_is_told_as_any_other(account: MarketplaceAccount) -> None:
    supply = SupplyFactory(account=account)
    event = SupplyEventFactory(
        supply=supply, kind=SupplyEventKind.CONTENTS, details={"line:LN-1": [None, 1], "line:LN-2": [1, None]}
    )

    (item,) = history([event], zone=MOSCOW)

    assert item.text.endswith(": LN-1 – → 1, LN-2 1 → –")


@pytest.mark.parametrize(
    ("counted", "is_done"),
    [
        ({"accepted": None, "missing_units": None}, False),
        ({"accepted": None, "missing_units": 0}, True),
        ({"accepted": 100, "missing_units": 0}, True),
    ],
)
def test_a_supply_of_which_nothing_was_counted_is_not_told_to_be_accepted_whole(
    account: MarketplaceAccount, counted: dict[str, Any], is_done: bool
) -> None:
    supply = SupplyFactory(account=account, status=SupplyStatus.ACCEPTED, **counted)

    with translation.override("en"):
        told = checks(supply, lines=[], documents=[], boxes=0, now=NOW)

    (item,) = [one for one in told if one.name == "Everything brought was accepted"]
    assert (item.is_done, item.is_failed) == (is_done, False)
    assert "0 " not in item.note.replace("100", "")


@pytest.mark.parametrize("count", [1, 3])
def test_supplies_of_a_product_stand_on_its_page(
    owner_client: Client, account: MarketplaceAccount, count: int, django_assert_num_queries: Any
) -> None:
    listing = ListingFactory(account=account)
    for _number in range(count):
        supply = SupplyFactory(account=account, shipped_off=True, lines=0)
        SupplyLineFactory(supply=supply, listing=listing, declared=100, shipped=90, accepted=20)
    address = f"{LIST}of-product/{listing.product_id}/"
    owner_client.get(address, headers=HTMX)

    with django_assert_num_queries(PRODUCT_QUERIES):
        response = owner_client.get(address, headers=HTMX)

    assert response.context["inbound"] == 70 * count
    assert len(response.context["lines"]) == count
    assert owner_client.get(address).headers["Location"] == f"{LIST}?product={listing.product_id}"


def test_product_that_was_never_supplied_says_so(owner_client: Client, account: MarketplaceAccount) -> None:
    listing = ListingFactory(account=account)

    page = owner_client.get(f"{LIST}of-product/{listing.product_id}/", headers=HTMX)

    assert "empty" in page.content.decode()


def test_strangers_supply_is_not_there(owner_client: Client, company: Company) -> None:
    assert company.slug == "lavka"
    supply = SupplyFactory(account=AccountFactory())

    assert owner_client.get(f"{LIST}{supply.pk}/").status_code == 404


def test_stock_tells_what_is_on_its_way_apart(owner_client: Client, account: MarketplaceAccount) -> None:
    SupplyFactory(account=account, shipped_off=True)
    SupplyFactory(account=account, status=SupplyStatus.ACCEPTING, shipped=90, accepted=60)
    SupplyFactory(account=account, status=SupplyStatus.ACCEPTING, shipped=90, accepted=95)
    SupplyFactory(account=account, status=SupplyStatus.READY)
    SupplyFactory(account=AccountFactory(company=account.company), shipped_off=True)

    told = owner_client.get(f"{LIST}inbound/?account={account.pk}", headers=HTMX).context["told"]

    assert (told.supplies, told.units) == (3, 130)
    assert "status=shipped" in owner_client.get(f"{LIST}inbound/").headers["Location"]
    assert "/lavka/supplies/inbound/" in owner_client.get("/lavka/stock/").content.decode()


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({"declared": None, "lines": 0}, None),
        ({"status": SupplyStatus.ACCEPTING, "accepted": 100}, 0),
    ],
)
def test_a_supply_on_its_way_is_told_without_its_units(
    owner_client: Client, account: MarketplaceAccount, changes: dict[str, Any], units: int | None
) -> None:
    nothing = owner_client.get(f"{LIST}inbound/", headers=HTMX)
    SupplyFactory(account=account, **{"status": SupplyStatus.SHIPPED, **changes})

    page = owner_client.get(f"{LIST}inbound/", headers=HTMX)

    assert "<a " not in nothing.text
    assert (page.context["told"].supplies, page.context["told"].units) == (1, units)
    assert ('class="num"' in page.text) is (units is not None)
    assert "status=shipped" in page.text


def test_what_is_on_its_way_is_the_sum_of_the_lines(account: MarketplaceAccount) -> None:
    """A surplus of one product makes no other come sooner; without lines what is told of the whole counts."""
    supply = SupplyFactory(
        account=account, status=SupplyStatus.ACCEPTING, declared=200, accepted=120, lines=0
    )
    lines = [SupplyLineFactory(supply=supply, declared=100, accepted=units) for units in (120, 0)]
    whole = lists.inbound_total(account.company)

    assert [lists.inbound_of_product(account.company, line.listing.product_id) for line in lines] == [0, 100]
    assert (whole.supplies, whole.units) == (1, 100)
    SupplyFactory(account=account, shipped_off=True, lines=0)
    assert lists.inbound_total(account.company).units == 200


def test_rail_counts_what_waits(owner_client: Client, account: MarketplaceAccount) -> None:
    cache.delete(f"waiting:supplies:supply-list:{account.company_id}")
    SupplyFactory(account=account, slot_from=NOW - timedelta(hours=3), status=SupplyStatus.BOOKED)

    navigation = owner_client.get(LIST).context["navigation"]()

    (section,) = [item for item in navigation if item.icon == "truck"]
    assert (section.count, section.is_current) == (1, True)
