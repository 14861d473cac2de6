"""The kind of a key is the marketplace's word, not somebody's change: it stays out of the audit trail."""

from django.db import migrations

from companies.triggers import audit_trigger

_SKIPPED = (
    "created_at",
    "checked_at",
    "expiry_warned_days",
    "push_is_on",
    "seller_name",
    "legal_name",
    "tax_id",
    "registration_number",
    "ownership_form",
    "tax_system",
    "roles",
    "missing",
    "key_set_at",
)


def _trigger(*skipped: str) -> migrations.RunSQL:
    return audit_trigger(
        "marketplaces_marketplaceaccount",
        subject="account",
        name_column="title",
        secrets=("credentials_sealed", "push_token"),
        skipped=skipped,
    )


class Migration(migrations.Migration):
    dependencies = [("companies", "0006_audit_of_goods"), ("marketplaces", "0006_key_kind")]

    operations = [
        migrations.RunSQL(_trigger(*_SKIPPED).reverse_sql, _trigger(*_SKIPPED).sql),
        _trigger(*_SKIPPED, "key_kind"),
    ]
