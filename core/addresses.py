"""Where a request comes from, behind as many proxies of ours as there are."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address of the client; None when the server was not told any.

    Each of settings.PROXY_COUNT proxies adds to the right of X-Forwarded-For whom it saw, so the outermost of
    ours wrote the entry that many from the right; what stands before it, the client made up. A shorter header
    did not pass all of them: then only the connection itself is believed.
    """
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count = settings.PROXY_COUNT
    if 0 < count <= len(told):
        seen = _clean(told[-count])
        if seen is not None:
            return seen
    return _clean(request.META.get("REMOTE_ADDR", ""))


def _clean(text: str) -> str | None:
    """The address without a port or a zone, an IPv4 one in its short form; None when it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
