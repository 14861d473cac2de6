"""What `manage check` says of settings.MARKETPLACES and settings.SYNC_STREAMS."""

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
    for number, read in enumerate((registry.adapters, registry.streams), start=1):
        try:
            read()
        except ImproperlyConfigured as exc:
            found.append(Error(str(exc), id=f"marketplaces.E00{number}"))
    for code in settings.MARKETPLACES:
        try:
            check_base_url(code, settings.MARKETPLACE_BASE_URLS.get(code, ""))
        except ForbiddenHost:
            found.append(Error(f"MARKETPLACE_BASE_URLS[{code!r}] is no address.", id="marketplaces.E003"))
    return found
