"""Free and taken ports."""

from __future__ import annotations

import socket

import pytest

from fbo_cabinet.local.errors import LaunchError
from fbo_cabinet.local.ports import answers, free_port, is_free, require_free

pytestmark = pytest.mark.enable_socket


def test_a_taken_port_is_named_with_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(
            LaunchError, match=rf"^Port {port} is taken: name another one, for example --port \d+\.$"
        ):
            require_free(port)
        assert free_port(port) != port

    assert is_free(port)
    require_free(port)


def test_a_silent_port_does_not_answer() -> None:
    assert not answers(free_port(20_000), "/healthz")
