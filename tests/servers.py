"""A pytest plugin: a PostgreSQL and a Valkey for the time of the run, unless the environment names real ones."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from fbo_cabinet.local.servers import scratch

if TYPE_CHECKING:
    from collections.abc import Generator, MutableMapping

EMBEDDED_VALKEY = "TEST_VALKEY_IS_EMBEDDED"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start the servers before pytest-django reads the settings, which it does in this hook."""
    environment = os.environ  # noqa: TID251 - the settings have not been read yet, this is where they come from
    worker = environment.get("PYTEST_XDIST_WORKER")
    if worker is None:
        servers = ExitStack()
        early_config.add_cleanup(servers.close)
        if not environment.get("REDIS_URL"):
            environment[EMBEDDED_VALKEY] = "1"
        environment.update(servers.enter_context(scratch(environment=environment, in_memory=True)))
    else:
        separate(environment, worker)
    return (yield)


def separate(environment: MutableMapping[str, str], worker: str) -> None:
    """Give an xdist worker keys of its own, and on our own Valkey a database of its own."""
    environment["REDIS_PREFIX"] = f"{environment.get('REDIS_PREFIX', 'fbo')}-{worker}"
    if environment.get(EMBEDDED_VALKEY):
        number = int(worker.removeprefix("gw")) + 1
        environment["REDIS_URL"] = environment["REDIS_URL"].replace("?db=0", f"?db={number}")
