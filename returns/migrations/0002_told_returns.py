"""How old each of the values is that a return holds."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("returns", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="return",
            name="told",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
