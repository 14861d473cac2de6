"""What a log line says of a request: where, never what was asked or which link was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_structlog.middlewares import RequestMiddleware

from fbo_cabinet.logs import cut_path

if TYPE_CHECKING:
    from django.http import HttpRequest


class RequestLogMiddleware(RequestMiddleware):
    """Names the request, the person and the address in every line logged meanwhile."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The method and the address, without what may be secret in it."""
        return f"{request.method} {cut_path(request.path)}"
