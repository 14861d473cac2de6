"""The test suite: real PostgreSQL and Valkey, quick hashing, no letters sent."""

from __future__ import annotations

from fbo_cabinet import env
from fbo_cabinet.settings.base import *  # noqa: F403 - settings are composed by names
from fbo_cabinet.settings.base import DATABASES, MIDDLEWARE

SECRET_KEY = "test"  # noqa: S105 - nothing real is signed in tests
FIELD_ENCRYPTION_KEYS = env.encryption_keys(
    "FIELD_ENCRYPTION_KEYS", "test:dGVzdC1vbmx5LW5vdC1mb3ItcHJvZHVjdGlvbi0hISE="
)
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# No worker runs: a letter is sent as soon as the transaction commits.
LETTERS_ARE_QUEUED = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]
# Tests open and drop databases; a pool would hold them.
DATABASES["default"]["OPTIONS"].pop("pool")
MARKETPLACE_EXTRA_HOSTS = ["sandbox.test", "127.0.0.1"]
STYLEGUIDE = True
DEMO_ALLOWED = True
