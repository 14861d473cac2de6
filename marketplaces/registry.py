"""Which marketplaces, streams and holdings there are: settings.MARKETPLACES, SYNC_STREAMS and ACCOUNT_HOLDINGS,
checked at the door."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from marketplaces.adapter import MarketplaceAdapter
from marketplaces.contracts.orders import OrderStatus
from marketplaces.holdings import AccountHolding
from marketplaces.ratelimit import ALL
from marketplaces.streams import SyncStream

Named = TypeVar("Named", bound="type[Any]")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")


class UnknownCode(LookupError):
    """No entry of the registry has this code."""


class Registry(Generic[Named]):
    """Classes by code, in the order of the setting. Raises ImproperlyConfigured naming what is wrong."""

    def __init__(self, mapping: Mapping[str, str | Named], *, base: Named, setting: str) -> None:
        self._setting = setting
        self._classes: dict[str, Named] = {}
        for code, entry in mapping.items():
            self._classes[code] = self._checked(code, _load(entry, f"{setting}[{code!r}]"), base)

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __contains__(self, code: object) -> bool:
        return code in self._classes

    def __getitem__(self, code: str) -> Named:
        """The class. Raises UnknownCode."""
        try:
            return self._classes[code]
        except KeyError:
            known = ", ".join(self._classes) or "none"
            raise UnknownCode(f"{self._setting} has no {code!r} (known: {known})") from None

    def items(self) -> list[tuple[str, Named]]:
        """Code and class of every entry."""
        return list(self._classes.items())

    def choices(self) -> list[tuple[str, str]]:
        """Code and title of every entry, for forms and filters."""
        return [(code, str(entry.title)) for code, entry in self._classes.items()]

    def title(self, code: str) -> str:
        """The title of an entry; the code itself when it is no longer in the registry."""
        return str(self._classes[code].title) if code in self._classes else code

    def _checked(self, code: str, entry: Any, base: type[Any]) -> Named:
        where = f"{self._setting}[{code!r}]"
        if not _CODE.fullmatch(code):
            raise ImproperlyConfigured(f"{where}: a code is 2-32 of a-z, 0-9 and _, letters first.")
        if not (inspect.isclass(entry) and issubclass(entry, base)):
            raise ImproperlyConfigured(f"{where}: {entry!r} is no {base.__name__}.")
        lacking = sorted(getattr(entry, "__abstractmethods__", ()))
        if lacking:
            raise ImproperlyConfigured(f"{where}: {entry.__name__} lacks {', '.join(lacking)}.")
        lacking = [name for name in _attributes(base) if not hasattr(entry, name)]
        if lacking:
            raise ImproperlyConfigured(f"{where}: {entry.__name__} does not set {', '.join(lacking)}.")
        own_code = _code_of(entry)
        if own_code != code:
            raise ImproperlyConfigured(f"{where}: {entry.__name__} calls itself {own_code!r}.")
        if issubclass(entry, MarketplaceAdapter) and ALL not in entry.limits:
            raise ImproperlyConfigured(
                f"{where}: {entry.__name__}.limits has no limit for all requests ('')."
            )
        return cast("Named", entry)


def adapters() -> Registry[type[MarketplaceAdapter]]:
    """The marketplaces of settings.MARKETPLACES."""
    return _adapters(tuple(settings.MARKETPLACES.items()))


def streams() -> Registry[type[SyncStream]]:
    """The streams of settings.SYNC_STREAMS."""
    return _streams(tuple(settings.SYNC_STREAMS.items()))


def first_streams() -> list[tuple[str, str]]:
    """Code and title of the streams that a newcomer waits for."""
    known = streams()
    return [(code, title) for code, title in known.choices() if known[code].is_first_step]


def holdings() -> Registry[type[AccountHolding]]:
    """What is held for an account, in the order in which it is erased (settings.ACCOUNT_HOLDINGS)."""
    return _holdings(tuple(settings.ACCOUNT_HOLDINGS.items()))


def base_url(code: str) -> str:
    """The address of a marketplace's API: its own, or the one that the settings put in its place."""
    return str(settings.MARKETPLACE_BASE_URLS.get(code) or adapters()[code].base_url)


def untold_steps(code: str) -> frozenset[OrderStatus]:
    """The steps of an order that a marketplace never tells; none of one that is no longer in the registry."""
    return adapters()[code].untold_steps if code in adapters() else frozenset()


def stream_named(code: str) -> SyncStream:
    """A stream ready to use. Raises UnknownCode."""
    return streams()[code]()


def choices() -> list[tuple[str, str]]:
    """Code and title of every marketplace: `choices=registry.choices` in forms."""
    return adapters().choices()


@cache
def _adapters(items: tuple[tuple[str, str], ...]) -> Registry[type[MarketplaceAdapter]]:
    return Registry(dict(items), base=MarketplaceAdapter, setting="MARKETPLACES")


@cache
def _streams(items: tuple[tuple[str, str], ...]) -> Registry[type[SyncStream]]:
    return Registry(dict(items), base=SyncStream, setting="SYNC_STREAMS")


@cache
def _holdings(items: tuple[tuple[str, str], ...]) -> Registry[type[AccountHolding]]:
    return Registry(dict(items), base=AccountHolding, setting="ACCOUNT_HOLDINGS")


def _code_of(entry: Any) -> str:
    return str(entry.code)


def _attributes(base: type[Any]) -> list[str]:
    """The class attributes that the base declares and does not set."""
    return [name for name in inspect.get_annotations(base) if not hasattr(base, name)]


def _load(entry: Any, where: str) -> Any:
    if not isinstance(entry, str):
        return entry
    try:
        return import_string(entry)
    except ImportError as exc:
        raise ImproperlyConfigured(f"{where}: cannot import {entry}: {exc}") from exc
