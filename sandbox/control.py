"""`/_sandbox/`: clock, faults, limits, pictures and the truth, for tests and for developers."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.dialects import Counts
from sandbox.faults import DEFAULT, Faults
from sandbox.photos import photo
from sandbox.truth import TRUTHS, truth
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.app import App

_CACHED = ("Cache-Control", "public, max-age=86400")


class Control:
    """The steering wheel of an application."""

    def __init__(self, app: "App") -> None:
        """Steer this application."""
        self._app = app
        self._pages: dict[str, Callable[[str, dict[str, Any]], Any]] = {
            "clock": self._clock,
            "faults": self._faults,
            "violations": self._violations,
            "health": lambda method, body: {"ok": True},
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request below `/_sandbox/`."""
        name, _, rest = environ["PATH_INFO"].removeprefix("/_sandbox/").partition("/")
        query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        try:
            if name == "photo":
                return self._photo(rest, query, start_response)
            if name == "truth":
                return self._truth(rest, query, start_response)
            answer = self._pages[name](environ["REQUEST_METHOD"], _object(environ))
        except KeyError as error:
            return _send(start_response, "404 Not Found", {"error": f"nothing here: {error.args[0]}"})
        except (ValueError, TypeError, AttributeError) as error:
            return _send(start_response, "400 Bad Request", {"error": str(error)})
        return _send(start_response, "200 OK", answer)

    def _clock(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        clock = self._app.clock
        if method == "POST":
            if "set" in body:
                clock.set(_moment(body["set"]))
            if "advance" in body:
                clock.advance(timedelta(seconds=float(body["advance"])))
            if "speed" in body:
                clock.run_at(float(body["speed"]))
            if "freeze" in body:
                clock.freeze(frozen=bool(body["freeze"]))
        return {"now": clock.now().isoformat(), "speed": clock.speed, "frozen": clock.speed == 0}

    def _faults(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "POST":
            self._app.faults = Faults(
                float(body.get("rate", 0)),
                kinds=body.get("kinds") or DEFAULT,
                seed=int(body.get("seed", 1)),
                stall=float(body.get("stall", self._app.faults.stall)),
                blob=int(body.get("blob", self._app.faults.blob)),
            )
        return {"rate": self._app.faults.rate, "kinds": list(self._app.faults.kinds)}

    def _violations(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        del body
        counters = [self._app.gate, *(one for one in self._app.dialects.values() if isinstance(one, Counts))]
        report: dict[str, Any] = {}
        for counter in counters:
            report |= counter.report()
            if method == "DELETE":
                counter.reset()
        return report

    def _world(self, query: dict[str, str]) -> World:
        first = next(iter(self._app.worlds))
        return self._app.worlds[query.get("client_id", first)]

    def _truth(self, name: str, query: dict[str, str], start_response: StartResponse) -> Iterable[bytes]:
        if name not in TRUTHS:
            raise KeyError(name)
        at = _moment(query["at"]) if "at" in query else self._app.clock.now()
        lines = truth(self._world(query), name, at=at)
        start_response("200 OK", [("Content-Type", "application/x-ndjson")])
        return _encoded(lines)

    def _photo(self, name: str, query: dict[str, str], start_response: StartResponse) -> Iterable[bytes]:
        sku = int(name.removesuffix(".svg"))
        worlds = self._app.worlds.values()
        product = next((world.by_sku[sku] for world in worlds if sku in world.by_sku), None)
        if product is None:
            raise KeyError(name)
        body = photo(product, view=int(query.get("view", "1"))).encode()
        headers = [("Content-Type", "image/svg+xml"), ("Content-Length", str(len(body))), _CACHED]
        start_response("200 OK", headers)
        return [body]


def _object(environ: WSGIEnvironment) -> dict[str, Any]:
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
    if not isinstance(body, dict):
        raise TypeError("an object is expected")
    return body


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the time {text!r} has no zone")
    return moment


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield f"{line}\n".encode()


def _send(start_response: StartResponse, status: str, answer: dict[str, Any]) -> list[bytes]:
    body = json.dumps(answer, ensure_ascii=False).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
