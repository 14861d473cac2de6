"""Every change to who is in a company and with which role; the last owner always stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Exists, OuterRef

from companies.choices import Role
from companies.models import Company, Membership
from core import letters

if TYPE_CHECKING:
    from companies.models import User


class LastOwner(Exception):
    """Without this person the company would have no owner who can sign in."""


class NoSecondFactor(Exception):
    """Who requires the second factor of others must have one himself."""


@transaction.atomic
def change_role(member: Membership, *, role: Role) -> Membership:
    """Give the member another role. Raises LastOwner, Membership.DoesNotExist."""
    locked = _locked(member)
    if role != Role.OWNER:
        _keep_an_owner(locked)
    locked.role = role
    locked.save(update_fields=["role"])
    return locked


@transaction.atomic
def remove_member(member: Membership) -> None:
    """Take the member out: he sees nothing of the company from his next click on, is signed out everywhere,
    and is told by e-mail. Raises LastOwner, Membership.DoesNotExist."""
    locked = _locked(member)
    _keep_an_owner(locked)
    locked.delete()
    letters.post("member_removed", company_id=member.company_id, user_id=member.user_id)
    # Before the commit another request could read the session back into the cache.
    transaction.on_commit(partial(end_sessions, member.user_id))


@transaction.atomic
def leave_company(member: Membership) -> None:
    """Let a person go by his own will. Raises LastOwner, Membership.DoesNotExist."""
    locked = _locked(member)
    _keep_an_owner(locked)
    locked.delete()


@transaction.atomic
def require_second_factor(company: Company, *, is_required: bool, by: User) -> Company:
    """Demand a second factor of everybody in the company, and tell those without one; or demand it of nobody.

    Raises NoSecondFactor.
    """
    if is_required and not is_mfa_enabled(by):
        raise NoSecondFactor(by.pk)
    locked = lock_company(company)
    if is_required and not locked.requires_second_factor:
        _tell_who_has_none(locked)
    locked.requires_second_factor = is_required
    locked.save(update_fields=["requires_second_factor"])
    return locked


def lock_company(company: Company) -> Company:
    """The company, held until the end of the transaction: changes of its people come one after another.

    Rows that refer to the company may still be written meanwhile (orders, runs).
    """
    return Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def end_sessions(user_id: int) -> None:
    """Sign the person out of every browser."""
    for session in UserSession.objects.filter(user_id=user_id):
        session.end()


def _tell_who_has_none(company: Company) -> None:
    having = Authenticator.objects.filter(user=OuterRef("user"))
    people = Membership.objects.for_company(company).filter(~Exists(having)).order_by("pk")
    for user_id in people.values_list("user_id", flat=True):
        letters.post("second_factor_required", company_id=company.pk, user_id=user_id)


def _locked(member: Membership) -> Membership:
    """The member as he is now, after the company is held."""
    lock_company(member.company)
    locked: Membership = Membership.objects.for_company(member.company_id).get(pk=member.pk)
    return locked


def _keep_an_owner(leaving: Membership) -> None:
    owners = Membership.objects.for_company(leaving.company_id).owners()
    if leaving.role == Role.OWNER and not owners.exclude(pk=leaving.pk).exists():
        raise LastOwner(leaving.company_id)
