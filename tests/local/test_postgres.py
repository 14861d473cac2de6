"""A PostgreSQL of our own: made, started, killed, started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.postgres import Postgres
from fbo_cabinet.local.processes import Child, Patience, Watch, stop_all
from fbo_cabinet.local.servers import socket_folder
from tests.local.conftest import eventually, processes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Start = Callable[[Postgres], Child]

pytestmark = pytest.mark.crash

PATIENT = Patience(asked=20, hurried=20)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as initdb leaves it, to copy: making one takes longest."""
    folder = tmp_path_factory.mktemp("made")
    server(folder).prepare()
    return folder / "postgres"


@pytest.fixture
def postgres(folder: Path, made: Path) -> Postgres:
    """A server on a folder that was made before."""
    shutil.copytree(made, folder / "postgres")
    return server(folder)


@pytest.fixture
def start(watch: Watch) -> Iterator[Callable[[Postgres], Child]]:
    """Starts a server for the time of the test."""
    children: list[Child] = []

    def _start(postgres: Postgres) -> Child:
        postgres.prepare()
        children.append(postgres.spawn(watch))
        postgres.wait(children[-1])
        return children[-1]

    yield _start
    stop_all(children, watch=watch, patience=PATIENT)


def server(folder: Path) -> Postgres:
    sockets = socket_folder(folder / "run") / "postgres"
    return Postgres(data=folder / "postgres", sockets=sockets, log=folder / "log", durable=False)


def ask(postgres: Postgres, query: str) -> tuple[object, ...] | None:
    with psycopg.connect(postgres.url()) as connection:
        return connection.execute(query).fetchone()


def write(postgres: Postgres, statement: str) -> None:
    with psycopg.connect(postgres.url()) as connection:
        # Scratch servers let the last moments go; a kill must not take what this test wrote.
        connection.execute("SET synchronous_commit = on")
        connection.execute(statement)


def test_russian_is_understood(postgres: Postgres, start: Start) -> None:
    start(postgres)
    write(postgres, "CREATE EXTENSION pg_trgm")

    assert ask(postgres, "SELECT lower('ПЛАТЬЕ Ё'), 'Платье' ILIKE '%ПЛАТ%'") == ("платье ё", True)
    assert ask(postgres, "SELECT similarity('Платье', 'платье')") == (1.0,)
    assert ask(postgres, "SELECT to_tsvector('russian', 'Платья') @@ to_tsquery('russian', 'платье')") == (
        True,
    )
    assert ask(postgres, "SELECT current_setting('server_encoding'), current_setting('timezone')") == (
        "UTF8",
        "UTC",
    )


def test_stopped_and_started_again_it_keeps_the_data(
    folder: Path, postgres: Postgres, start: Start, watch: Watch
) -> None:
    child = start(postgres)
    write(postgres, "CREATE TABLE kept AS SELECT 7 AS number")

    stop_all([child], watch=watch, patience=PATIENT)
    left = processes_of(str(folder))
    start(postgres)

    assert left == set()
    assert child.process.returncode == 0
    assert ask(postgres, "SELECT number FROM kept") == (7,)


def test_a_part_that_does_not_listen_is_not_left_behind(
    folder: Path, postgres: Postgres, start: Start, watch: Watch
) -> None:
    child = start(postgres)
    checkpointer = ask(postgres, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    assert checkpointer is not None
    os.kill(int(str(checkpointer[0])), signal.SIGSTOP)

    stop_all([child], watch=watch, patience=Patience(asked=0.5, hurried=20))

    assert processes_of(str(folder)) == set()


def test_killed_it_starts_again_with_the_data(folder: Path, postgres: Postgres, start: Start) -> None:
    child = start(postgres)
    write(postgres, "CREATE TABLE kept AS SELECT 7 AS number")

    child.process.send_signal(signal.SIGKILL)
    child.process.wait()
    assert eventually(lambda: processes_of(str(folder)) == set())
    start(server(folder))

    assert ask(postgres, "SELECT number FROM kept") == (7,)


def test_the_mark_of_a_killed_server_is_not_believed_when_its_number_was_reused(
    folder: Path, postgres: Postgres, start: Start, watch: Watch
) -> None:
    stop_all([start(postgres)], watch=watch, patience=PATIENT)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        mark = folder / "postgres" / "postmaster.pid"
        mark.write_text(f"{stranger.pid}\n{folder / 'postgres'}\n0\n5432\n\n\n")

        start(postgres)

        assert ask(postgres, "SELECT 1") == (1,)
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_left_on_the_folder_is_stopped_first(folder: Path, postgres: Postgres, start: Start) -> None:
    left = start(server(folder))

    child = start(server(folder))

    assert left.process.wait(timeout=5) == 0
    assert child.running()


def test_data_of_another_version_is_refused(folder: Path, postgres: Postgres) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(LaunchError) as caught:
        postgres.prepare()

    assert str(caught.value) == (
        f"The data in {folder / 'postgres'} was made by PostgreSQL 17 and this is 18:"
        " name another folder with --data, or move this one away."
    )


def test_a_half_made_folder_is_made_anew(folder: Path, start: Start) -> None:
    postgres = server(folder)
    half = folder / "postgres.new"
    half.mkdir()
    (half / "base").mkdir()

    start(postgres)

    assert not half.exists()
    assert ask(postgres, "SELECT current_database()") == ("fbo_cabinet",)


def test_a_server_that_cannot_start_says_why(folder: Path, postgres: Postgres, watch: Watch) -> None:
    postgres.prepare()
    (folder / "postgres" / "postgresql.auto.conf").write_text("shared_buffers = 'nonsense'\n")
    child = postgres.spawn(watch)

    with pytest.raises(LaunchError, match=r"PostgreSQL did not start: .*errors"):
        postgres.wait(child)
