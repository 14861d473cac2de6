"""What `manage check` says of settings.MARKETPLACES, SYNC_STREAMS and ACCOUNT_HOLDINGS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from marketplaces import registry
from marketplaces.http import ForbiddenHost, check_base_url


def check_registries(app_configs: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Every entry is a class that can play its part, and every marketplace has an address."""
    found: list[CheckMessage] = []
    registries = (
        (registry.adapters, "marketplaces.E001"),
        (registry.streams, "marketplaces.E002"),
        (registry.holdings, "marketplaces.E004"),
    )
    for read, code in registries:
        try:
            read()
        except ImproperlyConfigured as exc:
            found.append(Error(str(exc), id=code))
    for marketplace in settings.MARKETPLACES:
        try:
            address = registry.base_url(marketplace)
            check_base_url(address, own_url=address)
        except (ForbiddenHost, LookupError, ImproperlyConfigured):
            found.append(Error(f"The address of {marketplace!r} is no address.", id="marketplaces.E003"))
    return found
