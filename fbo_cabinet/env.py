"""The environment, read here and nowhere else; a wrong value stops the boot with its name."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def choose_settings(default: str = "fbo_cabinet.settings.local") -> None:
    """Name the settings module for Django unless the environment already did."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", default)


def text(name: str, default: str | None = None) -> str:
    """The variable as text; raises ImproperlyConfigured when it is absent and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """The variable as a yes or no (1/true/yes/on, 0/false/no/off)."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    value = raw.strip().lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")
    return value in _TRUE


def number(name: str, default: int, *, least: int = 0) -> int:
    """The variable as a whole number, at least `least`."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        value = int(raw)
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from exc
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The variable as a list of comma separated words."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    """`name=value` pairs, separated by commas or spaces."""
    found = {}
    for word in words(name):
        key, mark, value = word.partition("=")
        if not (key and mark and value):
            raise ImproperlyConfigured(f"{name}: {word!r} is no pair like ozon=https://api.example.com.")
        found[key] = value
    return found


def encryption_keys(name: str, default: str | None = None) -> dict[str, bytes]:
    """Field encryption keys, `id:base64,id:base64`, the first is the one that encrypts.

    Each key is 32 bytes. Raises ImproperlyConfigured naming what is wrong, never the key.
    """
    keys: dict[str, bytes] = {}
    for part in text(name, default).split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as exc:
            raise ImproperlyConfigured(f"{name}: the key {key_id!r} is not base64.") from exc
        if not key_id or len(key) != 32:
            raise ImproperlyConfigured(
                f"{name}: give id:base64 of 32 bytes, as made by `cabinet manage make_key`."
            )
        keys[key_id] = key
    return keys


def snapshot() -> Mapping[str, str]:
    """The whole environment, for programs that pass it on to children."""
    return dict(os.environ)
