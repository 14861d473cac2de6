"""Which servers are started, where their sockets are, and that scratch ones leave nothing."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest
import redis

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.servers import LONGEST_SOCKET_FOLDER, plan, scratch, socket_folder
from tests.local.conftest import processes_of
from tests.servers import separate


def test_named_servers_are_used_and_none_is_started(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgresql://db/cabinet", "REDIS_URL": "redis://cache:6379/0"}

    servers = plan(tmp_path, environment={**named, "HOME": "/root"})

    assert servers.urls == named
    assert servers.embedded == []


def test_what_is_not_named_is_embedded(tmp_path: Path) -> None:
    servers = plan(tmp_path, environment={"REDIS_URL": "redis://cache:6379/0", "DATABASE_URL": ""})

    assert [server.name for server in servers.embedded] == ["postgres"]
    assert servers.urls["REDIS_URL"] == "redis://cache:6379/0"
    assert unquote(servers.urls["DATABASE_URL"]).endswith(
        f"@/fbo_cabinet?host={tmp_path / 'run' / 'postgres'}"
    )


@pytest.mark.parametrize("name", ["д" * 60, "one, two"])
def test_a_path_no_socket_can_have_gets_a_short_private_folder(tmp_path: Path, name: str) -> None:
    wanted = tmp_path / name / "run"

    folder, other = socket_folder(wanted), socket_folder(wanted / "other")

    assert folder == socket_folder(wanted)
    assert folder != other
    assert len(os.fsencode(folder / "postgres")) <= LONGEST_SOCKET_FOLDER
    assert folder.stat().st_uid == os.geteuid()
    folder.rmdir()
    other.rmdir()


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(LaunchError, match="belongs to somebody else"):
        socket_folder(tmp_path / "run")


@pytest.mark.crash
def test_scratch_servers_answer_and_leave_nothing() -> None:
    with scratch(environment={}, in_memory=True) as urls:
        folder = Path(unquote(urls["REDIS_URL"]).removeprefix("unix://").partition("/run/")[0])
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.ping()
        assert folder.exists()

    assert not folder.exists()
    assert processes_of(str(folder)) == set()


def test_test_workers_get_keys_and_an_embedded_database_of_their_own() -> None:
    embedded = {"REDIS_URL": "unix:///run/valkey.sock?db=0", "TEST_VALKEY_IS_EMBEDDED": "1"}
    named = {"REDIS_URL": "redis://cache:6379/0", "REDIS_PREFIX": "ours"}

    separate(embedded, "gw3")
    separate(named, "gw0")

    assert (embedded["REDIS_URL"], embedded["REDIS_PREFIX"]) == ("unix:///run/valkey.sock?db=4", "fbo-gw3")
    assert (named["REDIS_URL"], named["REDIS_PREFIX"]) == ("redis://cache:6379/0", "ours-gw0")
