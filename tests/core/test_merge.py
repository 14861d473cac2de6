"""core.merge: rows new, changed and the same, and what stood there before."""

from __future__ import annotations

import psycopg
import pytest
from django.db import transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from catalog.models import Product
from companies.models import Company
from core.merge import MergeRule, append, insert, merge

RULE = MergeRule(
    model=Product,
    columns=("company_id", "sku", "name", "photo_url", "created_at"),
    key=("company_id", "sku"),
    update={"name": None},
    when="t.name <> EXCLUDED.name",
    new=("sku", "name"),
    old=("name",),
)


def rows(company: Company, *pairs: tuple[str, str]) -> list[tuple[object, ...]]:
    return [(company.pk, sku, name, "", timezone.now()) for sku, name in pairs]


def test_new_rows_come_back_without_old_values(company: Company) -> None:
    written = merge(RULE, rows(company, ("A", "Плед"), ("B", "Халат")))

    ids = dict(Product.objects.for_company(company).values_list("sku", "pk"))
    assert sorted(written) == sorted(
        [(ids["A"], True, "A", "Плед", None), (ids["B"], True, "B", "Халат", None)]
    )


def test_changed_row_comes_back_with_what_stood_there(company: Company) -> None:
    merge(RULE, rows(company, ("A", "Плед"), ("B", "Халат")))

    written = merge(RULE, rows(company, ("A", "Плед тёплый"), ("B", "Халат")))

    assert [row[1:] for row in written] == [(False, "A", "Плед тёплый", "Плед")]


def test_same_rows_twice_write_nothing(company: Company) -> None:
    merge(RULE, rows(company, ("A", "Плед")))

    assert merge(RULE, rows(company, ("A", "Плед"))) == []


def test_rule_without_update_keeps_what_it_holds(company: Company) -> None:
    rule = MergeRule(model=Product, columns=RULE.columns, key=RULE.key)
    merge(rule, rows(company, ("A", "Плед")))

    assert merge(rule, rows(company, ("A", "Другой"))) == []
    assert Product.objects.for_company(company).get().name == "Плед"


def test_same_key_in_two_companies_is_two_rows(company: Company, other_company: Company) -> None:
    merge(RULE, rows(company, ("A", "Наш")))

    written = merge(RULE, rows(other_company, ("A", "Чужой")))

    assert written[0][1] is True
    assert Product.objects.for_company(company).get().name == "Наш"


@pytest.mark.parametrize(
    "name", ["tab\there", "new\nline", "back\\slash", "\\N", "“ёлка” ₽ №", "'); DROP TABLE x; --"]
)
def test_any_text_survives_the_copy(company: Company, name: str) -> None:
    merge(RULE, rows(company, ("A", name)))

    assert Product.objects.for_company(company).get().name == name


def test_one_key_twice_in_a_call_is_an_error(company: Company) -> None:
    with pytest.raises(ProgrammingError) as caught:
        merge(RULE, rows(company, ("A", "Плед"), ("A", "Халат")))

    assert isinstance(caught.value.__cause__, psycopg.errors.CardinalityViolation)


def test_append_copies_rows(company: Company) -> None:
    append(Product, RULE.columns, rows(company, ("A", "Плед"), ("B", "Халат")))

    assert set(Product.objects.for_company(company).values_list("sku", "name")) == {
        ("A", "Плед"),
        ("B", "Халат"),
    }


def test_insert_gives_the_ids_in_the_order_of_the_rows(company: Company) -> None:
    ids = insert(Product, RULE.columns, rows(company, ("B", "Халат"), ("A", "Плед")))

    assert list(Product.objects.for_company(company).order_by("pk").values_list("pk", "sku")) == [
        (ids[0], "B"),
        (ids[1], "A"),
    ]
    # The next row is numbered behind them.
    assert merge(RULE, rows(company, ("C", "Ковёр")))[0][0] > max(ids)


def test_a_row_that_is_there_already_is_no_new_one(company: Company) -> None:
    merge(RULE, rows(company, ("A", "Плед")))

    with pytest.raises(psycopg.errors.UniqueViolation), transaction.atomic():
        insert(Product, RULE.columns, rows(company, ("A", "Другой")))

    assert Product.objects.for_company(company).get().name == "Плед"
