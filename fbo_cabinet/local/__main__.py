"""The command line behind `./cabinet`, once the packages are installed."""

from __future__ import annotations

import argparse
import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fbo_cabinet import env
from fbo_cabinet.local.bootstrap import USAGE
from fbo_cabinet.local.check import check
from fbo_cabinet.local.datadir import DataDir
from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.manage import bench, manage
from fbo_cabinet.local.pictures import pictures
from fbo_cabinet.local.run import Options, run
from fbo_cabinet.local.suite import run_suite

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """Answers a wrong option with one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with code 2."""
        self.exit(2, f"cabinet: {message}; see ./cabinet help\n")


def main(arguments: Sequence[str]) -> int:
    """Do what the verb says; the exit code."""
    verb, *rest = arguments or ["help"]
    try:
        return _do(verb, rest)
    except LaunchError as exc:
        return _fail(str(exc))
    except OSError as exc:
        if exc.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
            raise
        return _fail(f"{exc.strerror}: {exc.filename or 'while writing'}")
    except KeyboardInterrupt:
        return INTERRUPTED


def _do(verb: str, arguments: Sequence[str]) -> int:
    match verb:
        case "run":
            _run(arguments)
        case "test":
            return run_suite(arguments)
        case "check":
            return check()
        case "manage":
            return manage(*_take_data(arguments))
        case "bench":
            return bench(arguments)
        case "pictures":
            return pictures(arguments)
        case _:
            sys.stdout.write(USAGE)
    return 0


def _run(arguments: Sequence[str]) -> None:
    parser = _parser("run")
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--no-demo", dest="demo", action="store_false")
    parser.add_argument("--workers", type=_count, default=2)
    given = parser.parse_args(arguments)
    run(DataDir(given.data), Options(port=given.port, demo=given.demo, workers=given.workers))
    sys.stdout.write("Stopped.\n")


def _parser(verb: str) -> Parser:
    parser = Parser(prog=f"cabinet {verb}", usage=USAGE.partition("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--data", type=Path, default=Path(env.text("CABINET_DATA", str(env.ROOT / ".data"))))
    return parser


def _take_data(arguments: Sequence[str]) -> tuple[DataDir, Sequence[str]]:
    """The data folder, which a leading `--data DIR` names, and the arguments after it."""
    first = arguments[0] if arguments else ""
    ours = 2 if first == "--data" else int(first.startswith("--data="))
    return DataDir(_parser("manage").parse_args(arguments[:ours]).data), arguments[ours:]


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not a port")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give at least 1")
    return number


def _fail(line: str) -> int:
    sys.stderr.write(f"cabinet: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
