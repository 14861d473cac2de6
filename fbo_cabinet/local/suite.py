"""`cabinet test`: the whole suite in the processes it needs, or just what the arguments name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet import env

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

PYTEST = (sys.executable, "-m", "pytest")
NOTHING_COLLECTED = 5
COVERAGE = env.ROOT / ".coverage"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_WORKERS = 4
APT_SECONDS = 300
APT = ("apt-get", "-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=30")
CLOSING_LINE = re.compile(
    r"^=+ .*\b(passed|failed|error|errors|skipped|deselected|no tests ran)\b.* in [\d.]+s.* =+$"
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Tests that share a process: what they are called, the marks that choose them, what pytest gets besides."""

    name: str
    marks: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str]


def parts() -> list[tuple[Part, ...]]:
    """The parts of the suite in their turns; those of a turn run side by side, for they mostly wait.

    The largest is the last one: it uses every core, and its report covers them all.
    """
    workers = str(max(2, min(os.cpu_count() or 2, MOST_WORKERS)))
    # Playwright leaves a running loop in its thread, which Django would take for an asynchronous caller.
    browser = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    quiet = ("--cov", "--cov-report=", "--cov-fail-under=0")
    crash = Part(name="crash", marks="crash and not browser", options=quiet, environment=_counted("crash"))
    units = Part(
        name="units",
        marks="not browser and not crash",
        options=("-n", workers, "--cov", "--cov-append", "--cov-report=term"),
        environment={},
    )
    return [
        (
            crash,
            Part(name="browser", marks="browser", options=quiet, environment=browser | _counted("browser")),
        ),
        (units,),
    ]


def _counted(name: str) -> dict[str, str]:
    """Where a part that is not alone keeps its coverage: the last one takes up what begins like its own file."""
    return {"COVERAGE_FILE": str(COVERAGE.with_suffix(f".{name}"))}


def run_suite(arguments: Sequence[str]) -> int:
    """Run the tests the arguments name, or all of them; the exit code."""
    if arguments:
        unsafe = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        return subprocess.run(
            [*PYTEST, *arguments], cwd=env.ROOT, env={**env.snapshot(), **unsafe}, check=False
        ).returncode
    ensure_chromium()
    for old in env.ROOT.glob(f"{COVERAGE.name}*"):
        old.unlink(missing_ok=True)
    results = [result for turn in parts() for result in _take_turn(turn)]
    for part, _, closing in results:
        sys.stdout.write(f"\n{part.name}\n{closing}\n")
    sys.stdout.flush()
    return max(code for _, code, _ in results)


def _take_turn(turn: Sequence[Part]) -> list[tuple[Part, int, str]]:
    """Run parts side by side: the output of the first is shown as it comes, that of the others when they have ended."""
    with ThreadPoolExecutor(max_workers=len(turn)) as pool:
        kept = [(part, StringIO()) for part in turn[1:]]
        others = [pool.submit(_run, part, out=out) for part, out in kept]
        results = [(turn[0], *_run(turn[0]))]
        for (part, out), other in zip(kept, others, strict=True):
            results.append((part, *other.result()))
            sys.stdout.write(out.getvalue())
            sys.stdout.flush()
    return results


def ensure_chromium() -> None:
    """Install Debian's Chromium when we may and it is missing; the browser tests are skipped without one."""
    if any(shutil.which(name) for name in CHROMIUM_NAMES) or os.geteuid() != 0 or not is_debian():
        return
    sys.stderr.write("cabinet: Installing Chromium for the browser tests\n")
    install = (*APT, "install", "--yes", "--no-install-recommends", "chromium")
    if not _apt(*install) and not (_apt(*APT, "update") and _apt(*install)):
        sys.stderr.write("cabinet: Chromium could not be installed, the browser tests will be skipped\n")


def is_debian(release: Path = Path("/etc/os-release")) -> bool:
    """Whether this is Debian itself: Ubuntu's package of that name only points to a snap."""
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def _apt(*command: str) -> bool:
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **env.snapshot()}
    try:
        done = subprocess.run(command, env=quiet, capture_output=True, check=False, timeout=APT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run(part: Part, *, out: TextIO | None = None) -> tuple[int, str]:
    """Run one part, showing its output or keeping it in `out`; its exit code and pytest's closing line."""
    shown = out or sys.stdout
    colour = ("--color=yes",) if sys.stdout.isatty() else ()
    command = [*PYTEST, *colour, "-m", part.marks, *part.options]
    environment = {**env.snapshot(), **part.environment}
    closing = "ended without a closing line"
    with subprocess.Popen(
        command, cwd=env.ROOT, env=environment, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            shown.write(line)
            shown.flush()
            if CLOSING_LINE.match(COLOURS.sub("", line).strip()):
                closing = line.rstrip("\n")
    code = process.returncode
    return (0 if code == NOTHING_COLLECTED else abs(code)), closing
