"""A bounded store for what can be computed again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Shelf(Generic[Key, Value]):
    """Keeps the values used last; `weigh` tells how much of `room` a value takes."""

    def __init__(
        self, make: Callable[[Key], Value], *, room: int, weigh: Callable[[Value], int] = lambda _: 1
    ) -> None:
        """Make values by `make` when they are asked for and not on the shelf."""
        self._make = make
        self._room = room
        self._weigh = weigh
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value:
        """Return the value of a key. Two threads may make the same value at once; both are equal."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = self._make(key)
        with self._lock:
            if key not in self._held:
                self._held[key] = value
                self._weight += self._weigh(value)
                while self._weight > self._room and len(self._held) > 1:
                    self._weight -= self._weigh(self._held.popitem(last=False)[1])
        return value
