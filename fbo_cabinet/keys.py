"""Refuses to serve or work with keys that do not open what the database holds."""

from __future__ import annotations

import sys
from typing import Any

from celery import bootsteps
from django.db import DatabaseError, connections

from core.sealing import WrongKeys, verify_keys


def refuse_wrong_keys() -> None:
    """Stop the process with one line when a key is missing or wrong.

    A database that is away, or has no tables yet, is not the keys' fault: `/readyz` tells of it.
    """
    try:
        verify_keys()
    except WrongKeys as exc:
        sys.stderr.write(f"{exc}\n")
        raise SystemExit(1) from None
    except DatabaseError:
        return


class KeysStep(bootsteps.StartStopStep):
    """The same question when a Celery worker starts."""

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        refuse_wrong_keys()
        # The worker forks next: its children must not inherit the connection.
        held: Any
        for held in connections.all():
            held.close()
            held.close_pool()
