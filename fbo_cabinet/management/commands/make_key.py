"""Make the secrets that production needs."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone


class Command(BaseCommand):
    help = "Print a new SECRET_KEY and a new key for FIELD_ENCRYPTION_KEYS. Nothing is written anywhere."

    def handle(self, *_args: Any, **_options: Any) -> None:
        key_id = f"k{timezone.now():%Y%m%d}"
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(48)}")
        self.stdout.write(
            f"FIELD_ENCRYPTION_KEYS={key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        )
