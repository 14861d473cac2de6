"""Error reports to Sentry: where it broke and for whom, never what was typed."""

from __future__ import annotations

from typing import Any

import sentry_sdk


def report_errors(dsn: str, *, transport: Any = None) -> None:
    """Send unhandled errors to the DSN: no bodies, no cookies, no local variables, no query strings.

    A body may hold a password, a marketplace's key or an account number under a name that no scrubber knows.
    """
    sentry_sdk.init(
        dsn=dsn,
        transport=transport,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_without_input,
    )


def _without_input(event: Any, _hint: Any) -> Any:
    request = event.get("request", {})
    for name in ("data", "cookies", "query_string", "env"):
        request.pop(name, None)
    headers = request.get("headers", {})
    request["headers"] = {
        name: headers[name] for name in ("User-Agent", "Host", "Hx-Request") if name in headers
    }
    return event
