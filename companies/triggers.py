"""For migrations: the trigger that writes a table's changes into the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.migrations.operations import RunSQL

if TYPE_CHECKING:
    from collections.abc import Sequence


def audit_trigger(
    table: str,
    *,
    subject: str,
    name_column: str,
    company_column: str = "company_id",
    secrets: Sequence[str] = (),
    skipped: Sequence[str] = (),
) -> RunSQL:
    """Every INSERT, UPDATE and DELETE of the table leaves an AuditEntry, bulk and SQL writes included.

    Of `secrets` only the fact of a change is written; `skipped` columns are the machine's own and are not
    written at all. The model must carry `is_audited = True`, so that changes are signed (companies.actors).
    """
    arguments = ", ".join(
        f"'{part}'" for part in (subject, company_column, name_column, ",".join(secrets), ",".join(skipped))
    )
    return RunSQL(
        sql=(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION companies_audit_row({arguments});"
        ),
        reverse_sql=f"DROP TRIGGER audit ON {table};",
    )
