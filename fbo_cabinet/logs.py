"""How the logs look: structured lines with request, task and account, secrets cut out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_SECRET_NAMES = re.compile(
    r"(api[-_]?key|password|secret|token|authorization|credential|cookie)", re.IGNORECASE
)
_CUT = "[cut]"
# Links of invitations, e-mails, passwords and notices are secrets that stand in a path, each in one long part.
_LINK = re.compile(r"(?<=/)[^/\s?]{24,}")
_QUERY = re.compile(r"\?\S*")


def cut_path(path: str) -> str:
    """The path without its query, and with every part that may be a secret link cut out."""
    return _LINK.sub(_CUT, _QUERY.sub("", path))


def cut_links(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor for Django's own lines, which spell out the address that was asked for."""
    if str(event.get("logger", "")).startswith("django.") and "/" in str(event.get("event", "")):
        event["event"] = cut_path(str(event["event"]))
    return event


def cut_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that hides the values of keys which may hold a secret."""
    for name in event:
        if _SECRET_NAMES.search(name):
            event[name] = _CUT
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.UnicodeDecoder(),
    cut_secrets,
    cut_links,
]


def configure_structlog() -> None:
    """Route structlog through the standard library's logging, so that one configuration serves both."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, level: str, form: str) -> dict[str, Any]:
    """The `LOGGING` setting: JSON lines for machines, or short lines for a person (`form="plain"`)."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if form == "plain"
        else structlog.processors.JSONRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    renderer,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            # Every try is a line of marketplaces.http already.
            "stamina": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING"},
            "django_structlog": {"level": "WARNING"},
        },
    }
