"""The audit trail as people read it: who changed what, from what to what, by what way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, StaffVisit, User
from companies.selectors.changes import FieldChange, Names, field_changes, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

# Of a long change so many fields stand open on a page.
OPEN_FIELDS: Final = 3
_SOURCES: Final[dict[str, StrOrPromise]] = {
    "web": gettext_lazy("in the browser"),
    "admin": gettext_lazy("in the admin, by staff"),
    "api": gettext_lazy("through the API"),
    "database": gettext_lazy("in the database, past the cabinet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """An entry of the trail in words.

    `who` is empty for what the cabinet did by itself; `on_behalf` is as whom staff of support looked into the
    cabinet when they did it.
    """

    pk: int
    at: datetime
    action: AuditAction | str
    subject: str
    subject_label: str
    name: str
    fields: tuple[FieldChange, ...]
    note: str
    who: str
    on_behalf: str
    source: str
    address: str

    @property
    def first_fields(self) -> tuple[FieldChange, ...]:
        """The fields that stand open; of one more than that nothing is folded away."""
        return self.fields if len(self.fields) <= OPEN_FIELDS + 1 else self.fields[:OPEN_FIELDS]

    @property
    def more_fields(self) -> tuple[FieldChange, ...]:
        """The fields that are folded away."""
        return self.fields[len(self.first_fields) :]

    @property
    def action_label(self) -> str:
        """What was done, for exports."""
        return str(getattr(self.action, "label", self.action))

    @property
    def words(self) -> str:
        """The changed fields in one line, for exports."""
        return "; ".join(map(str, self.fields))


def last_changes(
    company: Company, subject: str, subject_id: int | None = None, *, most: int = 5
) -> list[ChangeRow]:
    """The newest changes of a subject, or of one row of it, for «Who changed it» beside a form."""
    entries = AuditEntry.objects.for_company(company).filter(subject=subject)
    if subject_id is not None:
        entries = entries.filter(subject_id=subject_id)
    return change_rows(company.pk, list(entries.order_by("-at", "-pk")[:most]))


def change_rows(company_id: int, entries: Sequence[AuditEntry]) -> list[ChangeRow]:
    """Entries of a company in words; what they point to is read in one query a table."""
    names = Names(company_id, entries)
    visits = _visits(company_id, entries)
    return [_row(entry, names, visits) for entry in entries]


def audit_list(company: Company) -> Any:
    """The entries of a company."""
    return AuditEntry.objects.for_company(company)


def worded(entries: Any, fields: Sequence[str], *, chunk: int) -> Iterator[tuple[Any, ...]]:
    """The named fields of the rows of a queryset of one company, for its export.

    They are in the language and the zone of now: a file is streamed after the request has put both away.
    """
    language, zone = translation.get_language(), timezone.get_current_timezone()
    batches = _in_batches(entries.iterator(chunk_size=chunk), size=chunk)
    return (row for batch in batches for row in _worded(batch, fields, language=language, zone=zone))


def actor_choices(company: Company) -> list[tuple[str, str]]:
    """Who has ever changed anything: people by name, and what was not a person."""
    ids = set(
        AuditEntry.objects.for_company(company)
        .exclude(actor_id=None)
        .order_by()
        .values_list("actor_id", flat=True)
        .distinct()
    )
    people = User.objects.filter(pk__in=ids).only("name", "email")
    return [
        *sorted(((str(user.pk), str(user)) for user in people), key=lambda choice: choice[1].casefold()),
        ("0", _("not a person: tasks, commands, the database")),
    ]


def members_named(company: Company, text: str) -> list[str]:
    """Keys of the people whom entries of the company name and whose name or e-mail holds the text."""
    entries = AuditEntry.objects.for_company(company).filter(subject=AuditSubject.MEMBER).order_by()
    ids = {int(key) for key in entries.values_list("subject_name", flat=True).distinct() if key.isdecimal()}
    wanted = text.casefold()
    people = User.objects.filter(pk__in=ids).only("name", "email")
    return [str(user.pk) for user in people if wanted in f"{user.name} {user.email}".casefold()]


def source_words(source: str) -> str:
    """By what way a change came."""
    kind, _space, name = source.partition(" ")
    if kind == "command" and name:
        return _("by the command %(name)s") % {"name": name}
    if kind == "task":
        return _("by the cabinet itself")
    return str(_SOURCES.get(source, source))


def _row(entry: AuditEntry, names: Names, visits: dict[int, StaffVisit]) -> ChangeRow:
    visit = visits.get(_visit_of(entry) or 0)
    return ChangeRow(
        pk=entry.pk,
        at=entry.at,
        action=entry.action,
        subject=entry.subject,
        subject_label=_subject_label(entry.subject),
        name=name_of(entry, names),
        fields=field_changes(entry, names),
        note=entry.note,
        who=_who(entry),
        on_behalf=_seen_as(visit) if visit else "",
        source=source_words(entry.source),
        address=entry.address or "",
    )


def _who(entry: AuditEntry) -> str:
    if _visit_of(entry) and entry.actor_name:
        return _("Support: %(name)s") % {"name": entry.actor_name}
    return entry.actor_name or (_("FBO Cabinet") if entry.actor_id is None else "")


def _subject_label(subject: str) -> str:
    return str(dict(AuditSubject.choices).get(subject, subject))


def _visit_of(entry: AuditEntry) -> int | None:
    """The visit of staff to which an entry belongs, that of its beginning and end included."""
    return entry.visit_id or (entry.subject_id if entry.subject == AuditSubject.VISIT else None)


def _visits(company_id: int, entries: Iterable[AuditEntry]) -> dict[int, StaffVisit]:
    pks = {pk for pk in map(_visit_of, entries) if pk}
    if not pks:
        return {}
    visits = StaffVisit.objects.for_company(company_id).filter(pk__in=pks).select_related("as_user")
    return {visit.pk: visit for visit in visits}


def _seen_as(visit: StaffVisit) -> str:
    role = str(dict(Role.choices).get(visit.role, visit.role))
    return f"{visit.as_user} ({role})" if visit.as_user else role


def _in_batches(entries: Iterator[AuditEntry], *, size: int) -> Iterator[list[AuditEntry]]:
    while batch := list(islice(entries, size)):
        yield batch


def _worded(
    entries: Sequence[AuditEntry], fields: Sequence[str], *, language: str | None, zone: tzinfo
) -> list[tuple[Any, ...]]:
    with translation.override(language), timezone.override(zone):
        rows = change_rows(entries[0].company_id, entries)
        return [tuple(getattr(row, name) for name in fields) for row in rows]
