"""Ports of this machine: whether one is free, and a free one."""

from __future__ import annotations

import http.client
import socket

from fbo_cabinet.local.errors import LaunchError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether we could listen on the port."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def require_free(port: int) -> None:
    """Raise LaunchError when somebody listens on the port."""
    if not is_free(port):
        raise LaunchError(
            f"Port {port} is taken: name another one, for example --port {free_port(port + 1)}."
        )


def free_port(first: int) -> int:
    """The first free port at or above `first`."""
    for port in range(first, min(first + 200, 65536)):
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server on the port answers this path without a server error."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
