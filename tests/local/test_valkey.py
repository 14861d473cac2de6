"""A Valkey of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.processes import Child, Watch
from fbo_cabinet.local.valkey import Valkey

pytestmark = pytest.mark.crash


def start(valkey: Valkey, watch: Watch) -> Child:
    valkey.prepare()
    child = valkey.spawn(watch)
    valkey.wait(child)
    return child


def test_killed_it_starts_again_with_its_keys(folder: Path, watch: Watch) -> None:
    valkey = Valkey(data=folder / "valkey", sockets=folder, log=folder / "log", durable=True)
    child = start(valkey, watch)
    with redis.Redis.from_url(valkey.url(3)) as client:
        client.set("kept", "7")
        client.execute_command("WAITAOF", 1, 0, 2000)
    child.kill()

    again = start(valkey, watch)

    with redis.Redis.from_url(valkey.url(3)) as client:
        assert client.get("kept") == b"7"
    with redis.Redis.from_url(valkey.url(0)) as client:
        assert client.get("kept") is None
    again.kill()


def test_a_server_that_cannot_start_says_why(folder: Path, watch: Watch) -> None:
    valkey = Valkey(data=folder / "valkey", sockets=folder / "missing", log=folder / "log", durable=True)
    valkey.prepare()
    child = valkey.spawn(watch)

    with pytest.raises(LaunchError, match=r"Valkey did not start: .*No such file or directory"):
        valkey.wait(child)
