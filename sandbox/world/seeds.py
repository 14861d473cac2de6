"""Deterministic numbers from a seed: the same arguments give the same value in every process."""

import hashlib

_MASK = (1 << 64) - 1


def mix(*parts: int) -> int:
    """Return 64 well-stirred bits of the given integers (splitmix64)."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ part) & _MASK
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


def unit(*parts: int) -> float:
    """Return a number in [0, 1) that depends on nothing but the given integers."""
    return mix(*parts) / (1 << 64)


def seed_of(text: str) -> int:
    """Return a 64-bit seed for a name, for example a seller's id."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
