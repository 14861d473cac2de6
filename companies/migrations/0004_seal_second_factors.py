"""Seal the secrets of second factors, which allauth kept in clear."""

from django.db import migrations

from companies.services.second_factors import seal, unseal, with_secrets


def _is_sealed(text):
    # Neither base32 (TOTP) nor hexadecimal digits (recovery codes) have a colon, a sealed text has one.
    return ":" in text


def seal_all(apps, schema_editor):
    _change(apps, lambda text: text if _is_sealed(text) else seal(text))


def unseal_all(apps, schema_editor):
    _change(apps, lambda text: unseal(text) if _is_sealed(text) else text)


def _change(apps, change):
    rows = apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn").order_by("pk")
    for row in rows.iterator():
        row.data = with_secrets(row.data, change)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0003_audit_triggers"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal_all, unseal_all)]
