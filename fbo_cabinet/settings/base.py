"""Everything the three settings share."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from fbo_cabinet import env
from fbo_cabinet.logs import configure_structlog, logging_config

BASE_DIR = env.ROOT
SECRET_KEY = env.text("SECRET_KEY", "")
FIELD_ENCRYPTION_KEYS: dict[str, bytes] = {}
DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "core",
    "companies",
    "marketplaces",
    "catalog",
    "orders",
    "supplies",
    "returns",
    "analytics",
    "fbo_cabinet",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "fbo_cabinet.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "lucide",
    "template_partials",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "fbo_cabinet.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.uploads.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "companies.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "fbo_cabinet.request_log.RequestLogMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "companies.middleware.ActorMiddleware",
    "companies.middleware.CompanyMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "fbo_cabinet.urls"
WSGI_APPLICATION = "fbo_cabinet.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "fbo_cabinet.context_processors.cabinet",
            ],
        },
    },
]

# ---- data -------------------------------------------------------------------------------------------------
_database: dict[str, Any] = {**dj_database_url.parse(env.text("DATABASE_URL", "postgresql:///fbo_cabinet"))}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # What the URL asks for: a socket folder as host, sslmode.
            **_database.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": env.number("DATABASE_POOL", 8, least=1), "timeout": 10},
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_PREFIX = env.text("REDIS_PREFIX", "fbo")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# ---- people -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "companies.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "companies.adapters.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SIGNUP_FORM_CLASS = "companies.forms.sign_up.NewcomerForm"
ACCOUNT_FORMS = {"reset_password_from_key": "companies.forms.profile.NewPasswordForm"}
ACCOUNT_CHANGE_EMAIL = True
# Passwords are counted by axes; this is for codes of the second step.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key"}
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
ACCOUNT_USERNAME_BLACKLIST: list[str] = []
MFA_ADAPTER = "companies.adapters.MFAAdapter"
# What is sealed elsewhere than in a column named by a model (core.sealing), for the rotation of keys.
SEALED_PLACES = ["companies.services.second_factors.SecondFactors"]
MFA_FORMS = {
    "authenticate": "companies.forms.sign_ins.CodeForm",
    "reauthenticate": "companies.forms.sign_ins.ConfirmingCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "FBO Cabinet"
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody signs in before his e-mail is confirmed; this lets people with a second factor change it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = True
# Wrong passwords are counted by fbo_cabinet.lockout, which has the limits of addresses and accounts too.
AXES_HANDLER = "fbo_cabinet.lockout.Doorkeeper"
AXES_CLIENT_IP_CALLABLE = "core.addresses.client_address"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "fbo_cabinet.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "fbo_cabinet.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
# The page says when the door opens: knocking meanwhile must not move that moment.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Sign-ins that succeed are in companies.SignIn.
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "login",
    "email",
    "password",
    "next",
    "csrfmiddlewaretoken",
]
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "FBO Cabinet <cabinet@localhost>")
EMAIL_TIMEOUT = 10
# Every kind of letter of ours (core.letters); sent by the workers, or at once where there are none.
LETTERS = [
    "companies.letters.Invited",
    "companies.letters.MemberRemoved",
    "companies.letters.SecondFactorRequired",
    "companies.letters.PayoutChanged",
    "companies.letters.NewDevice",
    "companies.letters.StaffCameIn",
    "marketplaces.letters.KeyExpires",
    "marketplaces.letters.AgreementEnds",
]
LETTERS_ARE_QUEUED = True

# ---- words, time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
BUSINESS_TIME_ZONE = "Europe/Moscow"
FORMAT_MODULE_PATH: list[str] = []

# ---- pages ------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))


def _package_dir(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {package} is not installed: run ./cabinet, which installs the lock.")
    return Path(spec.origin).parent / inside


STATICFILES_DIRS: list[Any] = [BASE_DIR / "static", ("manrope", _package_dir("font_manrope", "files"))]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / ".data" / "media")))
DJANGO_TABLES2_TEMPLATE = "components/table.html"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ---- security ---------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # Product photos stay on the marketplaces' own image hosts.
        "img-src": [SELF, "data:", "https:", *env.words("IMAGE_HOSTS")],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
    }
}
# Unfold runs on Alpine and inline styles; staff pages get a policy of their own.
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# By this a browser in which somebody has signed in before is known again (core.devices).
DEVICE_COOKIE_NAME = "device"
# How many proxies of ours stand before the web server: whose word for the client's address counts.
PROXY_COUNT = env.number("PROXY_COUNT", 0)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# What is larger is refused unread; forms with files say their own, smaller limits.
REQUEST_MAX_BYTES = 16 * 1024 * 1024

# ---- marketplaces and sync --------------------------------------------------------------------------------
MARKETPLACES = {
    "ozon": "marketplaces.ozon.adapter.Adapter",
    "wildberries": "marketplaces.wildberries.adapter.Adapter",
    "yandex_market": "marketplaces.yandex_market.adapter.Adapter",
}
# Who pays a company: callables that give companies.selectors.Payer rows.
COMPANY_PAYERS = ["marketplaces.selectors.payers"]
SYNC_STREAMS = {
    "products": "catalog.streams.ProductStream",
    "prices": "catalog.streams.PriceStream",
    "stock": "catalog.streams.StockStream",
    "orders": "orders.streams.OrderStream",
    "supplies": "supplies.streams.SupplyStream",
    "returns": "returns.streams.ReturnStream",
    "tariffs": "catalog.streams.TariffStream",
}
# What is held for an account, in the order in which it is erased with it: what others are built from comes first.
ACCOUNT_HOLDINGS = {
    "returns": "returns.services.erase.Returns",
    "supplies": "supplies.services.erase.Supplies",
    "orders": "orders.services.erase.Orders",
    "stock": "catalog.services.erase.Stock",
    "facts": "analytics.services.Facts",
    "prices": "catalog.services.erase.Prices",
    "tariffs": "catalog.services.erase.Tariffs",
    "listings": "catalog.services.erase.Listings",
    "history": "marketplaces.services.erase.History",
}
# Who can tell what the seller is by law: callables (company) → list of companies.selectors.legal.Told.
COMPANY_WITNESSES = ["marketplaces.selectors.told_of_seller"]
# Addresses of their APIs that stand in for those of the adapters, by marketplace: `ozon=https://…`.
MARKETPLACE_BASE_URLS = env.pairs("MARKETPLACE_BASE_URLS")
# Hosts other than the marketplaces' own that an account may point to (the sandbox), as `host:port`.
MARKETPLACE_EXTRA_HOSTS = env.words("MARKETPLACE_EXTRA_HOSTS")
# A run whose worker gave no sign of life for this long is lost, and another takes its place.
SYNC_LEASE_SECONDS = env.number("SYNC_LEASE_SECONDS", 90, least=1)
# How far back the first pull of an account goes, and the daily one that reads the past again (R51).
ORDER_HISTORY_DAYS = env.number("ORDER_HISTORY_DAYS", 90, least=1)
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
# The demo company has passwords that everybody knows.
DEMO_ALLOWED = False

# ---- Celery -----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "sync"
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_SOFT_TIME_LIMIT = 1380
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task, or a running task would be delivered a second time.
    "visibility_timeout": 1800,
    # kombu sweeps unacknowledged messages every interval x throttle seconds.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": f"{REDIS_PREFIX}:celery:",
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:celery:"}

# ---- admin ------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "FBO Cabinet",
    "SITE_HEADER": "FBO Cabinet",
    "SITE_SYMBOL": "inventory_2",
    "SHOW_VIEW_ON_SITE": False,
}

# ---- logs and errors --------------------------------------------------------------------------------------
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOG_FORMAT = env.text("LOG_FORMAT", "json")
LOGGING = logging_config(level=LOG_LEVEL, form=LOG_FORMAT)
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
SENTRY_DSN = env.text("SENTRY_DSN", "")
configure_structlog()
PROMETHEUS_EXPORT_MIGRATIONS = False
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
