"""Runs the sandbox marketplaces, or prints what is true in their world."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from types import FrameType

from sandbox.accounts import DEMOS, Account
from sandbox.app import App, make_app
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.push import Pusher
from sandbox.server import Server
from sandbox.truth import TRUTHS, truth
from sandbox.world import World, WorldSettings
from sandbox.world.seeds import seed_of

_FBO_TYPES = (
    "TYPE_FBO_POSTING_NEW",
    "TYPE_FBO_POSTING_STATE_CHANGED",
    "TYPE_FBO_POSTING_CANCELLED",
    "TYPE_FBO_STOCKS_CHANGED",
)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8100, help="port to listen on, 0 for a free one (default: %(default)s)")
    add(
        "--limit-speed",
        type=float,
        default=1.0,
        metavar="TIMES",
        help="how many times faster than in life the limits of a minute and more pass",
    )
    add(
        "--account",
        action="append",
        default=[],
        metavar="[MARKETPLACE/]ID:KEY[:OPTIONS]",
        help=Account.parse.__doc__,
    )
    add(
        "--push",
        action="append",
        default=[],
        metavar="[ID=]URL",
        help="send push notifications there from the start",
    )
    add(
        "--faults",
        type=Faults.parse,
        default=Faults(),
        metavar="RATE[:KIND,…]",
        help="share of requests that go wrong",
    )
    add(
        "--rate",
        type=float,
        default=50.0,
        help="requests a second for a seller, 0 for no limit (default: %(default)s)",
    )
    size = parser.add_argument_group("the world")
    add = size.add_argument
    add("--seed", type=int, default=WorldSettings().seed)
    add("--skus", type=int, default=240, help="products of each seller (default: %(default)s)")
    add("--days", type=int, default=90, help="days of history (default: %(default)s)")
    add(
        "--first-day",
        type=date.fromisoformat,
        help="the first day of the history instead of --days before now",
    )
    add("--per-day", type=float, default=260.0, help="orders on an average day (default: %(default)s)")
    add("--orders", type=int, help="exact number of orders in the history, instead of --per-day")
    add("--now", type=_moment, help="simulated time at the start (default: the real now)")
    add("--speed", type=float, default=1.0, help="simulated seconds in a real second (default: %(default)s)")
    add("--live", type=float, default=0.0, metavar="RATE", help="live orders a minute, done within minutes")
    add(
        "--live-since",
        type=_moment,
        action="append",
        help="when somebody began to watch, once for each time (default: now)",
    )
    add = parser.add_argument_group("the truth").add_argument
    add("--truth", choices=TRUTHS, help="print JSON lines as of --now and leave")
    add("--client-id", help="whose truth (default: the first account)")
    return parser


def worlds_of(accounts: Sequence[Account], settings: WorldSettings) -> dict[str, World]:
    """Make a world for each account: the demo seller has the seed itself, on every marketplace; others one of their
    own."""
    demo = {account.client_id for account in DEMOS}
    return {
        account.client_id: World(
            replace(
                settings
                if account.client_id in demo
                else settings.for_seller(seed_of(account.client_id) >> 1),
                channel=account.marketplace,
            )
        )
        for account in accounts
    }


def _settings(options: argparse.Namespace, now: datetime) -> WorldSettings:
    settings = WorldSettings(
        seed=options.seed,
        skus=options.skus,
        days=options.days,
        per_day=options.per_day,
        orders=options.orders,
        live_per_minute=options.live,
        live_since=tuple(options.live_since or [now]),
    ).ending(now)
    if options.first_day is None:
        return settings
    return WorldSettings(**{**_fields(settings), "first_day": options.first_day})


def _fields(settings: WorldSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in WorldSettings.__slots__}


def _subscribe(app: App, targets: Sequence[str], now: datetime) -> None:
    for target in targets:
        client_id, mark, url = target.partition("=")
        if not (mark and client_id in app.sellers):
            client_id, url = "", target
        for name, seller in app.sellers.items():
            if client_id in ("", name):
                seller.subscriptions.add(url, _FBO_TYPES, created=int(now.timestamp() * 1_000_000))


def _serve(app: App, options: argparse.Namespace) -> int:
    try:
        server = Server(app, host=options.host, port=options.port)
    except OSError as error:
        print(f"sandbox: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 2
    stop = threading.Event()
    pusher = Pusher(app.sellers, clock=app.clock, faults=lambda: app.faults)
    threading.Thread(target=pusher.run, args=(stop,), daemon=True).start()

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    print(f"sandbox: http://{options.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        server.server_close()
    return 0


def _print(lines: Iterator[str]) -> int:
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; nothing is left for the interpreter to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    now = options.now or datetime.now(UTC)
    try:
        accounts = [Account.parse(text, now=now) for text in options.account] or list(DEMOS)
        worlds = worlds_of(accounts, _settings(options, now))
    except ValueError as error:
        parser.error(str(error))
    if options.truth:
        client_id = options.client_id or accounts[0].client_id
        if client_id not in worlds:
            parser.error(f"--client-id: no account {client_id!r}, there is {', '.join(worlds)}")
        return _print(truth(worlds[client_id], options.truth, at=now))
    app = make_app(
        worlds,
        accounts=accounts,
        clock=Clock(now, speed=options.speed),
        faults=options.faults,
        rate=options.rate or None,
        limit_speed=options.limit_speed,
    )
    _subscribe(app, options.push, now)
    return _serve(app, options)


if __name__ == "__main__":
    raise SystemExit(main())
