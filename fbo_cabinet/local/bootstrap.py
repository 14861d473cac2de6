"""From a bare Python to the project's own: the environment in .venv, the hash-locked packages, the translations.

Run as a script by `./cabinet` with any Python 3.11 or later, so it imports nothing but the standard library.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "cabinet-installed"
UV_LOCK = ROOT / "fbo_cabinet" / "local" / "uv.txt"
RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
LOCKS = {
    "run": RUNTIME,
    "manage": RUNTIME,
    "test": DEVELOPMENT,
    "check": DEVELOPMENT,
    "bench": DEVELOPMENT,
    "pictures": DEVELOPMENT,
}
OLDEST = (3, 11)

USAGE = """\
Usage: ./cabinet VERB [options]

  run      start the cabinet on this machine, with its own PostgreSQL and Valkey and a demo company
             --port 8000      the port of the web pages
             --data .data     the folder that keeps everything
             --no-demo        no demo company
             --workers 2      processes that talk to the marketplaces
  test     run the tests; with arguments, what they name: ./cabinet test tests/orders -k merge
  check    style, types, layers, templates, migrations
  bench    measure; takes the options of `./cabinet manage bench`
  pictures take the screenshots of docs/pictures from a running demo (--url http://127.0.0.1:8000)
  manage   a management command: ./cabinet manage sync --help
  help     this text

The first start installs what is needed into .venv. DATABASE_URL and REDIS_URL name servers of your own.
"""


class BootstrapError(Exception):
    """Its text is the one line the person reads."""


def main(arguments: Sequence[str]) -> None:
    """Prepare what the verb needs, and become it."""
    verb = arguments[0] if arguments else ""
    if verb in {"help", "-h", "--help"}:
        sys.stdout.write(USAGE)
        return
    if verb not in LOCKS:
        said = f"there is no verb {verb!r}" if verb else "name a verb"
        _stop(f"{said}: run, test, check, bench, pictures, manage or help", code=2)
    try:
        prepare(LOCKS[verb])
    except BootstrapError as exc:
        _stop(str(exc))
    except OSError as exc:
        _stop(f"{exc.strerror}: {exc.filename or ROOT}")
    except KeyboardInterrupt:
        _stop("interrupted; the next start goes on from here", code=130)
    _become(verb, list(arguments[1:]))


def prepare(lock_name: str) -> None:
    """Make `.venv` hold what the lock says and compile the translations, one process at a time."""
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        _make_venv()
        _install(lock_name)
        _compile_translations()
    finally:
        os.close(folder)


def _make_venv() -> None:
    if _version(PYTHON) >= OLDEST:
        return
    _say(f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
    shutil.rmtree(VENV, ignore_errors=True)
    if _quietly(sys.executable, "-m", "venv", str(VENV)):
        return
    # Debian keeps ensurepip in a package of its own; a pip outside can stand in for the one inside.
    shutil.rmtree(VENV, ignore_errors=True)
    if _quietly(sys.executable, "-m", "venv", "--without-pip", str(VENV)) and _outer_pip_works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and _apt_install(package) and _quietly(sys.executable, "-m", "venv", str(VENV)):
        return
    raise BootstrapError(f"this Python cannot make environments: apt-get install {package}, then try again")


def _install(lock_name: str) -> None:
    wanted = _checksum(ROOT / lock_name)
    if _stamps().get(lock_name) == wanted:
        return
    _say(f"Installing the packages of {lock_name}")
    lock = str(ROOT / lock_name)
    if not (_have_uv() and _try_uv(lock)) and not _pip("install", "--require-hashes", "-r", lock):
        raise BootstrapError(f"the packages of {lock_name} could not be installed: see the lines above")
    # The development lock holds everything the runtime lock does.
    held = [lock_name] if lock_name == RUNTIME else [RUNTIME, DEVELOPMENT]
    stamps = _stamps() | {name: _checksum(ROOT / name) for name in held}
    STAMPS.write_text("".join(f"{name} {value}\n" for name, value in sorted(stamps.items())))


def _have_uv() -> bool:
    lock = str(UV_LOCK)
    return _quietly(str(PYTHON), "-m", "uv", "--version") or _pip(
        "install", "--quiet", "--require-hashes", "-r", lock
    )


def _try_uv(lock: str) -> bool:
    # The system's certificates: a company's proxy is trusted there, not in the list uv brings along.
    options = ["--system-certs", "--require-hashes", "--link-mode=copy", "--quiet", "--python", str(PYTHON)]
    if _runs(str(PYTHON), "-m", "uv", "pip", "install", *options, "-r", lock):
        return True
    _say("uv could not install them, trying pip")
    return False


def _pip(*arguments: str) -> bool:
    inner = _quietly(str(PYTHON), "-m", "pip", "--version")
    pip = [str(PYTHON), "-m", "pip"] if inner else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    return _runs(*pip, "--disable-pip-version-check", "--no-input", *arguments)


def _outer_pip_works() -> bool:
    return _quietly(sys.executable, "-m", "pip", "--python", str(PYTHON), "--version")


def _apt_install(package: str) -> bool:
    if shutil.which("apt-get") is None:
        return False
    _say(f"Installing {package}")
    install = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    return _quietly(*install) or (_quietly("apt-get", "update") and _runs(*install))


def _compile_translations() -> None:
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        babel = (str(PYTHON), "-m", "babel.messages.frontend", "--quiet", "compile")
        if not _runs(*babel, "-i", str(source), "-o", str(compiled), "-l", source.parents[1].name):
            raise BootstrapError(f"{source.relative_to(ROOT)} could not be compiled")


def _become(verb: str, arguments: list[str]) -> NoReturn:
    where = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, where)))
    # -P: the folder we are called from may hold modules of the same names.
    command = [str(PYTHON), "-P", "-m", "fbo_cabinet.local", verb, *arguments]
    os.execve(PYTHON, command, environment)  # noqa: S606 - the interpreter of our own environment


def _stamps() -> dict[str, str]:
    if not STAMPS.exists():
        return {}
    return dict(line.split() for line in STAMPS.read_text().splitlines())


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version(python: Path) -> tuple[int, ...]:
    """The version of an interpreter, () when it does not run."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(part) for part in answer.stdout.split())


def _runs(*command: str) -> bool:
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == 0


def _quietly(*command: str) -> bool:
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def _say(line: str) -> None:
    sys.stderr.write(f"cabinet: {line}\n")


def _stop(line: str, *, code: int = 1) -> NoReturn:
    _say(line)
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
