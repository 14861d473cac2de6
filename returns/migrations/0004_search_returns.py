"""Indexes for looking returns up by the beginning of their number and of their place."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies: ClassVar = [("returns", "0003_reasons_returns")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                models.F("company"),
                OpClass(Upper("number"), name="text_pattern_ops"),
                name="return_number_search",
            ),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                models.F("company"),
                OpClass(Upper("place_name"), name="text_pattern_ops"),
                name="return_place_search",
            ),
        ),
    ]
