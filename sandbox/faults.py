"""Faults on demand: which request goes wrong, and how."""

import random
import threading
from collections.abc import Iterable

#: The answer does not come, or not from the method itself.
TRANSPORT = ("429", "500", "502", "timeout", "drop", "truncated")
#: The list moves or repeats while it is read; nothing is lost for a caller who merges by key.
PAGING = ("duplicate_page", "shifting_page", "out_of_order")
#: The content is older, odd or missing, and right when asked again.
CONTENT = ("stale", "unknown_status", "empty_page")
#: The key stops working.
ACCESS = ("revoked", "expired")
#: Bodies that no contract allows.
HOSTILE = (
    "wrong_types",
    "missing_fields",
    "huge_numbers",
    "huge_string",
    "nul_rtl",
    "nulls",
    "html_200",
)
ALL = (*TRANSPORT, *PAGING, *CONTENT, *ACCESS, *HOSTILE)
DEFAULT = (*TRANSPORT, *PAGING, *CONTENT)
#: Kinds that the push sender has of its own.
PUSH = ("push_late", "push_repeated", "push_out_of_order")


class DroppedConnectionError(ConnectionResetError):
    """The connection breaks before the answer is complete: after `sent` of the `promised` bytes."""

    def __init__(self, *, sent: bytes = b"", promised: int = 0) -> None:
        """Break before the first byte, or in the middle."""
        super().__init__("the sandbox dropped the connection")
        self.sent = sent
        self.promised = promised


class Faults:
    """Decides request by request, always the same way for the same seed and order of requests."""

    def __init__(
        self,
        rate: float = 0.0,
        *,
        kinds: Iterable[str] = DEFAULT,
        seed: int = 1,
        stall: float = 30.0,
        blob: int = 10_000_000,
    ) -> None:
        """Spoil a share of requests; `stall` bounds a timeout in seconds, `blob` sizes a huge string."""
        self.kinds = tuple(kinds)
        unknown = set(self.kinds) - {*ALL, *PUSH}
        if unknown or not 0 <= rate <= 1:
            raise ValueError(f"no such faults: {', '.join(sorted(unknown))}" if unknown else "rate is 0 to 1")
        self.rate = rate
        self.stall = stall
        self.blob = blob
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._of_requests = tuple(kind for kind in self.kinds if kind not in PUSH)

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """Read `RATE[:kind,kind]`, for example `0.2` or `0.1:429,drop`."""
        rate, _, kinds = text.partition(":")
        return cls(float(rate), kinds=kinds.split(",") if kinds else DEFAULT)

    def pick(self) -> str | None:
        """Return the fault of the next request, or nothing."""
        with self._lock:
            if not self._of_requests or self._rng.random() >= self.rate:
                return None
            return self._rng.choice(self._of_requests)

    def strikes(self, kind: str) -> bool:
        """Tell whether a fault of the push sender happens now."""
        with self._lock:
            return kind in self.kinds and self._rng.random() < self.rate

    def chance(self) -> float:
        """Return a number in [0, 1) from the same seeded source."""
        with self._lock:
            return self._rng.random()
