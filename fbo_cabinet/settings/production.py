"""Servers of one's own. A missing or default secret stops the boot."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from fbo_cabinet import env
from fbo_cabinet.reports import report_errors
from fbo_cabinet.settings.base import *  # noqa: F403 - settings are composed by names
from fbo_cabinet.settings.base import SENTRY_DSN

SECRET_KEY = env.text("SECRET_KEY")
if len(SECRET_KEY) < 50 or "not-for-production" in SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY must be at least 50 characters of your own: ./cabinet manage make_key"
    )
FIELD_ENCRYPTION_KEYS = env.encryption_keys("FIELD_ENCRYPTION_KEYS")
if any(b"not-for-production" in key for key in FIELD_ENCRYPTION_KEYS.values()):
    raise ImproperlyConfigured(
        "FIELD_ENCRYPTION_KEYS holds the local default: make one with ./cabinet manage make_key"
    )
env.text("DATABASE_URL")
env.text("REDIS_URL")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the host names of this cabinet.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
DEVICE_COOKIE_NAME = "__Host-device"
# Letters carry them: a link to localhost, or a sender there, is of no use to anybody.
PUBLIC_URL = env.text("PUBLIC_URL")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
PROXY_COUNT = env.number("PROXY_COUNT", 1)
STYLEGUIDE = False

if SENTRY_DSN:
    report_errors(SENTRY_DSN)
