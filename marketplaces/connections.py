"""From an account to an adapter that can talk: credentials opened, limits shared, one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils import timezone
from pydantic import SecretBytes, SecretStr

from core.crypto import CannotDecrypt
from marketplaces import registry
from marketplaces.adapter import AdapterContext, MarketplaceAdapter
from marketplaces.errors import CredentialsRejected
from marketplaces.http import Http
from marketplaces.ratelimit import Limiter

if TYPE_CHECKING:
    from pydantic import BaseModel

    from marketplaces.models import MarketplaceAccount


@contextmanager
def open_adapter(account: MarketplaceAccount) -> Iterator[MarketplaceAdapter]:
    """The adapter of an account, its connection closed at the end.

    Raises CredentialsRejected when the sealed credentials cannot be opened, UnknownCode when the marketplace
    is no longer in settings.MARKETPLACES.
    """
    adapter_class = registry.adapters()[account.marketplace]
    try:
        credentials = adapter_class.credentials_class.model_validate(account.open_credentials())
    except (CannotDecrypt, ValueError):
        # The cause may carry what was decrypted.
        raise CredentialsRejected("the stored credentials cannot be opened") from None
    with open_with(
        adapter_class,
        credentials,
        base_url=account.base_url,
        seller=account.external_id,
        account_id=account.pk,
    ) as adapter:
        yield adapter


@contextmanager
def open_with(
    adapter_class: type[MarketplaceAdapter],
    credentials: BaseModel,
    *,
    base_url: str,
    seller: str = "",
    account_id: int | None = None,
) -> Iterator[MarketplaceAdapter]:
    """An adapter for credentials that no account holds yet. Raises ForbiddenHost."""
    kind = adapter_class.key_kind(credentials)
    owner = limit_owner(
        adapter_class.code, base_url, seller or adapter_class.external_id(credentials), key_kind=kind
    )
    limiter = Limiter(owner=owner, limits=adapter_class.limits_for(kind), parallel=adapter_class.parallel)
    with Http(
        base_url,
        marketplace=adapter_class.code,
        own_url=registry.base_url(adapter_class.code),
        headers=adapter_class.headers(credentials),
        explain=adapter_class.explain,
        limiter=limiter,
        account_id=account_id,
    ) as http:
        yield adapter_class(AdapterContext(credentials=credentials, http=http, now=timezone.now))


def limit_owner(marketplace: str, base_url: str, seller: str, *, key_kind: str = "") -> str:
    """Whose requests the marketplace counts together."""
    return ":".join(filter(None, (marketplace, urlsplit(base_url).netloc, seller, key_kind)))


def revealed(credentials: BaseModel) -> dict[str, Any]:
    """The credentials with their secrets in clear, for sealing only."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr | SecretBytes) else value
        for name, value in credentials
    }


def key_hint(credentials: BaseModel) -> str:
    """The last four characters of the secret, to tell one key from another."""
    secrets = [value.get_secret_value() for _name, value in credentials if isinstance(value, SecretStr)]
    # Of a very short key four characters would be too much.
    return secrets[-1][-4:] if secrets and len(secrets[-1]) >= 12 else ""
