"""`cabinet check`: style, types, layers, templates, migrations; all of them, whatever fails."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from fbo_cabinet import env
from fbo_cabinet.local.servers import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
MANAGE = ("manage.py",)
CHECKS: Mapping[str, tuple[str, ...]] = {
    "style": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "types": ("-m", "mypy", "."),
    "layers": ("-c", LAYERS),
    "templates": ("-m", "djlint", "templates", "--lint", "--quiet"),
    "migrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "system": (*MANAGE, "check", "--fail-level", "WARNING"),
}


def check() -> int:
    """Run every check and say which failed; the exit code."""
    with scratch(environment=env.snapshot(), in_memory=True) as urls:
        environment = {**env.snapshot(), **urls, "DJANGO_SETTINGS_MODULE": "fbo_cabinet.settings.test"}
        failed = [name for name, command in CHECKS.items() if not _passes(name, command, environment)]
    verdict = f"failed: {', '.join(failed)}" if failed else f"all {len(CHECKS)} checks passed"
    sys.stdout.write(f"\n{verdict}\n")
    return 1 if failed else 0


def _passes(name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    sys.stdout.write(f"\n-- {name}\n")
    sys.stdout.flush()
    done = subprocess.run([sys.executable, *command], cwd=env.ROOT, env=dict(environment), check=False)
    return done.returncode == 0
