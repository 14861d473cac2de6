"""Serials of orders, and the numbers that buyers see: one to one with each other."""

from sandbox.world.seeds import mix

MAX_IN_CHUNK = 100_000
_CODES = 10**12
_STRIDE = 387_420_489_021
_BACKWARDS = pow(_STRIDE, -1, _CODES)


class Numbers:
    """Order numbers that look random and can be read back: one to one with serials."""

    def __init__(self, seed: int) -> None:
        """Give each world its own numbers."""
        self._shift = mix(seed, 41) % _CODES

    def basket(self, serial: int) -> str:
        """Return the number of a buyer's order."""
        digits = f"{(serial * _STRIDE + self._shift) % _CODES:012}"
        return f"{digits[:8]}-{digits[8:]}"

    def serial(self, number: str) -> int | None:
        """Return the serial that a number of an order or of its part belongs to, or nothing if it is not ours."""
        parts = number.split("-")
        if len(parts) not in (2, 3) or len(parts[0]) != 8 or len(parts[1]) != 4:
            return None
        digits = "".join(parts)
        if not (digits.isascii() and digits.isdigit()):
            return None
        serial = (int(parts[0] + parts[1]) - self._shift) * _BACKWARDS % _CODES
        part = int(parts[2]) if len(parts) == 3 else 1
        return serial + (part - 1) * 2 if part in (1, 2) else None


def serial_of(chunk: int, index: int, *, live: bool) -> int:
    """Return the serial of an order: its chunk, its place there, and which stream it is from."""
    return ((chunk * MAX_IN_CHUNK) + index) * 2 + live


def chunk_of(serial: int) -> tuple[int, int, bool]:
    """Return chunk, place and stream of a serial."""
    rest, live = divmod(serial, 2)
    chunk, index = divmod(rest, MAX_IN_CHUNK)
    return chunk, index, bool(live)
