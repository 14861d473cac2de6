"""What an adapter says of itself before anything is asked: nouns, limits, words, papers."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from pydantic import SecretStr

from core.statuses import StatusChoices
from marketplaces import adapter as roles
from marketplaces import registry
from marketplaces.adapter import MarketplaceAdapter
from marketplaces.contracts.accounts import NOUNS
from tests.marketplaces.contract.cases import CASES

every = pytest.mark.parametrize("code", list(settings.MARKETPLACES))
ROLES = {
    "products": roles.FetchesProducts,
    "stock": roles.FetchesStock,
    "orders": roles.FetchesOrders,
    "prices": roles.FetchesPrices,
    "tariffs": roles.FetchesTariffs,
    "returns": roles.FetchesReturns,
    "supplies": roles.FetchesSupplies,
    "push": roles.ReceivesPush,
}


def adapter_of(code: str) -> type[MarketplaceAdapter]:
    return registry.adapters()[code]


def folder_of(code: str) -> Path:
    return Path(import_module(adapter_of(code).__module__).__file__ or "").parent


def test_every_marketplace_has_a_sandbox() -> None:
    assert set(settings.MARKETPLACES) <= set(CASES)


@every
def test_each_noun_is_spoken_of_and_what_is_read_is_a_role(code: str) -> None:
    adapter = adapter_of(code)
    told = {one.stream: one for one in adapter.capabilities}

    assert list(told) == list(NOUNS)
    for noun, role in ROLES.items():
        assert told[noun].is_available == issubclass(adapter, role), noun
    for capability in told.values():
        assert capability.is_available or capability.reason, f"{capability.stream}: why is it not read?"
        assert not capability.since or re.fullmatch(r"\d{4}-\d\d-\d\d", capability.since)


@every
def test_what_a_seller_reads_is_in_russian(code: str) -> None:
    adapter = adapter_of(code)
    words = [
        *adapter.key_steps,
        adapter.order_is,
        *(one.reason for one in adapter.capabilities if one.reason),
    ]
    words += [field.description or "" for field in adapter.credentials_class.model_fields.values()]

    assert len(adapter.key_steps) >= 2
    with translation.override("ru"):
        for word in words:
            assert word
            assert re.search("[а-яё]", translation.gettext(word), re.IGNORECASE), word


@every
def test_secrets_are_secrets(code: str) -> None:
    adapter = adapter_of(code)
    fields = adapter.credentials_class.model_fields
    credentials = adapter.credentials_class.model_validate(dict(CASES[code].credentials))
    secrets = [name for name, field in fields.items() if field.annotation is SecretStr]

    assert secrets
    for name in secrets:
        value = CASES[code].credentials[name]
        assert value not in repr(credentials)
        assert value not in str(credentials)
        assert any(value in header for header in adapter.headers(credentials).values())


@every
def test_limits_are_known_for_the_key(code: str) -> None:
    adapter = adapter_of(code)
    credentials = adapter.credentials_class.model_validate(dict(CASES[code].credentials))

    assert "" in adapter.limits_for(adapter.key_kind(credentials))
    assert "" in adapter.limits_for("")
    assert adapter.external_id(credentials) == CASES[code].account.client_id


@every
def test_the_address_is_its_own_and_over_tls(code: str) -> None:
    assert adapter_of(code).base_url.startswith("https://")


@every
def test_the_folder_explains_itself(code: str) -> None:
    readme = (folder_of(code) / "README.md").read_text()

    for heading in ("## What is asked", "## Limits", "## Quirks", "## Files"):
        assert heading in readme, heading
    for name in ("adapter", "client", "credentials", "mapping", "schemas", "statuses"):
        assert list(folder_of(code).glob(f"{name}*")), name


@every
def test_words_of_statuses_are_listed_for_the_document(code: str) -> None:
    tables = import_module(f"{adapter_of(code).__module__.rpartition('.')[0]}.statuses").TABLES

    assert tables
    for name, table in tables.items():
        assert table, name
        assert all(isinstance(word, str) and isinstance(ours, StatusChoices) for word, ours in table.items())


@every
def test_it_knows_no_other_marketplace_and_no_database(code: str) -> None:
    others = [f"marketplaces.{other}" for other in settings.MARKETPLACES if other != code]
    for path in folder_of(code).glob("**/*.py"):
        text = path.read_text()
        assert not any(other in text for other in others), path.name
        assert "marketplaces.models" not in text, path.name
