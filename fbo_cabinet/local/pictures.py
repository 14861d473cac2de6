"""`cabinet pictures`: the screenshots of docs/pictures, taken from a running demo in a real Chromium."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING, Any

from fbo_cabinet import env
from fbo_cabinet.local.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = env.ROOT / "docs" / "pictures"
LOGIN = ("demo@example.com", "demo-cabinet")
# Name, address below the company, width, theme.
PICTURES = (
    ("dashboard", "", 1440, "light"),
    ("dashboard-dark-phone", "", 390, "dark"),
    ("orders", "orders/", 1440, "light"),
    ("stock-dark", "stock/", 1440, "dark"),
    ("returns", "analytics/returns/", 1440, "light"),
    ("sync", "marketplaces/", 1440, "light"),
    ("payouts", "settings/payouts/", 1440, "light"),
)
CHROMIUM_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def pictures(arguments: Sequence[str]) -> int:
    """Take every picture; the exit code. Raises LaunchError without a Chromium or a running demo."""
    parser = argparse.ArgumentParser(prog="cabinet pictures")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    base = parser.parse_args(arguments).url.rstrip("/")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise LaunchError("Chromium is not installed: apt-get install chromium")
    # Only the development lock has it, and every other verb must start without.
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415

    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        try:
            for name, address, width, theme in PICTURES:
                _take(browser, base, name=name, address=address, width=width, theme=theme)
        except Error as exc:
            raise LaunchError(
                f"{base} does not answer as the demo does: {exc.message.splitlines()[0]}"
            ) from exc
        finally:
            browser.close()
    return 0


def _take(browser: Any, base: str, *, name: str, address: str, width: int, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        locale="ru-RU",
        timezone_id="Europe/Moscow",
    )
    page = context.new_page()
    page.goto(f"{base}/accounts/login/?next=/demo/{address}")
    page.fill("input[name=login]", LOGIN[0])
    page.fill("input[name=password]", LOGIN[1])
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{base}/demo/{address}")
    # Once more: the greeting of who has signed in hides what lies under it.
    page.reload()
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()
    sys.stdout.write(f"docs/pictures/{name}.png\n")
