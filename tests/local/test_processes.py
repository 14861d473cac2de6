"""Children end with their parent, however it ends, and so do the children's children."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from fbo_cabinet.local.processes import Watch, spawn, stop_all
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

    stop_all(children.values(), watch=watch, grace=0.5)

    assert {name: child.process.returncode for name, child in children.items()} == {
        "polite": 0,
        "stubborn": -signal.SIGKILL,
    }
