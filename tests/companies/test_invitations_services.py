"""Inviting and accepting: the link, its seven days, its single use, and who may use it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.signing import Signer
from django.utils import timezone

from companies import services
from companies.choices import AuditSubject, InvitationStatus, Role
from companies.models import AuditEntry, Company, Invitation, Membership, User
from companies.services import (
    AlreadyInvited,
    AlreadyMember,
    InvitationClosed,
    NotTheInvited,
    SentJustNow,
    TooManyInvitations,
)
from companies.services.invitations import MOST_OPEN, link
from tests.factories.companies import InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    """The letters that were asked for."""
    found: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr("core.letters.post", lambda kind, **ids: found.append((kind, ids)))
    return found


def token_of(invitation: Invitation) -> str:
    return link(invitation).rstrip("/").rpartition("/")[2]


def proved(email: str) -> User:
    user = UserFactory(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def test_an_invitation_is_sent_in_small_letters_for_seven_days(company: Company, owner: User, posted) -> None:
    before = timezone.now()

    invitation = services.invite("Petr@Example.COM", company=company, role=Role.MANAGER, invited_by=owner)

    assert (invitation.email, invitation.role, invitation.invited_by) == (
        "petr@example.com",
        Role.MANAGER,
        owner,
    )
    assert timedelta(days=7) <= invitation.expires_at - before < timedelta(days=7, minutes=1)
    assert posted == [("invitation", {"invitation_id": invitation.pk})]


def test_a_member_is_not_invited_again(company: Company, owner: User, teammate: User, posted) -> None:
    with pytest.raises(AlreadyMember):
        services.invite("TEAMMATE@example.com", company=company, role=Role.OWNER, invited_by=owner)

    assert posted == []
    assert not Invitation.objects.for_company(company).exists()


def test_a_person_is_not_invited_twice(company: Company, owner: User, posted) -> None:
    services.invite("petr@example.com", company=company, role=Role.MANAGER, invited_by=owner)

    with pytest.raises(AlreadyInvited):
        services.invite("petr@example.com", company=company, role=Role.VIEWER, invited_by=owner)

    assert len(posted) == 1


def test_an_invitation_that_ran_out_is_made_anew(company: Company, owner: User, posted) -> None:
    old = InvitationFactory(company=company, email="petr@example.com", role=Role.VIEWER, expired=True)
    old_token = token_of(old)

    invitation = services.invite("petr@example.com", company=company, role=Role.MANAGER, invited_by=owner)

    assert (invitation.pk, invitation.role) == (old.pk, Role.MANAGER)
    assert invitation.status(timezone.now()) == InvitationStatus.SENT
    assert token_of(invitation) != old_token
    assert posted == [("invitation", {"invitation_id": old.pk})]


def test_whoever_left_or_was_withdrawn_can_be_invited_again(company: Company, owner: User, posted) -> None:
    InvitationFactory(company=company, email="petr@example.com", withdrawn=True)
    InvitationFactory(company=company, email="petr@example.com", accepted=True)

    invitation = services.invite("petr@example.com", company=company, role=Role.VIEWER, invited_by=owner)

    assert invitation.status(timezone.now()) == InvitationStatus.SENT


def test_a_company_has_so_many_open_invitations_and_no_more(company: Company, owner: User, posted) -> None:
    InvitationFactory.create_batch(MOST_OPEN, company=company)
    InvitationFactory()
    InvitationFactory(company=company, withdrawn=True)

    with pytest.raises(TooManyInvitations):
        services.invite("petr@example.com", company=company, role=Role.VIEWER, invited_by=owner)


def test_sending_again_makes_older_links_useless(company: Company, owner: User, posted) -> None:
    invitation = InvitationFactory(company=company, expired=True, email="petr@example.com")
    old = token_of(invitation)
    user = proved("petr@example.com")

    renewed = services.resend_invitation(invitation=invitation)

    with pytest.raises(InvitationClosed) as caught:
        services.accept_invitation(old, user=user)
    assert caught.value.status is None
    assert services.accept_invitation(token_of(renewed), user=user).role == Role.MANAGER
    assert posted == [("invitation", {"invitation_id": invitation.pk})]


def test_nobody_is_showered_with_letters(company: Company, owner: User, posted) -> None:
    invitation = services.invite("petr@example.com", company=company, role=Role.MANAGER, invited_by=owner)

    with pytest.raises(SentJustNow):
        services.resend_invitation(invitation=invitation)

    assert len(posted) == 1


@pytest.mark.parametrize("trait", ["accepted", "withdrawn"])
def test_what_is_closed_is_neither_sent_nor_withdrawn(company: Company, posted, trait: str) -> None:
    invitation = InvitationFactory(company=company, **{trait: True})

    with pytest.raises(InvitationClosed):
        services.resend_invitation(invitation=invitation)
    with pytest.raises(InvitationClosed):
        services.withdraw_invitation(invitation=invitation)
    assert posted == []


def test_who_accepts_becomes_a_member_with_the_role(company: Company) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com", role=Role.ACCOUNTANT)
    user = proved("petr@example.com")

    membership = services.accept_invitation(token_of(invitation), user=user)

    assert (membership.company, membership.user, membership.role) == (company, user, Role.ACCOUNTANT)
    invitation.refresh_from_db()
    assert invitation.status(timezone.now()) == InvitationStatus.ACCEPTED
    assert invitation.accepted_by == user


def test_a_second_press_changes_nothing(company: Company) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com")
    user = proved("petr@example.com")
    first = services.accept_invitation(token_of(invitation), user=user)
    entries = AuditEntry.objects.for_company(company).count()

    second = services.accept_invitation(token_of(invitation), user=user)

    assert second.pk == first.pk
    assert AuditEntry.objects.for_company(company).count() == entries


def test_the_link_works_once_not_for_a_return(company: Company) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com")
    user = proved("petr@example.com")
    services.accept_invitation(token_of(invitation), user=user).delete()

    with pytest.raises(InvitationClosed) as caught:
        services.accept_invitation(token_of(invitation), user=user)

    assert caught.value.status == InvitationStatus.ACCEPTED


@pytest.mark.parametrize(
    ("trait", "status"), [("expired", InvitationStatus.EXPIRED), ("withdrawn", InvitationStatus.WITHDRAWN)]
)
def test_closed_links_let_nobody_in(company: Company, trait: str, status: InvitationStatus) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com", **{trait: True})

    with pytest.raises(InvitationClosed) as caught:
        services.accept_invitation(token_of(invitation), user=proved("petr@example.com"))

    assert caught.value.status == status
    assert not Membership.objects.for_company(company).exists()


def test_the_link_in_other_hands_is_useless(company: Company) -> None:
    invitation = InvitationFactory(company=company, email="petr@example.com")
    unproved = UserFactory(email="petr@example.com")
    EmailAddress.objects.create(user=unproved, email="petr@example.com", verified=False, primary=True)

    for user in (proved("other@example.com"), unproved):
        with pytest.raises(NotTheInvited):
            services.accept_invitation(token_of(invitation), user=user)

    assert not Membership.objects.for_company(company).exists()


def test_a_second_proved_address_is_good_too(company: Company) -> None:
    user = proved("anna@example.com")
    EmailAddress.objects.create(user=user, email="Anna.Work@example.com", verified=True)
    invitation = InvitationFactory(company=company, email="anna.work@example.com")

    assert services.accept_invitation(token_of(invitation), user=user).user == user


def test_a_member_by_another_address_keeps_his_role(company: Company) -> None:
    user = proved("anna@example.com")
    EmailAddress.objects.create(user=user, email="anna.work@example.com", verified=True)
    MembershipFactory(company=company, user=user, role=Role.OWNER)
    invitation = InvitationFactory(company=company, email="anna.work@example.com", role=Role.VIEWER)

    assert services.accept_invitation(token_of(invitation), user=user).role == Role.OWNER


@pytest.mark.parametrize("token", ["", "x", "a:b", "a" * 10_000, "\x00", "\u202e:жук", "{}:{}"])
def test_a_made_up_link_leads_nowhere(company: Company, token: str) -> None:
    with pytest.raises(Invitation.DoesNotExist):
        services.read_invitation(token)


def test_what_another_part_signed_is_no_link(company: Company) -> None:
    invitation = InvitationFactory(company=company)
    foreign = Signer(salt="something else").sign_object({"pk": invitation.pk, "nonce": invitation.nonce})

    with pytest.raises(Invitation.DoesNotExist):
        services.read_invitation(foreign)


def test_the_link_is_whole_and_the_same_each_time(company: Company) -> None:
    invitation = InvitationFactory(company=company)

    assert link(invitation) == link(Invitation.objects.for_company(company).get())
    assert link(invitation).startswith(f"{settings.PUBLIC_URL}/companies/invitations/")


def test_the_trail_names_the_invited_and_keeps_the_link_secret(company: Company, owner: User, posted) -> None:
    invitation = services.invite("petr@example.com", company=company, role=Role.MANAGER, invited_by=owner)

    entry = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.INVITATION).get()
    assert entry.subject_name == "petr@example.com"
    assert entry.changes["role"] == [None, "manager"]
    assert invitation.nonce not in str(entry.changes)
