"""Tokens: what the middle part of a JWT says of its seller, and making such tokens."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.world.seeds import mix, seed_of

BASE, TEST, PERSONAL, SERVICE = 1, 2, 3, 4
KINDS = {BASE: "base", TEST: "test", PERSONAL: "personal", SERVICE: "service"}
#: Bits of `s`: the categories of methods, and the one that forbids every change.
CONTENT, ANALYTICS, PRICES, STATISTICS, SUPPLIES, BUYER_RETURNS, FINANCE = 1, 2, 3, 5, 10, 11, 13
READ_ONLY = 30
EVERYTHING = (CONTENT, ANALYTICS, PRICES, 4, STATISTICS, 6, 7, 9, SUPPLIES, BUYER_RETURNS, 12, FINANCE, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says: whose it is, what kind, which categories, until when (seconds since 1970)."""

    sid: str
    kind: str
    mask: int
    expires: float

    def has(self, bit: int) -> bool:
        """Tell whether a bit of the mask is set."""
        return bool(self.mask >> bit & 1)


def read(token: str) -> Claims | None:
    """Read a token without looking at its signature; nothing if it is none."""
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return Claims(
            sid=str(claims["sid"]),
            kind="test" if claims.get("t") else KINDS[claims["acc"]],
            mask=int(claims["s"]),
            expires=float(claims["exp"]),
        )
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return None


def make(
    sid: str,
    *,
    kind: int = PERSONAL,
    categories: tuple[int, ...] = EVERYTHING,
    expires: datetime | None = None,
) -> str:
    """Make a token of a seller, with a signature that nobody could check; by default good until June 2030."""
    until = expires or datetime(2030, 6, 1, tzinfo=UTC)
    claims = {
        "acc": kind,
        "ent": 1,
        "exp": int(until.timestamp()),
        "for": "asid:demo-service" if kind == SERVICE else "self",
        "id": f"{mix(seed_of(sid), 1):016x}",
        "iid": mix(seed_of(sid), 2) % 10**8,
        "oid": mix(seed_of(sid), 3) % 10**7,
        "s": sum(1 << bit for bit in categories),
        "sid": sid,
        "t": kind == TEST,
        "uid": mix(seed_of(sid), 2) % 10**8,
    }
    head = {"alg": "ES256", "kid": "20260801v1", "typ": "JWT"}
    signature = b"".join(mix(seed_of(sid), 4, part, sum(categories)).to_bytes(8) for part in range(8))
    return ".".join((_text(head), _text(claims), _encoded(signature)))


def _text(part: dict[str, Any]) -> str:
    return _encoded(json.dumps(part, separators=(",", ":")).encode())


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
