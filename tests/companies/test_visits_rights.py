"""On a visit every address of a company answers by VISIT_RIGHTS, and nothing that is audited can be changed."""

from __future__ import annotations

import pytest

from companies.choices import VISIT_RIGHTS
from companies.models import AuditEntry, Membership
from companies.services.visits import start_visit
from companies.visiting import VISIT_KEY
from tests.architecture.test_isolation import TABLE, _ask, _needed, _url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, address in TABLE.items() for method in address.methods],
    ids=str,
)
def test_every_address_on_a_visit(client_of, staff, owner, company, name: str, method: str) -> None:
    member = Membership.objects.for_company(company).select_related("company", "user").get(user=owner)
    visit = start_visit(staff=staff, member=member, reason="Обращение 1042", minutes=15)
    client = client_of(staff, confirmed=True)
    session = client.session
    session[VISIT_KEY] = visit.pk
    session.save()
    url = _url(name, company)
    before = AuditEntry.objects.for_company(company).count()

    response = _ask(client, name, method, url)

    assert response.status_code < 500
    if _needed(name, method) not in VISIT_RIGHTS:
        assert response.status_code == 403
    assert AuditEntry.objects.for_company(company).count() == before
