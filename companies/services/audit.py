"""What the triggers cannot see, written into the audit trail by hand: a number shown, a visit, an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from companies.actors import current_actor
from companies.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from companies.choices import AuditAction, AuditSubject
    from companies.models import Company


@transaction.atomic
def note(
    *,
    company: Company | int,
    subject: AuditSubject,
    action: AuditAction,
    subject_id: int | None = None,
    subject_name: str = "",
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write an entry of the company's trail, signed with who acts (companies.actors); never a secret.

    `changes` is `{column: [old, new]}`, as the triggers write it.
    """
    actor = current_actor()
    signature: dict[str, Any] = {}
    if actor is not None:
        signature = {
            "actor_id": actor.user_id,
            "actor_name": actor.name[:300],
            "visit_id": actor.visit_id,
            "source": actor.source[:40],
            "address": actor.address or None,
        }
    return AuditEntry.all_companies.create(
        company_id=company if isinstance(company, int) else company.pk,
        subject=subject,
        subject_id=subject_id,
        subject_name=subject_name[:300],
        action=action,
        changes=dict(changes or {}),
        note=note[:500],
        **signature,
    )
