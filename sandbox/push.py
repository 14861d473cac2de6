"""Sends push notifications as time passes: with retries, and with the faults of a real sender."""

import heapq
import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.ozon.calls import Seller
from sandbox.ozon.push import push_bodies

_TIMEOUT = 5.0
_ATTEMPTS = 10
_LONGEST_GAP = 600.0
_CATCH_UP = timedelta(hours=1)


def post_json(url: str, body: dict[str, Any]) -> tuple[int, str]:
    """Send a JSON body; return status and text. Whatever goes wrong is an OSError."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"Content-Type": "application/json", "User-Agent": "ozon-push"}
    try:
        connection.request("POST", target, json.dumps(body, ensure_ascii=False).encode(), headers)
        response = connection.getresponse()
        return response.status, response.read(100_000).decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


@dataclass(order=True, slots=True)
class _Parcel:
    due: float
    number: int
    url: str = field(compare=False)
    body: dict[str, Any] = field(compare=False)
    attempt: int = field(default=0, compare=False)


class Pusher:
    """Tells the subscribed addresses what happened since it looked last."""

    def __init__(
        self,
        sellers: Mapping[str, Seller],
        *,
        clock: Clock,
        faults: Callable[[], Faults],
        post: Callable[[str, dict[str, Any]], tuple[int, str]] = post_json,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with what happens from now on."""
        self._sellers = sellers
        self._clock = clock
        self._faults = faults
        self._post = post
        self._monotonic = monotonic
        self._seen: dict[str, datetime] = {client_id: clock.now() for client_id in sellers}
        self._queue: list[_Parcel] = []
        self._numbers = 0
        self.sent = 0
        self.failed = 0

    def tick(self) -> None:
        """Look for news, then send everything that is due."""
        for client_id, seller in self._sellers.items():
            self._collect(client_id, seller)
        while self._queue and self._queue[0].due <= self._monotonic():
            self._send(heapq.heappop(self._queue))

    def run(self, stop: threading.Event, *, pause: float = 0.5) -> None:
        """Tick until told to stop."""
        while not stop.wait(pause):
            self.tick()

    def _collect(self, client_id: str, seller: Seller) -> None:
        now = self._clock.now()
        since, self._seen[client_id] = max(self._seen[client_id], now - _CATCH_UP), now
        addresses = [address for address in seller.subscriptions.all() if address.enabled]
        if not addresses or since >= now:
            return
        seller_id = int(client_id) if client_id.isdigit() else 0
        events = seller.world.push_events(since, now)
        for body in push_bodies(seller.world, events, seller_id=seller_id):
            for address in addresses:
                if body["message_type"] in address.types:
                    self._enqueue(address.url, body)

    def _pace(self) -> float:
        return max(self._clock.speed, 1.0)

    def _enqueue(self, url: str, body: dict[str, Any]) -> None:
        faults = self._faults()
        due = self._monotonic()
        if faults.strikes("push_late"):
            due += (20 + 40 * faults.chance()) / self._pace()
        if faults.strikes("push_out_of_order"):
            due += 4 * faults.chance() / self._pace()
        for _ in range(2 if faults.strikes("push_repeated") else 1):
            self._add(due, url, body, attempt=0)

    def _add(self, due: float, url: str, body: dict[str, Any], *, attempt: int) -> None:
        self._numbers += 1
        heapq.heappush(self._queue, _Parcel(due, self._numbers, url, body, attempt))

    def _send(self, parcel: _Parcel) -> None:
        if self._delivered(parcel):
            self.sent += 1
            return
        if parcel.attempt + 1 == _ATTEMPTS:
            self.failed += 1
            return
        gap = min(2.0 ** (parcel.attempt + 1), _LONGEST_GAP) / self._pace()
        self._add(self._monotonic() + gap, parcel.url, parcel.body, attempt=parcel.attempt + 1)

    def _delivered(self, parcel: _Parcel) -> bool:
        try:
            status, text = self._post(parcel.url, parcel.body)
            return status == 200 and json.loads(text) == {"result": True}
        except (OSError, ValueError):
            return False
