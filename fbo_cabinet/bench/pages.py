"""Pages at few and at many orders, and a list against an empty page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from fbo_cabinet.bench import filling, shop
from fbo_cabinet.bench.browser import Browser, as_served
from fbo_cabinet.bench.report import Finding, median_seconds, milliseconds
from orders.models import Order

if TYPE_CHECKING:
    from companies.models import Company

FEW, MANY = 10_000, 1_000_000
QUICK_FEW, QUICK_MANY = 2_000, 20_000
_RUNS: Final = 21
_GROWTH: Final = 1.2
_LIST_COST: Final = 4
_EMPTY, _LIST = "empty page", "orders"


def measure(*, quick: bool = False) -> list[Finding]:
    """The medians of every page at two sizes."""
    few, many = (QUICK_FEW, QUICK_MANY) if quick else (FEW, MANY)
    company, owner = shop.make_company("pages")
    filling.begin(company)
    with as_served():
        browser = Browser(owner)
        filling.fill(company, few)
        small = _medians(browser, company)
        filling.fill(company, many)
        large = _medians(browser, company)
    return [
        *(
            Finding(
                what=f"{name} at {many} orders",
                against=f"the same at {few}",
                ours=milliseconds(large[name]),
                theirs=milliseconds(small[name]),
                ratio=large[name] / small[name],
                goal=_GROWTH,
                at_least=False,
            )
            for name in small
            if name != _EMPTY
        ),
        Finding(
            what="list page with 50 rows",
            against="an empty signed-in page",
            ours=milliseconds(small[_LIST]),
            theirs=milliseconds(small[_EMPTY]),
            ratio=small[_LIST] / small[_EMPTY],
            goal=_LIST_COST,
            at_least=False,
        ),
    ]


def _medians(browser: Browser, company: Company) -> dict[str, float]:
    return {
        name: median_seconds(partial(browser.get, url), runs=_RUNS)
        for name, url in _addresses(company).items()
    }


def _addresses(company: Company) -> dict[str, str]:
    newest = Order.objects.for_company(company).order_by("-placed_at", "-pk").values_list("pk", flat=True)[0]
    base = f"/{company.slug}"
    return {
        _EMPTY: f"{base}/bench-empty/",
        _LIST: f"{base}/orders/",
        "orders of a status in 90 days": f"{base}/orders/?status=delivered&period=90d",
        "orders of a cluster and status": f"{base}/orders/?status=cancelled&cluster_to=Урал",
        "orders by number": f"{base}/orders/?q=1000012",
        "order page": f"{base}/orders/{newest}/",
        "dashboard": f"{base}/",
    }
