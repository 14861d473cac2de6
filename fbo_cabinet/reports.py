"""Error reports to Sentry: where it broke and for whom, never what was typed."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration

from fbo_cabinet.logs import cut_path


def report_errors(dsn: str, *, transport: Any = None) -> None:
    """Send unhandled errors to the DSN: no bodies, no cookies, no local variables, no query strings.

    A body may hold a password, a marketplace's key or an account number under a name that no scrubber knows.
    """
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        include_local_variables=False,
        max_request_body_size="never",
        # A line of the log is no report of its own: it says what happened, the exception says where.
        integrations=[LoggingIntegration(event_level=None)],
        before_send=_without_input,
        before_breadcrumb=_without_keys,
    )


def _without_keys(crumb: Any, _hint: Any) -> Any:
    """Valkey is left out: its keys name sessions, and who knows the name of a session has the session."""
    return None if crumb.get("category") == "redis" else crumb


def _without_input(event: Any, _hint: Any) -> Any:
    request = event.get("request", {})
    for name in ("data", "cookies", "query_string", "env"):
        request.pop(name, None)
    headers = request.get("headers", {})
    if "url" in request:
        request["url"] = cut_path(request["url"])
    request["headers"] = {
        name: headers[name] for name in ("User-Agent", "Host", "Hx-Request") if name in headers
    }
    return event
