"""Children end with their parent, however it ends, and so do the children's children."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from fbo_cabinet.local.processes import Patience, Watch, spawn, stop_all, undisturbed
from tests.local.conftest import eventually, processes_of

pytestmark = pytest.mark.crash

# A parent with a stubborn child that has a stubborn child of its own.
PARENT = """
import subprocess, sys, time
from pathlib import Path
from fbo_cabinet.local.processes import Watch, spawn
watch = Watch()
watch.remove_at_end(Path(sys.argv[2]))
stubborn = "trap '' INT TERM HUP; " + 'sh -c "trap \\'\\' INT TERM HUP; while :; do sleep 0.1; done" & while :; do sleep 0.1; done'
spawn("stubborn", ["sh", "-c", stubborn], watch=watch, env={"MARK": sys.argv[1], "PATH": "/usr/bin:/bin"},
      cwd=Path("/"), output=subprocess.DEVNULL)
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_parent_leaves_no_process_and_no_scratch_folder(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, mark, str(scratch)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": "."},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    assert eventually(lambda: len(processes_of(f"MARK={mark}")) >= 2)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert eventually(lambda: processes_of(mark) == set())
    assert eventually(lambda: not scratch.exists())


def test_a_child_dies_with_a_killed_parent_even_without_the_watchdog() -> None:
    mark = uuid.uuid4().hex
    code = (
        "import subprocess, sys, time; from fbo_cabinet.local.processes import tied\n"
        "subprocess.Popen(tied(['sleep', '60']), env={'MARK': sys.argv[1], 'PATH': '/usr/bin:/bin'})\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, mark], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": "."}
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    assert eventually(lambda: len(processes_of(f"MARK={mark}")) == 1)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert eventually(lambda: processes_of(mark) == set())


def test_a_child_whose_parent_died_before_it_looked_does_not_start() -> None:
    shim = Path("fbo_cabinet/local/child.py").resolve()

    done = subprocess.run(
        [sys.executable, "-I", "-S", shim, "15", "1", "echo", "started"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")


def test_stop_asks_the_child_and_kills_what_stays(watch: Watch) -> None:
    script = {
        "polite": "trap 'exit 0' TERM; while :; do sleep 0.05; done",
        "stubborn": "trap '' TERM; while :; do sleep 0.05; done",
    }
    children = {
        name: spawn(name, ["sh", "-c", text], watch=watch, env={}, cwd=Path("/"), output=subprocess.DEVNULL)
        for name, text in script.items()
    }
    # Both need a moment to set their traps.
    assert eventually(lambda: all(child.running() for child in children.values()))
    subprocess.run(["sleep", "0.3"], check=True)

    stop_all(children.values(), watch=watch, patience=Patience(asked=0.5, hurried=0.5))

    assert {name: child.process.returncode for name, child in children.items()} == {
        "polite": 0,
        "stubborn": -signal.SIGKILL,
    }


def test_who_ignores_being_asked_is_hurried_and_nothing_is_left(watch: Watch) -> None:
    mark = uuid.uuid4().hex
    # Its helper ignores everything: it is killed with its group.
    script = "trap '' TERM; (trap '' TERM QUIT; sleep 60; sleep 60) & trap 'exit 7' QUIT; while :; do sleep 0.05; done"
    child = spawn(
        "deaf",
        ["sh", "-c", script],
        watch=watch,
        env={"MARK": mark, "PATH": "/usr/bin:/bin"},
        cwd=Path("/"),
        output=subprocess.DEVNULL,
        hurry_signal=signal.SIGQUIT,
    )
    assert eventually(lambda: len(processes_of(f"MARK={mark}")) >= 3)
    subprocess.run(["sleep", "0.3"], check=True)

    stop_all([child], watch=watch, patience=Patience(asked=0.3, hurried=0.5))

    assert child.process.returncode == 7
    assert processes_of(f"MARK={mark}") == set()


class Stopped(Exception):
    """Raised by the handler of a signal to stop."""


def test_a_signal_to_stop_waits_until_a_child_is_known() -> None:
    done = []

    def stop(_number: int, _frame: object) -> None:
        raise Stopped

    def start() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("the child is known")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(Stopped):
            start()
        assert signal.getsignal(signal.SIGTERM) is stop
    finally:
        signal.signal(signal.SIGTERM, before)

    assert done == ["the child is known"]


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with undisturbed():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
