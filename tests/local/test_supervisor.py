"""Programs are shown, started again when they die, and stopped together."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from fbo_cabinet.local.console import Console
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.programs import Program
from fbo_cabinet.local.supervisor import Supervisor
from tests.local.conftest import processes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fbo_cabinet.local.processes import Watch

pytestmark = pytest.mark.crash


@pytest.fixture
def supervisor(watch: Watch, tmp_path: Path) -> Iterator[Supervisor]:
    console = Console(tmp_path / "log", colour=False)
    supervisor = Supervisor(
        watch=watch, console=console, environment={"MARK": str(tmp_path), "PATH": "/usr/bin:/bin"}
    )
    yield supervisor
    supervisor.stop()
    console.close()


def shell(name: str, text: str, *, hurry_signal: int = signal.SIGTERM) -> Program:
    return Program(name=name, argv=("sh", "-c", text), hurry_signal=hurry_signal)


def tick_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        supervisor.tick()
    pytest.fail("it did not come true")


def test_lines_are_prefixed_and_kept_in_a_file(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    once = supervisor.once(shell("web", "printf 'one\\ntwo\\n\\nпоследняя'; exit 0"))

    supervisor.finish(once)

    assert capsys.readouterr().out == "web      | one\nweb      | two\nweb      | последняя\n"
    assert (tmp_path / "log" / "web.log").read_text() == "one\ntwo\n\nпоследняя\n"


def test_a_program_that_fails_stops_the_start_with_its_last_words(supervisor: Supervisor) -> None:
    once = supervisor.once(shell("migrate", "echo first; echo the disk is full; exit 3"))

    with pytest.raises(LaunchError, match=r"^migrate failed: the disk is full$"):
        supervisor.finish(once)


def test_a_kept_program_is_started_again_later_and_later(
    supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    running = supervisor.keep(shell("web", "exit 7"))

    tick_until(supervisor, lambda: running.failures == 3)

    said = [line for line in capsys.readouterr().out.splitlines() if line]
    assert said == [f"web ended with code 7: starting it again in {delay} s" for delay in ("0.5", "1", "2")]


def test_a_program_that_keeps_dying_is_not_waited_for(supervisor: Supervisor) -> None:
    web = supervisor.keep(shell("web", "echo no such module; exit 1"))

    with pytest.raises(LaunchError, match=r"^web did not start: no such module$"):
        supervisor.until(lambda: False, what=web, seconds=30)


def test_what_a_dead_program_left_is_killed_before_it_starts_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    running = supervisor.keep(shell("worker", "sleep 60 & sleep 60 & wait"))
    first = running.child.pid
    tick_until(supervisor, lambda: len(processes_of(f"MARK={tmp_path}")) == 3)

    running.child.process.send_signal(signal.SIGKILL)
    tick_until(supervisor, lambda: running.child.pid != first)
    tick_until(supervisor, lambda: len(processes_of(f"MARK={tmp_path}")) == 3)

    assert first not in processes_of(f"MARK={tmp_path}")


def test_stop_asks_then_hurries_then_kills(supervisor: Supervisor, tmp_path: Path) -> None:
    loop = "while :; do sleep 0.05; done"
    script = {
        "polite": f"trap 'exit 0' TERM; echo set; {loop}",
        "slow": f"trap '' TERM; trap 'exit 5' QUIT; echo set; {loop}",
        "deaf": f"trap '' TERM QUIT; echo set; {loop}",
    }
    running = [
        supervisor.keep(shell(name, text, hurry_signal=signal.SIGQUIT)) for name, text in script.items()
    ]
    tick_until(supervisor, lambda: all((tmp_path / "log" / f"{name}.log").exists() for name in script))

    supervisor.stop()

    assert [one.child.process.returncode for one in running] == [0, 5, -signal.SIGKILL]
    assert processes_of(f"MARK={tmp_path}") == set()


def test_what_a_shell_in_the_background_ignores_still_hurries(supervisor: Supervisor, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    try:
        script = "trap '' TERM; trap 'exit 5' QUIT; echo set; while :; do sleep 0.05; done"
        running = supervisor.keep(shell("slow", script, hurry_signal=signal.SIGQUIT))
        tick_until(supervisor, (tmp_path / "log" / "slow.log").exists)

        supervisor.stop()
    finally:
        signal.signal(signal.SIGQUIT, before)

    assert running.child.process.returncode == 5


def test_a_reader_that_left_does_not_stop_the_programs(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Closed:
        def write(self, _text: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return spare.fileno()

    with (tmp_path / "spare").open("w") as spare:
        monkeypatch.setattr(sys, "stdout", Closed())
        supervisor.finish(supervisor.once(shell("web", "echo one; echo two")))

    assert (tmp_path / "log" / "web.log").read_text() == "one\ntwo\n"
