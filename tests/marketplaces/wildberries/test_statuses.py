"""The documented words are all mapped, and unknown ones stay unknown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from marketplaces.contracts.orders import OrderStatus
from marketplaces.wildberries import statuses

SPECIFICATION = Path(__file__).parents[4] / "shared/contracts/wildberries/supplement-2026-10.openapi.json"


def test_every_word_of_the_feed_is_mapped() -> None:
    assert set(statuses.FEED_STATUSES) == {"created", "buyout", "cancel", "return", "returnDefective"}
    assert set(statuses.CANCEL_TYPES) == {"app", "receipt", "expire", "other"}
    assert OrderStatus.UNKNOWN not in statuses.FEED_STATUSES.values()


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the saved specification is not here")
def test_the_specification_names_no_other_words() -> None:
    order = json.loads(SPECIFICATION.read_text())["components"]["schemas"]["Order"]["properties"]

    for name, ours in (("status", statuses.FEED_STATUSES), ("cancelType", statuses.CANCEL_TYPES)):
        told = set(re.findall(r"- `(\w+)` — ", order[name]["description"]))
        assert told == set(ours)


@pytest.mark.parametrize("word", ["", "lost", "BUYOUT", "возврат"])
def test_unknown_words_stay_unknown(word: str) -> None:
    assert statuses.order_status(word) is OrderStatus.UNKNOWN


def test_rows_of_statistics_speak_the_words_of_the_feed() -> None:
    for word in (*statuses.ORDER_ROWS.values(), *statuses.SALE_ROWS.values()):
        assert word in statuses.FEED_STATUSES
