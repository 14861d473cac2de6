"""The letter to every owner about a change of where the money goes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from companies.choices import AuditAction, AuditSubject
from companies.letters.people import SAMPLE_COMPANY, SAMPLE_PERSON
from companies.models import AuditEntry, Company, Membership, User
from companies.selectors.audit import ChangeRow, change_rows
from companies.selectors.changes import FieldChange
from core.letters import Action, Letter, LetterKind, link, mask_numbers, told_moment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_WHAT: Final[dict[str, StrOrPromise]] = {
    AuditAction.CREATED: pgettext_lazy("a thing", "Added"),
    AuditAction.CHANGED: pgettext_lazy("a thing", "Changed"),
    AuditAction.DELETED: pgettext_lazy("a thing", "Deleted"),
    AuditAction.SHOWN: gettext_lazy("Shown in full"),
}


class PayoutChanged(LetterKind):
    """Says who changed the payout details, when, from where, and from what to what, masked."""

    kind: ClassVar[str] = "payout_changed"
    title = gettext_lazy("Payout details changed")

    def write(self, **ids: int) -> Letter | None:
        """For the entry `entry_id` of the trail, to the member `user_id` of its company."""
        entry = AuditEntry.all_companies.filter(pk=ids["entry_id"]).first()
        if entry is None:
            return None
        company = Company.objects.filter(pk=entry.company_id).first()
        user = User.objects.filter(pk=ids["user_id"], is_active=True).first()
        if company is None or user is None:
            return None
        if not Membership.objects.for_company(company).filter(user=user).exists():
            return None
        with translation.override(user.language), timezone.override(company.zone):
            (row,) = change_rows(company.pk, [entry])
            return _letter(user, company, row)

    def sample(self, language: str) -> Letter:
        """Anna gave another account."""
        with translation.override(language):
            row = _sample_row(timezone.now())
            company = Company(name=SAMPLE_COMPANY, slug="lavka")
            return _letter(User(email=SAMPLE_PERSON, language=language), company, row)


def _letter(user: User, company: Company, row: ChangeRow) -> Letter:
    names = {"company": company.name}
    return Letter(
        to=user.email,
        language=user.language,
        subject=_("Payout details of the company “%(company)s” were changed") % names,
        lead=(
            _("Where marketplaces pay the money of the company “%(company)s” was changed.") % names,
            _("If you know of the change, there is nothing to do."),
        ),
        facts=_facts(company, row),
        action=Action(label=_("Look at the payout details"), url=_page(company)),
        after=(
            _(
                "If it was not you or your people: put the details right at once, change your password, end the "
                "other sessions, and check the payout details in the marketplaces' own cabinets."
            ),
        ),
        why=_(
            "Every owner of the company “%(company)s” gets this letter; it cannot be switched off. Account "
            "numbers are never written in full in letters."
        )
        % names,
    )


def _facts(company: Company, row: ChangeRow) -> tuple[tuple[str, str], ...]:
    name = f"{row.subject_label}: {row.name}" if row.subject != AuditSubject.BANK_ACCOUNT else row.name
    facts = [
        (str(_WHAT.get(row.action, row.action)), mask_numbers(name)),
        *((change.label, _words(change)) for change in row.fields),
        (_("Who"), _who(row)),
        (_("When"), told_moment(row.at, company.zone)),
        (_("From the address"), row.address or _("not known")),
    ]
    return tuple(facts)


def _words(change: FieldChange) -> str:
    return mask_numbers(" → ".join(filter(None, (change.old, change.new))))


def _who(row: ChangeRow) -> str:
    return ", ".join(filter(None, (row.who, row.on_behalf, row.source)))


def _page(company: Company) -> str:
    return link(reverse("settings:payout-list", args=[company.slug]))


def _sample_row(now: datetime) -> ChangeRow:
    return ChangeRow(
        pk=1,
        at=now,
        action=AuditAction.CHANGED,
        subject=AuditSubject.BANK_ACCOUNT,
        subject_label=str(AuditSubject.BANK_ACCOUNT.label),
        name="Т-Банк",
        fields=(
            FieldChange(label=_("BIC"), old="044525225", new="044525974"),
            FieldChange(label=_("Account numbers"), old="…0036", new="…3456"),
        ),
        note="",
        who="Анна Лебедева",
        on_behalf="",
        source=_("in the browser"),
        address="203.0.113.7",
    )
