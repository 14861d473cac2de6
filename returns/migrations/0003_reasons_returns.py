"""The reasons and rules that a new cabinet begins with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from returns.services.defaults import fill_dictionary


def fill(apps: Any, _schema_editor: Any) -> None:
    """Write those that are not there."""
    fill_dictionary(apps.get_model("returns", "Reason"), apps.get_model("returns", "ReasonRule"))


def leave(_apps: Any, _schema_editor: Any) -> None:
    """Going back leaves the rows: returns may point to them, and the tables go with the first migration."""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("returns", "0002_told_returns")]

    operations: ClassVar = [migrations.RunPython(fill, leave)]
