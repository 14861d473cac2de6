"""Indexes for places told apart by their addresses too, and for returns without a listing by their product."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("catalog", "0007_price_history"),
        ("companies", "0006_audit_of_goods"),
        ("marketplaces", "0007_audit_skips_key_kind"),
        ("orders", "0006_standing_orders"),
        ("returns", "0010_what_rests"),
    ]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="return", name="return_place"),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                fields=["company", "marketplace", "place_name", "place_address", "pick_up_until", "id"],
                include=["quantity", "amount", "storage_cost"],
                condition=models.Q(status="waiting_pickup"),
                name="return_place",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                fields=["company", "place_address"],
                condition=~models.Q(place_address=""),
                name="return_address",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                models.F("company"),
                OpClass(Upper("seller_sku"), name="text_pattern_ops"),
                condition=models.Q(listing=None),
                name="return_untied_article",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                fields=["company", "barcode"],
                condition=models.Q(listing=None),
                name="return_untied_barcode",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                fields=["company", "marketplace_sku"],
                condition=models.Q(listing=None),
                name="return_untied_sku",
            ),
        ),
    ]
