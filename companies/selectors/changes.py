"""What an entry of the audit trail says, in words: the field, the old value and the new one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from companies.choices import ZONES, AuditAction, AuditSubject
from companies.models import User
from companies.scoping import CompanyOwned
from core import formats
from core.statuses import StatusField
from core.ui.marks import marketplace_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django_stubs_ext import StrOrPromise

    from companies.models import AuditEntry

# What the triggers write in place of a secret.
HIDDEN: Final = "•••"
# A table whose rows the trail names, and a key of a row there.
Reference = tuple[type[models.Model], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the entries of a subject are read.

    `model` is the audited table, `named_by` the column that the trigger names a row by where that is a code or a
    key. `tails` are columns with the visible end of a secret, by the column of the secret itself. `labels` stand
    in for columns that the model does not name.
    """

    model: str
    named_by: str = ""
    tails: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, StrOrPromise] = field(default_factory=dict)


# By subject; an audited table without a line here is shown by its bare columns.
READINGS: Final[dict[str, Reading]] = {
    AuditSubject.COMPANY: Reading(model="companies.Company"),
    AuditSubject.LEGAL: Reading(model="companies.LegalDetails"),
    AuditSubject.TAX: Reading(model="companies.TaxPeriod", named_by="regime"),
    AuditSubject.BANK_ACCOUNT: Reading(
        model="companies.BankAccount",
        tails={"sealed": "last4"},
        labels={"sealed": gettext_lazy("Account numbers")},
    ),
    AuditSubject.MEMBER: Reading(
        model="companies.Membership",
        named_by="user_id",
        labels={"user_id": pgettext_lazy("a member", "Person")},
    ),
    AuditSubject.INVITATION: Reading(
        model="companies.Invitation",
        labels={"accepted_by_id": gettext_lazy("Accepted by"), "invited_by_id": gettext_lazy("Invited by")},
    ),
    AuditSubject.OWN_WAREHOUSE: Reading(model="companies.OwnWarehouse"),
    AuditSubject.ACCOUNT: Reading(
        model="marketplaces.MarketplaceAccount",
        tails={"credentials_sealed": "key_hint"},
        labels={
            "credentials_sealed": gettext_lazy("Key"),
            "key_hint": gettext_lazy("Key"),
            "push_token": gettext_lazy("Address for notices"),
            "payout_account_id": gettext_lazy("Payout account"),
        },
    ),
    # No trigger writes of visits: companies.services.visits does.
    AuditSubject.VISIT: Reading(
        model="companies.StaffVisit",
        labels={"staff_id": gettext_lazy("Who"), "as_user_id": pgettext_lazy("a visit", "As whom")},
    ),
    AuditSubject.AGREEMENT: Reading(
        model="marketplaces.Agreement", labels={"file": gettext_lazy("Agreement file")}
    ),
    AuditSubject.LISTING_MOVE: Reading(
        model="catalog.ListingMove",
        named_by="listing_id",
        labels={
            "listing_id": gettext_lazy("Listing"),
            "from_product_id": gettext_lazy("From the product"),
            "to_product_id": gettext_lazy("To the product"),
            "old_link": gettext_lazy("Linked before"),
            "made_by_id": gettext_lazy("Made by"),
            "undone_by_id": gettext_lazy("Undone by"),
        },
    ),
    AuditSubject.COST_PRICE: Reading(
        model="catalog.CostPrice",
        named_by="product_id",
        labels={"product_id": gettext_lazy("Product"), "file_id": gettext_lazy("File")},
    ),
    AuditSubject.PRICE_BATCH: Reading(
        model="catalog.PriceBatch", labels={"made_by_id": gettext_lazy("Made by")}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a change. An empty `old` or `new` means that there was no row to hold it."""

    label: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {' → '.join(filter(None, (self.old, self.new)))}"


class Names:
    """What the rows that entries point to are called, read once a table for any number of entries."""

    def __init__(self, company_id: int, entries: Iterable[AuditEntry]) -> None:
        wanted: defaultdict[type[models.Model], set[int]] = defaultdict(set)
        for entry in entries:
            for model, pk in _references(entry):
                wanted[model].add(pk)
        self._names = {
            (model, pk): name for model, pks in wanted.items() for pk, name in _called(model, pks, company_id)
        }

    def of(self, model: type[models.Model], pk: int) -> str:
        """The name of a row; its number when it is gone, or is of another company."""
        return self._names.get((model, pk)) or _("No. %(number)s") % {"number": pk}


def field_changes(entry: AuditEntry, names: Names) -> tuple[FieldChange, ...]:
    """What changed, field by field, in the order of the form; secrets by their last characters only."""
    reading = READINGS.get(entry.subject)
    told = {
        column: pair for column, pair in entry.changes.items() if isinstance(pair, list) and len(pair) == 2
    }
    if reading is not None:
        told = {column: pair for column, pair in told.items() if reading.tails.get(column) not in told}
    columns = _columns(reading.model) if reading else {}
    # A row that came or went held nothing before or after: then there is no other side to show.
    is_whole = entry.action != AuditAction.CHANGED
    order = {column: position for position, column in enumerate(columns)}
    return tuple(
        _field_change(reading, columns.get(column), column, told[column], names, is_whole=is_whole)
        for column in sorted(told, key=lambda column: (order.get(column, len(order)), column))
    )


def name_of(entry: AuditEntry, names: Names) -> str:
    """What the changed row is called."""
    reading = READINGS.get(entry.subject)
    if reading is None or not reading.named_by:
        return entry.subject_name
    return _value(_columns(reading.model).get(reading.named_by), entry.subject_name, names)


@cache
def _columns(label: str) -> dict[str, models.Field[Any, Any]]:
    return {column.column: column for column in apps.get_model(label)._meta.concrete_fields}  # noqa: SLF001 - documented API


def _references(entry: AuditEntry) -> Iterable[Reference]:
    reading = READINGS.get(entry.subject)
    if reading is None:
        return
    columns = _columns(reading.model)
    pairs = [
        (column, value) for column, pair in entry.changes.items() if isinstance(pair, list) for value in pair
    ]
    if reading.named_by:
        pairs.append((reading.named_by, entry.subject_name))
    for column, value in pairs:
        target = columns[column].related_model if column in columns else None
        pk = _key(value)
        if isinstance(target, type) and pk is not None:
            yield target, pk


def _key(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _called(model: type[models.Model], pks: set[int], company_id: int) -> list[tuple[int, str]]:
    if issubclass(model, User):
        return [(user.pk, str(user)) for user in User.objects.filter(pk__in=pks).only("name", "email")]
    if not issubclass(model, CompanyOwned):
        return []
    rows = model.objects.for_company(company_id).filter(pk__in=pks)  # type: ignore[attr-defined]  # each tenant table has it
    return [(row.pk, str(row)) for row in rows.defer(*getattr(model, "sealed_columns", ()))]


def _field_change(
    reading: Reading | None,
    column: models.Field[Any, Any] | None,
    name: str,
    pair: list[Any],
    names: Names,
    *,
    is_whole: bool,
) -> FieldChange:
    labels = reading.labels if reading else {}
    label = capfirst(str(labels.get(name) or (column.verbose_name if column else name.replace("_", " "))))
    old, new = pair
    if HIDDEN in pair:
        return FieldChange(label=label, new=_secret_words(old, new))
    is_tail = reading is not None and name in reading.tails.values()
    before, after = (
        "" if value is None and is_whole else _tail(value) if is_tail else _value(column, value, names)
        for value in pair
    )
    return FieldChange(label=label, old=before, new=after)


def _secret_words(old: Any, new: Any) -> str:
    if not old:
        return _("set, not shown here")
    return _("replaced, not shown here") if new else _("erased")


def _tail(value: Any) -> str:
    return f"…{value}" if value else formats.UNKNOWN


def _value(column: models.Field[Any, Any] | None, value: Any, names: Names) -> str:
    """A stored value as people read it; a dash for an empty one."""
    if value is None or value == "" or value == []:
        return formats.UNKNOWN
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value) if column is None else _value_of(column, value, names)


def _value_of(column: models.Field[Any, Any], value: Any, names: Names) -> str:
    target, pk = column.related_model, _key(value)
    if isinstance(target, type) and pk is not None:
        return names.of(target, pk)
    if isinstance(column, models.DateTimeField):
        return _moment(value)
    if isinstance(column, models.DateField):
        return _day(value)
    if isinstance(column, models.DecimalField):
        return _figure(value)
    return _word(column, str(value))


def _word(column: models.Field[Any, Any], value: str) -> str:
    """The label of a stored code."""
    if column.name == "marketplace":
        return marketplace_title(value)
    if column.name == "time_zone":
        return str(dict(ZONES).get(value, value))
    labels = dict(column.flatchoices) if isinstance(column, StatusField) or column.choices else {}
    return str(labels.get(value, value))


def _moment(value: Any) -> str:
    parsed = _parsed(parse_datetime, value)
    return formats.moment(parsed) if isinstance(parsed, datetime) else str(value)


def _day(value: Any) -> str:
    parsed = _parsed(parse_date, value)
    return formats.day(parsed) if isinstance(parsed, date) else str(value)


def _parsed(parse: Any, value: Any) -> Any:
    try:
        return parse(str(value))
    except ValueError:
        return None


def _figure(value: Any) -> str:
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return format(figure.normalize(), "f").replace(".", ",")
