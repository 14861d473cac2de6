"""The audit trail as people read it: who changed what, from what to what, by what way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.choices import AuditAction, AuditSubject, Role
from companies.models import AuditEntry, StaffVisit, User
from companies.selectors.changes import FieldChange, Names, field_changes, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

# Rows of an export whose names are read together.
CHUNK: Final = 500
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
    return change_rows(company, list(entries.order_by("-at", "-pk")[:most]))


def change_rows(company: Company, entries: Sequence[AuditEntry]) -> list[ChangeRow]:
    """Entries in words; what they point to is read in one query a table."""
    names = Names(company.pk, entries)
    visits = _visits(company, entries)
    return [_row(entry, names, visits) for entry in entries]


def export_rows(company: Company, entries: Any) -> Iterator[tuple[Any, ...]]:
    """Every entry of a queryset as the columns of the export, in the language and the zone of now."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    return _in_chunks(company, entries, language=language, zone=zone)


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


def _visits(company: Company, entries: Iterable[AuditEntry]) -> dict[int, StaffVisit]:
    pks = {pk for pk in map(_visit_of, entries) if pk}
    if not pks:
        return {}
    visits = StaffVisit.objects.for_company(company).filter(pk__in=pks).select_related("as_user")
    return {visit.pk: visit for visit in visits}


def _seen_as(visit: StaffVisit) -> str:
    role = str(dict(Role.choices).get(visit.role, visit.role))
    return f"{visit.as_user} ({role})" if visit.as_user else role


def _in_chunks(
    company: Company, entries: Any, *, language: str | None, zone: Any
) -> Iterator[tuple[Any, ...]]:
    waiting: list[AuditEntry] = []
    for entry in entries.iterator(chunk_size=CHUNK):
        waiting.append(entry)
        if len(waiting) == CHUNK:
            yield from _exported(company, waiting, language=language, zone=zone)
            waiting = []
    yield from _exported(company, waiting, language=language, zone=zone)


def _exported(
    company: Company, entries: Sequence[AuditEntry], *, language: str | None, zone: Any
) -> list[tuple[Any, ...]]:
    # A file is streamed after the request has switched its language and zone off.
    with translation.override(language), timezone.override(zone):
        return [
            (
                row.at,
                row.who,
                row.on_behalf,
                row.source,
                row.address,
                row.subject_label,
                row.name,
                str(getattr(row.action, "label", row.action)),
                row.words,
                row.note,
            )
            for row in change_rows(company, entries)
        ]
