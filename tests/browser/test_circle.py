"""The whole circle in a browser: a supply from the pasted list to the missing units, the worst product, an export."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import zxingcpp
from django.utils import timezone, translation

from catalog.models import CostPrice, Listing
from core import formats
from core.periods import MOSCOW
from marketplaces.contracts.supplies import SupplyLineSnapshot, SupplySnapshot, SupplyStatus
from returns.models import Return
from supplies.models import Supply
from supplies.services.record import record_supplies
from tests.browser.conftest import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from companies.models import User
    from marketplaces.models import MarketplaceAccount

pytestmark = pytest.mark.django_db(transaction=True)

UNITS = 4
GOODS = 30


def saved(page: Page, folder: Path, name: str, *, click: str) -> Path:
    """What the browser downloads when the link or button is clicked."""
    with page.expect_download() as waiting:
        page.locator(click).first.click()
    path = folder / name
    waiting.value.save_as(path)
    return path


def code_on(page: pypdfium2.PdfPage) -> str:
    """What a reader sees on a label that a printer of 203 dpi has burnt."""
    (found,) = zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())
    return str(found.text)


@pytest.mark.timeout(300)
def test_a_supply_is_planned_from_a_list_labelled_and_accepted_three_short(
    live_server: LiveServer,
    open_page: Callable[..., Page],
    synced: MarketplaceAccount,
    owner: User,
    tmp_path: Path,
) -> None:
    company = synced.company
    goods = [one for one in Listing.objects.for_company(company).order_by("pk") if one.barcode][:GOODS]
    assert len(goods) == GOODS
    for one in goods:
        CostPrice.all_companies.get_or_create(
            company=company,
            product=one.product,
            valid_from=timezone.localdate() - timedelta(days=90),
            defaults={"cost": 100},
        )
    page = open_page()
    sign_in(page, live_server.url, owner)

    # Planned from a pasted list: read, shown, and only then written.
    page.goto(f"{live_server.url}/{company.slug}/supplies/plan/?account={synced.pk}")
    page.locator("main select[name=account]").select_option(str(synced.pk))
    page.locator("main select[name=warehouse]").select_option(index=1)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/plan/**")
    page.goto(page.url.split("?")[0] + "list/")
    page.locator("textarea[name=text]").fill("\n".join(f"{one.seller_sku}\t{UNITS}" for one in goods))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/supplies/lists/**")
    supply = Supply.objects.for_company(company).get(is_planned_here=True)
    assert supply.lines_count == 0
    page.locator("main form button[type=submit]:not([name=discard])").first.click()
    page.wait_for_url("**/plan/**")
    supply.refresh_from_db()
    assert (supply.lines_count, supply.planned) == (GOODS, GOODS * UNITS)

    # Every unit has its label.
    page.goto(f"{live_server.url}/{company.slug}/supplies/{supply.pk}/labels/")
    labels = saved(page, tmp_path, "labels.pdf", click="main button[name=all]")
    with pypdfium2.PdfDocument(labels) as document:
        assert len(document) == GOODS * UNITS
        assert code_on(document[0]) in {one.barcode for one in goods}

    # The marketplace's own supply appears, is tied by itself, and is accepted three units short.
    short = {goods[0].pk: 2, goods[1].pk: 1}
    record_supplies(
        account=synced,
        observed_at=timezone.now(),
        source="poll",
        snapshots=[
            SupplySnapshot(
                external_id="987654321",
                number="2000099999",
                status=SupplyStatus.ACCEPTED,
                external_status="COMPLETED",
                created_at=timezone.now(),
                changed_at=timezone.now(),
                warehouse_external_id=supply.warehouse.external_id,
                warehouse_name=supply.warehouse_name,
                lines=tuple(
                    SupplyLineSnapshot(
                        marketplace_sku=one.marketplace_sku,
                        seller_sku=one.seller_sku,
                        name=one.name,
                        declared=UNITS,
                        shipped=UNITS,
                        accepted=UNITS - short.get(one.pk, 0),
                        shortage=short.get(one.pk, 0),
                        surplus=0,
                        defect=0,
                    )
                    for one in goods
                ),
            )
        ],
    )
    page.goto(f"{live_server.url}/{company.slug}/supplies/{supply.pk}/")
    supply.refresh_from_db()
    assert (supply.number, supply.accepted, supply.missing_units) == ("2000099999", GOODS * UNITS - 3, 3)
    text = page.locator("main").inner_text().replace("\xa0", " ")
    assert "2000099999" in text
    assert "300" in page.locator("main .message, main [role=alert], main .notice").first.inner_text().replace(
        "\xa0", " "
    )


@pytest.mark.timeout(300)
def test_the_product_with_the_most_returns_and_its_main_reason_in_four_clicks(
    live_server: LiveServer, open_page: Callable[..., Page], synced: MarketplaceAccount, owner: User
) -> None:
    assert Return.objects.for_company(synced.company).of_buyers().exists()
    page = open_page()
    sign_in(page, live_server.url, owner)
    page.goto(f"{live_server.url}/{synced.company.slug}/")

    page.locator('nav a[href$="/analytics/"]').first.click()  # one: the reports
    page.locator('main a[href*="/analytics/returns/"]').first.click()  # two: the level of returns
    page.wait_for_url("**/analytics/returns/**")
    worst = page.locator("main table.report tbody tr").first

    # The list begins with the product that came back most, and says why.
    returned = [
        int(cell.inner_text().split("\n")[0].replace("\xa0", ""))
        for cell in page.locator("main table.report tbody tr > td:nth-child(5)").all()
    ]
    assert returned
    assert returned == sorted(returned, reverse=True)
    worst.locator('a[href*="/returns/reasons/"]').click()  # three: its reasons
    page.wait_for_url("**/returns/reasons/**")
    assert page.locator("main h1").is_visible()


# Addresses of lists, and what their screen shows besides the columns of the file.
EXPORTED: dict[str, set[str]] = {
    "analytics/sales/?period=28d": {"Что делать"},
    "analytics/turnover/": {"Что делать"},
    "analytics/returns/": {"Главная причина", "Что делать"},
    # A deadline is counted down on the screen and told by its moment in the file.
    "supplies/": {"Срок"},
    "returns/": set(),
}
NUMBER = re.compile(r"[+−-]?\d[\d ]*(,\d+)?")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
MARKS = {"O", "WB", "Я"}
UNKNOWN = {"–", "нет продаж"}


@pytest.mark.timeout(300)
def test_what_is_exported_is_what_the_screen_shows(
    live_server: LiveServer,
    open_page: Callable[..., Page],
    synced: MarketplaceAccount,
    owner: User,
    tmp_path: Path,
) -> None:
    page = open_page()
    sign_in(page, live_server.url, owner)
    for address, besides in EXPORTED.items():
        page.goto(f"{live_server.url}/{synced.company.slug}/{address}")
        heads, *rows = page.locator("main table").last.evaluate(
            "table => [...table.querySelectorAll('thead tr, tbody tr')].map("
            "row => [...row.children].map(cell => cell.innerText))"
        )
        assert rows

        page.locator('main details[data-menu]:has(a[href*="export.csv"]) > summary').first.click()
        file = saved(page, tmp_path, "list.csv", click='main a[href*="export.csv"]')

        titles, *lines = csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";")
        places = {plain(" ".join(head.split())): place for place, head in enumerate(heads) if head.strip()}
        assert places.keys() - besides <= set(titles), address
        assert len(lines) >= len(rows)
        for cells, line in zip(rows, lines, strict=False):
            told = dict(zip(titles, line, strict=True))
            for title in places.keys() - besides:
                cell = cells[places[title]]
                # Where a warehouse is not named its cluster stands, which has a column of its own in the file.
                stands_elsewhere = not told[title] and plain(cell) in line
                assert is_told(cell, told[title]) or stands_elsewhere, (address, title, cells, line)


def plain(text: str) -> str:
    """The first line of a cell behind the mark of a marketplace, with usual spaces."""
    lines = [line.strip() for line in text.replace("\xa0", " ").replace("\u202f", " ").strip().split("\n")]
    return lines[1] if lines[0] in MARKS and lines[1:] else lines[0]


def is_told(cell: str, value: str) -> bool:
    """Whether a cell of the screen shows the value of the file: as many digits as it has room for, moments in words,
    a long text cut."""
    shown = plain(cell)
    if shown in UNKNOWN:
        return value in {"", "0", "0,00"}
    if MOMENT.fullmatch(value):
        with translation.override("ru"), timezone.override(MOSCOW):
            moment = datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=MOSCOW)
            return shown == plain(formats.moment(moment))
    number = NUMBER.match(shown)
    if number and NUMBER.fullmatch(value):
        seen, held = decimal(number[0]), decimal(value)
        return seen in {value.quantize(seen, ROUND_HALF_UP) for value in (held, held * 100)}
    return shown == plain(value)


def decimal(text: str) -> Decimal:
    """A number as people write it."""
    return Decimal(text.replace(" ", "").replace("−", "-").replace(",", "."))
