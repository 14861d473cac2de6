"""The program itself: started as a process, asked over a real port, stopped by a signal."""

from __future__ import annotations

import json
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.__main__ import main
from sandbox.push import post_json
from sandbox.world import World, WorldSettings
from tests.sandbox.conftest import NOW

ROOT = Path(__file__).parents[2]
SMALL = ("--skus", "20", "--days", "5", "--per-day", "30", "--now", NOW.isoformat())
DEMO = {"Client-Id": "1284417", "Api-Key": "demo-ozon-key"}
PAGE = {"limit": 100, "filter": {"since": "2026-11-19T00:00:00Z", "to": "2026-11-25T00:00:00Z"}}


def _start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    assert ready, "the sandbox did not start"
    found = re.fullmatch(r"sandbox: (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
    assert found is not None
    return process, found[1]


def _stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)
    assert errors == ""
    return process.returncode


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A sandbox on a port of its own."""
    process, url = _start(*SMALL, "--account", "1284417:demo-ozon-key", "--account", "7:seven:revoked")
    yield url
    assert _stop(process) == 0


def test_the_program_answers_over_one_connection(url: str) -> None:
    with httpx.Client(base_url=url, headers=DEMO) as client:
        pages = [client.post("/v3/posting/fbo/list", json=PAGE) for _ in range(20)]

    assert {page.status_code for page in pages} == {200}
    assert {page.headers["ratelimit-remaining"] for page in pages} != {"49"}
    assert len({page.extensions["network_stream"] for page in pages}) == 1


def test_the_program_tells_the_same_as_the_world(url: str) -> None:
    answer = httpx.get(f"{url}/_sandbox/truth/orders", params={"at": NOW.isoformat()})
    world = World(WorldSettings(skus=20, days=5, per_day=30).ending(NOW))

    assert [json.loads(line) for line in answer.text.splitlines()] == [
        o.as_json() for o in world.orders(until=NOW)
    ]
    assert answer.headers["transfer-encoding"] == "chunked"


def test_pictures_have_the_address_of_the_program(url: str) -> None:
    sku = httpx.post(f"{url}/v3/product/list", headers=DEMO, json={"limit": 1}).json()["result"]["items"][0][
        "sku"
    ]
    item = httpx.post(f"{url}/v3/product/info/list", headers=DEMO, json={"sku": [sku]}).json()["items"][0]

    assert item["primary_image"][0].startswith(url)
    assert httpx.get(item["primary_image"][0]).headers["content-type"] == "image/svg+xml"


def test_a_revoked_account_is_refused(url: str) -> None:
    answer = httpx.post(f"{url}/v1/roles", headers={"Client-Id": "7", "Api-Key": "seven"})

    assert (answer.status_code, answer.json()["message"][:22]) == (403, "Api-key is deactivated")


def test_a_dropped_connection_breaks_off(url: str) -> None:
    broken = 0
    with httpx.Client(base_url=url, headers=DEMO | {"X-Sandbox-Fault": "drop"}) as client:
        for _ in range(6):
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                client.post("/v3/posting/fbo/list", json=PAGE)
            broken += 1
    assert broken == 6
    assert httpx.post(f"{url}/v1/roles", headers=DEMO).status_code == 200


def test_half_a_request_does_not_stop_others(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v1/roles HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        assert httpx.post(f"{url}/v1/roles", headers=DEMO).status_code == 200


def test_several_callers_are_served_at_once(url: str) -> None:
    answers: list[int] = []

    def read() -> None:
        with httpx.Client(base_url=url, headers=DEMO) as client:
            answers.extend(client.post("/v3/posting/fbo/list", json=PAGE).status_code for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert set(answers) <= {200, 429}


class _Ear(BaseHTTPRequestHandler):
    heard: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append(body)
        answer = b'{"result": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""


def test_push_notifications_come_while_orders_live() -> None:
    ear = HTTPServer(("127.0.0.1", 0), _Ear)
    threading.Thread(target=ear.serve_forever, daemon=True).start()
    target = f"1284417=http://127.0.0.1:{ear.server_port}/push/"
    process, _ = _start(*SMALL, "--live", "60", "--speed", "20", "--push", target)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len({b["message_type"] for b in _Ear.heard}) < 3:
            time.sleep(0.2)
    finally:
        assert _stop(process) == 0
        ear.shutdown()
        ear.server_close()

    assert {b["message_type"] for b in _Ear.heard} >= {
        "TYPE_FBO_POSTING_NEW",
        "TYPE_FBO_POSTING_STATE_CHANGED",
        "TYPE_FBO_STOCKS_CHANGED",
    }


def test_nobody_listening_is_an_os_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OSError, match=r".*"):
        post_json(f"http://127.0.0.1:{port}/", {})


def test_a_taken_port_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), *SMALL]) == 2

    assert capsys.readouterr().err == f"sandbox: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize("name", ["orders", "stock", "stockouts", "summary"])
def test_the_truth_is_printed(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["--truth", name, *SMALL, "--orders", "120"]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines
    if name == "summary":
        assert lines[0]["first_day"] == "2026-11-19"


def test_sellers_on_the_command_line_have_worlds_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    accounts = ("--account", "1284417:a", "--account", "8:b")
    printed = []
    for client_id in ("1284417", "8"):
        main(["--truth", "summary", *SMALL, *accounts, "--client-id", client_id, "--first-day", "2026-11-20"])
        printed.append(json.loads(capsys.readouterr().out))

    assert printed[0]["seed"] == WorldSettings().seed != printed[1]["seed"]
    assert printed[0]["first_day"] == printed[1]["first_day"] == "2026-11-20"
    assert printed[0]["amount"] != printed[1]["amount"]


@pytest.mark.parametrize(
    "wrong", [("--account", "x"), ("--faults", "3"), ("--skus", "0"), ("--truth", "lies")]
)
def test_wrong_arguments_end_in_a_usage_line(
    capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*SMALL, *wrong])

    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err
