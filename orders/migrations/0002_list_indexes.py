from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0001_initial")]
    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["company", "-amount", "-id"], name="order_amount"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["unknown", "accepted", "packed", "shipped"])),
                fields=["company", "expected_to"],
                name="order_expected",
            ),
        ),
    ]
