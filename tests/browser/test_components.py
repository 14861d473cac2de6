"""The components at work in the style guide: with the script, and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def guide(open_page: Callable[..., Page], live_server: LiveServer) -> Page:
    page = open_page()
    page.goto(live_server.url + reverse("styleguide"))
    return page


@pytest.fixture
def bare_guide(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(
        java_script_enabled=False, locale="ru-RU", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(live_server.url + reverse("styleguide"))
    yield page
    context.close()


def test_chart_cursor_says_what_the_table_behind_says(guide: Page) -> None:
    chart = guide.locator("[data-chart=line]").first
    row = chart.locator(".chart__table tbody tr").last
    plot = chart.locator("[data-chart-plot]")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None

    guide.mouse.move(box["x"] + box["width"] - 1, box["y"] + 60)

    said = chart.locator(".chart__tip b").all_text_contents()
    assert said == [cell.strip() for cell in row.locator("th, td").all_text_contents()]


def test_chart_cursor_leaves_with_the_pointer(guide: Page) -> None:
    plot = guide.locator("[data-chart=bars] [data-chart-plot]").first
    plot.hover()
    assert guide.locator(".chart__tip").count() == 1

    guide.mouse.move(2, 2)

    assert guide.locator(".chart__tip, .cursor-line").count() == 0


def test_shift_selects_a_range_and_the_bulk_bar_counts_it(guide: Page) -> None:
    rows = guide.locator("[data-select-row]")
    assert not guide.locator(".bulk").is_visible()

    rows.nth(0).click()
    rows.nth(2).click(modifiers=["Shift"])

    assert guide.locator("[data-bulk-count]").inner_text() == "3"
    assert guide.locator("[data-select-all]").evaluate("box => box.indeterminate")
    guide.locator("[data-bulk-clear]").click()
    assert not guide.locator(".bulk").is_visible()


def test_list_is_walked_from_the_keyboard(guide: Page) -> None:
    guide.keyboard.press("j")
    guide.keyboard.press("j")
    guide.keyboard.press("k")
    guide.keyboard.press("x")

    assert guide.evaluate("document.activeElement.textContent") == "Плед 130×170, овсяный"
    assert guide.locator("[data-select-row]").nth(0).is_checked()


def test_menu_closes_on_escape_and_gives_the_focus_back(guide: Page) -> None:
    summary = guide.locator(".filters summary").first
    summary.click()
    assert guide.locator(".menu--form").is_visible()

    guide.keyboard.press("Escape")

    assert not guide.locator(".menu--form").is_visible()
    assert summary.evaluate("summary => summary === document.activeElement")


def test_theme_is_remembered_before_the_first_paint(guide: Page) -> None:
    guide.locator(".topbar [data-view-menu] summary").click()
    guide.locator(".topbar [data-theme-choice=dark]").click()

    guide.reload()

    assert guide.evaluate("document.documentElement.dataset.theme") == "dark"
    assert guide.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 18)"


def test_dialog_opens_on_its_safe_button(guide: Page) -> None:
    guide.locator("[popovertarget=cancel-supply]").first.click()

    assert guide.locator("#cancel-supply").is_visible()
    assert guide.evaluate("document.activeElement.textContent.trim()") == "Оставить"


def test_it_works_bare(bare_guide: Page) -> None:
    bare_guide.locator("[data-select-row]").nth(1).click()
    bare_guide.locator("[popovertarget=cancel-supply]").first.click()

    assert bare_guide.locator(".bulk").is_visible()
    assert bare_guide.locator("#cancel-supply").is_visible()
    assert not bare_guide.locator(".topbar [data-view-menu]").is_visible()
