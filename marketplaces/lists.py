"""The runs and the quarantined records of a company as lists, with their codes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, CharField, F, Value, When
from django.utils.translation import gettext_lazy as _

from marketplaces import catalogue, registry
from marketplaces.models import QuarantinedRecord, SyncRun
from marketplaces.sync.schedule import Trigger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from companies.models import Company

TRIGGERS: Final[dict[str, StrOrPromise]] = {
    Trigger.SCHEDULE: _("schedule"),
    Trigger.MANUAL: _("a person"),
    Trigger.COMMAND: _("a command"),
    Trigger.PUSH: _("a notice"),
    Trigger.RETRY: _("a retry"),
}


def run_list(company: Company) -> Any:
    """Runs with the words for their stream and for what started them."""
    return (
        SyncRun.objects.for_company(company)
        .select_related("account", "actor")
        .annotate(
            stream_title=_words("stream", dict(registry.streams().choices())),
            trigger_title=_words("trigger", TRIGGERS),
        )
    )


def quarantine_list(company: Company) -> Any:
    """Quarantined records with the words for their stream and reason, without what came."""
    return (
        QuarantinedRecord.objects.for_company(company)
        .select_related("account")
        .defer("payload")
        .annotate(
            stream_title=_words("stream", dict(registry.streams().choices())),
            reason_title=_words("reason", catalogue.REASONS, default=catalogue.REASONS["unreadable"]),
        )
    )


def _words(field: str, words: Mapping[str, StrOrPromise], *, default: StrOrPromise = "") -> Case:
    """The word for the code in the field; the default, or the code itself, for one without a word."""
    cases = [When(**{field: code}, then=Value(str(word))) for code, word in words.items()]
    return Case(*cases, default=Value(str(default)) if default else F(field), output_field=CharField())
