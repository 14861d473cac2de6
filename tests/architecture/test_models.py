"""Every table of ours is behind the tenant wall, or is named here as one that is not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from companies.scoping import CompanyOwned, CompanyQuerySet, ScopedManager

OURS = (
    "core",
    "companies",
    "marketplaces",
    "catalog",
    "orders",
    "supplies",
    "returns",
    "analytics",
    "fbo_cabinet",
)
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]
# Tables that belong to no company.
SHARED = {
    "companies.User",
    "companies.Company",
    "companies.SignIn",
    "returns.Reason",
    "returns.ReasonRule",
    "returns.ReasonWord",
}
TENANT = [model for model in MODELS if model._meta.label not in SHARED]

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
tenant_models = pytest.mark.parametrize("model", TENANT, ids=lambda model: model._meta.label)


def test_shared_tables_exist() -> None:
    assert {model._meta.label for model in MODELS} >= SHARED


@tenant_models
def test_the_table_carries_the_company(model: type[models.Model]) -> None:
    assert issubclass(model, CompanyOwned)
    assert model._meta.get_field("company").null is False


@tenant_models
def test_the_managers_stand_in_their_order(model: type[models.Model]) -> None:
    managers = model._meta.managers

    assert [manager.name for manager in managers] == ["all_companies", "objects"]
    assert isinstance(managers[0].get_queryset(), CompanyQuerySet)
    assert isinstance(managers[1], ScopedManager)
    assert model._default_manager.name == "all_companies"


@tenant_models
def test_there_is_no_door_from_the_company_past_the_wall(model: type[models.Model]) -> None:
    assert model._meta.get_field("company").remote_field.related_name == "+"


@tenant_models
def test_every_unique_rule_starts_with_the_company_or_a_row_of_it(model: type[models.Model]) -> None:
    secrets_of_the_whole_world = {"push_token"}
    rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    unique = {field.name for field in model._meta.fields if field.unique and not field.primary_key}

    assert [rule.name for rule in rules if not _is_of_a_company(model, rule.fields[0])] == []
    assert unique <= secrets_of_the_whole_world


@every_model
def test_a_row_says_what_it_is(model: type[models.Model]) -> None:
    assert model.__str__ is not models.Model.__str__


@every_model
def test_order_is_decided_by_selectors(model: type[models.Model]) -> None:
    assert list(model._meta.ordering) == []


@every_model
def test_save_is_not_overridden(model: type[models.Model]) -> None:
    assert model.save in (models.Model.save, getattr(model.__mro__[1], "save", None))


@every_model
def test_money_is_decimal(model: type[models.Model]) -> None:
    assert [field.name for field in model._meta.fields if isinstance(field, models.FloatField)] == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def _is_of_a_company(model: type[models.Model], name: str) -> bool:
    parent = model._meta.get_field(name).related_model
    return name == "company" or (isinstance(parent, type) and issubclass(parent, CompanyOwned))
