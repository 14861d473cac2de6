"""The reasons and rules that a new cabinet begins with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from returns.services.defaults import DEFAULTS


def fill(apps: Any, _schema_editor: Any) -> None:
    """Write those that are not there; what staff made stays as it is."""
    reasons, rules = apps.get_model("returns", "Reason"), apps.get_model("returns", "ReasonRule")
    for one in DEFAULTS:
        reason, _is_new = reasons.objects.get_or_create(
            code=one.code, defaults={"group": one.group, "name": one.name, "advice": one.advice}
        )
        for match_by, words in (("id", one.ids), ("text", one.texts), ("part", one.parts)):
            for text in words:
                rules.objects.get_or_create(
                    marketplace="", match_by=match_by, words=text, defaults={"reason": reason}
                )


def leave(_apps: Any, _schema_editor: Any) -> None:
    """Going back leaves the rows: returns may point to them, and the tables go with the first migration."""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("returns", "0002_told_returns")]

    operations: ClassVar = [migrations.RunPython(fill, leave)]
