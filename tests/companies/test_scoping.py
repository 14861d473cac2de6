"""The tenant wall: a query over a tenant table names its company, or is refused."""

from __future__ import annotations

import pytest

from companies.models import Membership
from companies.scoping import UnscopedQuery


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["all", "filter", "get", "count", "first", "create"])
def test_objects_refuses_a_query_without_a_company(verb: str) -> None:
    with pytest.raises(UnscopedQuery, match="for_company"):
        getattr(Membership.objects, verb)()


def test_for_company_gives_only_its_rows(owner, stranger, company) -> None:
    rows = Membership.objects.for_company(company)

    assert [row.user for row in rows] == [owner]


def test_for_company_takes_an_id_too(owner, stranger, company) -> None:
    assert [row.user for row in Membership.objects.for_company(company.pk)] == [owner]
