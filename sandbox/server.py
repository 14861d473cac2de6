"""A small threaded HTTP/1.1 server for a WSGI application: keep-alive, one write an answer, real drops."""

import io
import socket
import sys
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import unquote
from wsgiref.types import WSGIApplication, WSGIEnvironment

from sandbox.faults import DroppedConnectionError

Headers = list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: "Server"

    def do_POST(self) -> None:
        """Pass a call on."""
        self._pass_on()

    def do_GET(self) -> None:
        """Pass a question on."""
        self._pass_on()

    def do_DELETE(self) -> None:
        """Pass a reset on."""
        self._pass_on()

    def _pass_on(self) -> None:
        environ = self._environ()
        started: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            del exc_info
            started.append((status, headers))
            return lambda data: None

        try:
            chunks = self.server.app(environ, start_response)
            self._answer(*started[0], chunks)
        except DroppedConnectionError as drop:
            self._drop(drop)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _environ(self) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(length),
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.rfile.read(length)),
            "wsgi.errors": sys.stderr,
        }
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ

    def _answer(self, status: str, headers: Headers, chunks: Iterable[bytes]) -> None:
        head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        sized = any(name == "Content-Length" for name, _ in headers)
        if not sized:
            head.append("Transfer-Encoding: chunked")
        start = "\r\n".join([*head, "\r\n"]).encode("latin-1")
        if sized:
            self.wfile.write(start + b"".join(chunks))
            return
        self.wfile.write(start)
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _drop(self, drop: DroppedConnectionError) -> None:
        self.close_connection = True
        if drop.sent:
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % drop.promised
            )
            self.wfile.write(drop.sent)
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: a request is not news."""


class Server(ThreadingHTTPServer):
    """Serves an application on a port; 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, *, host: str, port: int) -> None:
        """Listen."""
        self.app = app
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        TCPServer.server_bind(self)
        host, self.server_port = self.socket.getsockname()[:2]
        self.server_name = str(host)
