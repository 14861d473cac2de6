"""Letters about our staff looking into a seller's cabinet."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.letters.people import SAMPLE_COMPANY, SAMPLE_PERSON
from companies.models import Membership, StaffVisit
from core.letters import Action, Letter, LetterKind, link, told_moment


class StaffCameIn(LetterKind):
    """Tells an owner that our staff look into the cabinet: who, why, until when, and what they cannot do."""

    kind: ClassVar[str] = "staff_visit"
    title = gettext_lazy("Our staff look into the cabinet")

    def write(self, **ids: int) -> Letter | None:
        """For the owner `user_id`, of the visit `visit_id`."""
        visit = StaffVisit.all_companies.select_related("company", "staff").filter(pk=ids["visit_id"]).first()
        if visit is None:
            return None
        owner = (
            Membership.objects.for_company(visit.company_id)
            .select_related("user")
            .owners()
            .filter(user=ids["user_id"])
            .first()
        )
        if owner is None:
            return None
        return _visit(
            to=owner.user.email,
            language=owner.user.language,
            company=visit.company.name,
            who=str(visit.staff),
            reason=visit.reason,
            until=visit.ends_at,
            zone=visit.company.zone,
            url=link(reverse("settings:audit", args=[visit.company.slug])),
        )

    def sample(self, language: str) -> Letter:
        """The support looks after orders that do not come."""
        return _visit(
            to=SAMPLE_PERSON,
            language=language,
            company=SAMPLE_COMPANY,
            who="Ольга Помощникова",
            reason="1042",
            until=timezone.now() + timedelta(minutes=30),
            url=link(reverse("settings:audit", args=["lavka"])),
        )


def _visit(
    *,
    to: str,
    language: str,
    company: str,
    who: str,
    reason: str,
    until: datetime,
    url: str,
    zone: tzinfo | None = None,
) -> Letter:
    with translation.override(language):
        return Letter(
            to=to,
            language=language,
            subject=_("Our staff look into the cabinet of “%(company)s”") % {"company": company},
            lead=(
                _("A member of our staff has come into the cabinet of “%(company)s”.") % {"company": company},
            ),
            facts=(
                (_("Who"), who),
                (_("Reason"), reason),
                (_("Until at the latest"), told_moment(until, zone)),
            ),
            action=Action(label=_("See what was done"), url=url),
            after=(
                _(
                    "Staff cannot change payout details, keys and people, and never see account numbers or keys."
                ),
                _("If nobody of you has asked us for help, write to us."),
            ),
            why=_("You get this letter because you are an owner of the company “%(company)s”.")
            % {"company": company},
        )
