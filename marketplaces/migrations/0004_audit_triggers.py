"""Changes of accounts and agreements go to the audit trail."""

from django.db import migrations

from companies.triggers import audit_trigger


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_audit_triggers"), ("marketplaces", "0003_company_and_people")]

    operations = [
        audit_trigger(
            "marketplaces_marketplaceaccount",
            subject="account",
            name_column="title",
            secrets=("credentials_sealed", "push_token"),
            # What a check of the key brings is the marketplace's word, not somebody's change.
            skipped=(
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
            ),
        ),
        audit_trigger(
            "marketplaces_agreement",
            subject="agreement",
            name_column="number",
            skipped=("created_at", "reminded_days"),
        ),
    ]
