"""Addresses that a seller gave for push notifications."""

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address and what it wants to hear."""

    id: int
    url: str
    types: tuple[str, ...]
    enabled: bool
    created: int


class Subscriptions:
    """The addresses of one seller."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._held: dict[int, Address] = {}
        self._last = 0

    def add(self, url: str, types: tuple[str, ...], *, created: int) -> Address:
        """Remember an address, enabled."""
        with self._lock:
            self._last += 1
            address = Address(id=self._last, url=url, types=types, enabled=True, created=created)
            self._held[address.id] = address
            return address

    def change(
        self,
        id_: int,
        *,
        url: str | None = None,
        types: tuple[str, ...] | None = None,
        enabled: bool | None = None,
    ) -> bool:
        """Change what is given; tell whether there is such an address."""
        with self._lock:
            held = self._held.get(id_)
            if held is None:
                return False
            self._held[id_] = replace(
                held,
                url=held.url if url is None else url,
                types=held.types if types is None else types,
                enabled=held.enabled if enabled is None else enabled,
            )
            return True

    def remove(self, id_: int) -> bool:
        """Forget an address; tell whether there was one."""
        with self._lock:
            return self._held.pop(id_, None) is not None

    def all(self) -> list[Address]:
        """Return the addresses, oldest first."""
        with self._lock:
            return list(self._held.values())
