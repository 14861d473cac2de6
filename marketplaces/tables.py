"""The columns of the lists of runs and of quarantine."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.tables import BaseTable, Column
from marketplaces.models import QuarantineState, RunOutcome


class RunTable(BaseTable):
    """Runs, the newest first."""

    default_sort: ClassVar[str] = "-started_at"

    stream = Column(_("Stream"), source="stream_title", css="tight", width=14)
    started_at = Column(_("Started"), kind="moment", sort="started_at", css="n tight", width=16)
    account = Column(_("Account"), source="account__title", css="k-hide k-mid", width=24)
    outcome = Column(_("Outcome"), statuses=RunOutcome, css="tight", width=24)
    trigger = Column(_("Started by"), source="trigger_title", css="k-hide k-mid", width=14)
    external_id = Column(_("One object"), on_screen=False, width=22)
    pages = Column(_("Pages read"), kind="integer", css="k-hide", width=10)
    inserted = Column(_("New rows"), kind="integer", width=10)
    changed = Column(_("Changed rows"), kind="integer", width=10)
    unchanged = Column(_("Unchanged rows"), kind="integer", css="k-hide", width=12)
    quarantined = Column(_("Quarantine"), kind="integer", css="k-hide", width=12)
    finished_at = Column(_("Finished"), kind="moment", on_screen=False, width=16)
    message = Column(_("What happened"), css="fit k-full", width=60)


class QuarantineTable(BaseTable):
    """Records in quarantine, those that came last first."""

    default_sort: ClassVar[str] = "-last_seen_at"

    external_id = Column(_("Record"), css="tight", width=24)
    account = Column(_("Account"), source="account__title", css="k-hide k-mid", width=24)
    stream = Column(_("Stream"), source="stream_title", css="tight", width=14)
    reason = Column(_("Reason"), source="reason_title", css="fit k-full", width=40)
    detail = Column(_("Detail"), on_screen=False, width=40)
    state = Column(_("State"), statuses=QuarantineState, css="tight", width=14)
    attempts = Column(_("Attempts"), kind="integer", css="k-hide", width=10)
    first_seen_at = Column(_("Came first"), kind="moment", on_screen=False, width=16)
    last_seen_at = Column(_("Came last"), kind="moment", sort="last_seen_at", css="n tight", width=16)
