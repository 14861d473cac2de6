"""Since when each part of a supply is as it is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supplies", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="supply",
            name="versions",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
