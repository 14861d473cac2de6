"""Nothing in these tests waits for a marketplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(autouse=True)
def _one_try() -> Generator[None]:
    """Addresses that ask a marketplace find nobody there, and do not try again."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)
