"""One machine: what `./cabinet run` starts."""

from __future__ import annotations

from fbo_cabinet import env
from fbo_cabinet.settings.base import *  # noqa: F403 - settings are composed by names
from fbo_cabinet.settings.base import STORAGES

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "local-only-not-for-production")
FIELD_ENCRYPTION_KEYS = env.encryption_keys(
    "FIELD_ENCRYPTION_KEYS", "local:bG9jYWwtb25seS1ub3QtZm9yLXByb2R1Y3Rpb24hISE="
)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.words("ALLOWED_HOSTS")]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
STYLEGUIDE = True
DEMO_ALLOWED = True
# Compressing takes seconds of the first start and is worth nothing on one machine.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
