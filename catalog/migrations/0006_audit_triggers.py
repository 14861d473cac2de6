"""Moves of listings, cost prices and changes of prices go to the audit trail."""

from django.db import migrations

from companies.triggers import audit_trigger


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_audit_triggers"), ("catalog", "0005_three_marketplaces")]

    operations = [
        audit_trigger(
            "catalog_listingmove",
            subject="listing_move",
            name_column="listing_id",
            skipped=("token", "old_link"),
        ),
        audit_trigger(
            "catalog_costprice", subject="cost_price", name_column="product_id", skipped=("created_at",)
        ),
        audit_trigger("catalog_pricebatch", subject="price_batch", name_column="about"),
    ]
