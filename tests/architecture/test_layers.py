"""The map of who knows whom (.importlinter) holds."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.messages import ROOT

# In a process of its own: import-linter configures logging and silences every logger that exists.
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def test_the_contracts_are_kept() -> None:
    done = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
