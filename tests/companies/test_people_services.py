"""Roles, removal, leaving: the last owner stays, whatever happens at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection

from companies import services
from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, Company, Membership, User
from companies.services import LastOwner, NoSecondFactor
from tests.factories.companies import CompanyFactory, MembershipFactory


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """The letters that were asked for."""
    found: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: found.append((kind, ids)))
    return found


def member_of(company: Company, user: User) -> Membership:
    return Membership.objects.for_company(company).get(user=user)


def roles_in(company: Company) -> list[str]:
    return sorted(Membership.objects.for_company(company).values_list("role", flat=True))


def test_a_role_is_changed_and_written_down(company: Company, owner: User, teammate: User) -> None:
    changed = services.change_role(member_of(company, teammate), role=Role.ACCOUNTANT)

    assert (changed.role, member_of(company, teammate).role) == (Role.ACCOUNTANT, Role.ACCOUNTANT)
    entry = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.MEMBER).latest("id")
    assert (entry.action, entry.changes) == (AuditAction.CHANGED, {"role": ["viewer", "accountant"]})


def test_the_last_owner_stays(company: Company, owner: User, teammate: User, posted) -> None:
    last = member_of(company, owner)

    with pytest.raises(LastOwner):
        services.change_role(last, role=Role.MANAGER)
    with pytest.raises(LastOwner):
        services.remove_member(last)
    with pytest.raises(LastOwner):
        services.leave_company(last)

    assert roles_in(company) == ["owner", "viewer"]
    assert posted == []


def test_an_owner_who_cannot_sign_in_does_not_count(company: Company, owner: User) -> None:
    MembershipFactory(company=company, role=Role.OWNER, user__is_active=False)

    with pytest.raises(LastOwner):
        services.leave_company(member_of(company, owner))


def test_an_owner_of_another_company_does_not_count(company: Company, owner: User) -> None:
    MembershipFactory(role=Role.OWNER)

    with pytest.raises(LastOwner):
        services.leave_company(member_of(company, owner))


def test_the_last_owner_may_be_told_to_be_an_owner(company: Company, owner: User) -> None:
    assert services.change_role(member_of(company, owner), role=Role.OWNER).role == Role.OWNER


def test_an_owner_goes_when_another_stays(company: Company, owner: User, member) -> None:
    member(Role.OWNER)

    services.leave_company(member_of(company, owner))

    assert roles_in(company) == ["owner"]


def test_removal_signs_out_everywhere_and_tells(
    company: Company, owner: User, teammate: User, client_of, posted, django_capture_on_commit_callbacks
) -> None:
    phone, laptop, owners = client_of(teammate), client_of(teammate), client_of(owner)
    for client in (phone, laptop, owners):
        assert client.get(f"/{company.slug}/settings/people/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        services.remove_member(member_of(company, teammate))

    for client in (phone, laptop):
        assert client.get("/accounts/email/").status_code == 302
        assert not SessionStore().exists(client.session.session_key)
    assert owners.get(f"/{company.slug}/settings/people/").status_code == 200
    assert not UserSession.objects.filter(user=teammate).exists()
    assert posted == [("member_removed", {"company_id": company.pk, "user_id": teammate.pk})]


def test_removal_shuts_the_company_at_once_even_before_the_sessions_end(
    company: Company, owner: User, teammate: User, client_of, posted
) -> None:
    client = client_of(teammate)

    services.remove_member(member_of(company, teammate))

    assert client.get(f"/{company.slug}/settings/people/").status_code == 404


def test_who_leaves_stays_signed_in(company: Company, owner: User, teammate: User, client_of, posted) -> None:
    client = client_of(teammate)
    client.get(f"/{company.slug}/settings/people/")

    services.leave_company(member_of(company, teammate))

    assert client.get("/accounts/email/").status_code == 200
    assert posted == []


def test_somebody_gone_meanwhile_is_not_found(company: Company, owner: User, teammate: User, posted) -> None:
    gone = member_of(company, teammate)
    Membership.objects.for_company(company).filter(pk=gone.pk).delete()

    for change in (services.remove_member, services.leave_company):
        with pytest.raises(Membership.DoesNotExist):
            change(gone)
    with pytest.raises(Membership.DoesNotExist):
        services.change_role(gone, role=Role.MANAGER)


def test_who_has_no_second_factor_is_told_once(
    company: Company, owner: User, teammate: User, member, posted
) -> None:
    with_one = member(Role.MANAGER)
    for user in (owner, with_one):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})

    for _ in range(2):
        services.require_second_factor(company, is_required=True, by=owner)

    assert posted == [("second_factor_required", {"company_id": company.pk, "user_id": teammate.pk})]


def test_the_second_factor_is_required_by_who_has_one(company: Company, owner: User) -> None:
    with pytest.raises(NoSecondFactor):
        services.require_second_factor(company, is_required=True, by=owner)
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})

    services.require_second_factor(company, is_required=True, by=owner)

    company.refresh_from_db()
    assert company.requires_second_factor
    entry = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.COMPANY).latest("id")
    assert entry.changes == {"requires_second_factor": [False, True]}


def test_the_second_factor_is_dropped_by_any_owner(company: Company, owner: User) -> None:
    company.requires_second_factor = True
    company.save()

    services.require_second_factor(company, is_required=False, by=owner)

    company.refresh_from_db()
    assert not company.requires_second_factor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "act", [services.leave_company, lambda who: services.change_role(who, role=Role.VIEWER)]
)
def test_two_owners_who_go_at_once_leave_one(act: Callable[[Membership], Any]) -> None:
    company = CompanyFactory()
    pair = [MembershipFactory(company=company, role=Role.OWNER) for _ in range(2)]
    barrier, refused = Barrier(2), []

    def go(who: Membership) -> None:
        try:
            barrier.wait(timeout=10)
            act(who)
        except LastOwner:
            refused.append(who.pk)
        finally:
            connection.close()

    threads = [Thread(target=go, args=(who,)) for who in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(refused) == 1
    assert roles_in(company).count("owner") == 1
