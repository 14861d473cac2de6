"""`cabinet test`: the whole suite in the processes it needs, or just what the arguments name."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbo_cabinet import env

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYTEST = (sys.executable, "-m", "pytest")
NOTHING_COLLECTED = 5
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_WORKERS = 4
# Who waits for processes to begin and to be missed leaves most of a core to others.
WAITING_WORKERS = 3
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


def parts() -> list[Part]:
    """The parts of the suite, the largest last: its report covers them all."""
    workers = max(2, min(os.cpu_count() or 2, MOST_WORKERS))
    # Playwright leaves a running loop in its thread, which Django would take for an asynchronous caller.
    browser = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    quiet = ("--cov", "--cov-append", "--cov-report=", "--cov-fail-under=0")
    return [
        Part(
            name="crash",
            marks="crash and not browser",
            options=("-n", str(max(workers, WAITING_WORKERS)), *quiet),
            environment={},
        ),
        Part(name="browser", marks="browser", options=("-n", str(workers), *quiet), environment=browser),
        Part(
            name="units",
            marks="not browser and not crash",
            options=("-n", str(workers), "--cov", "--cov-append", "--cov-report=term"),
            environment={},
        ),
    ]


def run_suite(arguments: Sequence[str]) -> int:
    """Run the tests the arguments name, or all of them; the exit code."""
    if arguments:
        unsafe = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        return subprocess.run(
            [*PYTEST, *arguments], cwd=env.ROOT, env={**env.snapshot(), **unsafe}, check=False
        ).returncode
    ensure_chromium()
    (env.ROOT / ".coverage").unlink(missing_ok=True)
    results = [(part, *_run(part)) for part in parts()]
    for part, _, closing in results:
        sys.stdout.write(f"\n{part.name}\n{closing}\n")
    sys.stdout.flush()
    return max(code for _, code, _ in results)


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


def _run(part: Part) -> tuple[int, str]:
    """Run one part, showing its output; its exit code and pytest's closing line."""
    colour = ("--color=yes",) if sys.stdout.isatty() else ()
    command = [*PYTEST, *colour, "-m", part.marks, *part.options]
    environment = {**env.snapshot(), **part.environment}
    closing = "ended without a closing line"
    with subprocess.Popen(
        command, cwd=env.ROOT, env=environment, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            if CLOSING_LINE.match(COLOURS.sub("", line).strip()):
                closing = line.rstrip("\n")
    code = process.returncode
    return (0 if code == NOTHING_COLLECTED else abs(code)), closing
