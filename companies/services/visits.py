"""Visits of staff to a seller's cabinet: begun with a reason and for a time, ended for a reason that is told."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor, acting, current_actor
from companies.choices import AuditAction, AuditSubject, VisitEnding
from companies.models import Membership, StaffVisit
from companies.services.audit import note
from core import letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

    from companies.models import User

# The right, of django.contrib.auth, to begin a visit.
VISIT_PERMISSION: Final = "companies.add_staffvisit"
VISIT_MINUTES: Final = (15, 30, 60)


class CannotVisit(Exception):
    """The person may not look into this cabinet, or not as this member."""


@transaction.atomic
def start_visit(*, staff: User, member: Membership, reason: str, minutes: int) -> StaffVisit:
    """Begin a visit as the member sees the cabinet; one that goes on elsewhere ends. Raises CannotVisit."""
    company = member.company
    if not _may_visit(staff) or minutes not in VISIT_MINUTES:
        raise CannotVisit
    if Membership.objects.for_company(company).filter(user=staff).exists():
        raise CannotVisit
    for earlier in _open_visits().filter(staff=staff):
        _end(earlier, ending=VisitEnding.REPLACED)
    now = timezone.now()
    visit: StaffVisit = StaffVisit.all_companies.create(
        company=company,
        staff=staff,
        as_user=member.user,
        role=member.role,
        reason=reason,
        started_at=now,
        ends_at=now + timedelta(minutes=minutes),
    )
    with _signed(visit):
        note(
            company=company,
            subject=AuditSubject.VISIT,
            subject_id=visit.pk,
            subject_name=str(staff),
            action=AuditAction.VISIT_STARTED,
            changes={
                "as_user_id": [None, member.user_id],
                "role": [None, member.role],
                "ends_at": [None, visit.ends_at.isoformat()],
            },
            note=reason,
        )
    _tell_owners(visit)
    return visit


@transaction.atomic
def end_visit(*, visit_id: int, ending: VisitEnding) -> StaffVisit | None:
    """End a visit that goes on; None when it is over already, whoever ended it."""
    visit: StaffVisit | None = _open_visits().filter(pk=visit_id).first()
    if visit is not None:
        _end(visit, ending=ending)
    return visit


@transaction.atomic
def end_lapsed_visits() -> int:
    """End the visits whose time ran out, whose staff or whose member is gone; how many there were."""
    lapsed = [(visit, ending) for visit in _open_visits() if (ending := _lapse(visit))]
    for visit, ending in lapsed:
        _end(visit, ending=ending)
    return len(lapsed)


def _tell_owners(visit: StaffVisit) -> None:
    owners = Membership.objects.for_company(visit.company_id).owners()
    for user_id in owners.order_by("pk").values_list("user_id", flat=True):
        letters.post("staff_visit", visit_id=visit.pk, user_id=user_id)


def _may_visit(staff: User) -> bool:
    return staff.is_active and staff.is_staff and staff.has_perm(VISIT_PERMISSION)


def _open_visits() -> models.QuerySet[StaffVisit]:
    return (
        StaffVisit.all_companies.filter(ended_at=None).select_related("staff").select_for_update(of=("self",))
    )


def _lapse(visit: StaffVisit) -> VisitEnding | None:
    if visit.ends_at <= timezone.now():
        return VisitEnding.EXPIRED
    if not _may_visit(visit.staff):
        return VisitEnding.NOT_STAFF
    is_member = Membership.objects.for_company(visit.company_id).filter(user=visit.as_user_id).exists()
    return None if is_member else VisitEnding.MEMBER_GONE


def _end(visit: StaffVisit, *, ending: VisitEnding) -> None:
    now = timezone.now()
    is_expired = visit.ends_at <= now
    visit.ending = VisitEnding.EXPIRED if is_expired else ending
    visit.ended_at = min(now, visit.ends_at)
    visit.save(update_fields=["ended_at", "ending"])
    with _signed(visit):
        note(
            company=visit.company_id,
            subject=AuditSubject.VISIT,
            subject_id=visit.pk,
            subject_name=str(visit.staff),
            action=AuditAction.VISIT_ENDED,
            changes={"ending": [None, visit.ending], "ended_at": [None, visit.ended_at.isoformat()]},
        )


@contextmanager
def _signed(visit: StaffVisit) -> Iterator[None]:
    """Entries of a visit are part of it, whoever writes them."""
    actor = current_actor() or Actor(source="task visits")
    with acting(replace(actor, visit_id=visit.pk)):
        yield
