"""Whether the cabinet lives, which part of it is ill, and its numbers for a monitor."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from fbo_cabinet.heartbeat import QUEUES, last_beats

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

log = structlog.get_logger(__name__)

OK: Final = "ok"
# Without these no page can be served; without the workers pages are served and grow old.
VITAL: Final = ("database", "redis", "migrations")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process answers. Nothing else is asked, so a restart is the right cure when this fails."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part and how it is: 503 when pages cannot be served, 200 and `degraded` when only workers are ill."""
    parts = {"database": _database()}
    parts["migrations"] = _migrations() if parts["database"] == OK else "unknown: the database is ill"
    beats = _beats()
    parts["redis"] = OK if beats is not None else "does not answer"
    parts |= {f"worker:{queue}": _worker(queue, beats or {}) for queue in QUEUES}
    is_ready = all(parts[name] == OK for name in VITAL)
    status = "ill" if not is_ready else OK if set(parts.values()) == {OK} else "degraded"
    return JsonResponse({"status": status, "parts": parts}, status=200 if is_ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus: with the bearer METRICS_TOKEN, or without one from this machine only."""
    if not _may_read_metrics(request):
        raise Http404
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("readyz_database")
        return "does not answer"
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if not waiting else f"{len(waiting)} not applied"


def _beats() -> dict[str, datetime] | None:
    try:
        return last_beats()
    except redis.RedisError:
        log.exception("readyz_redis")
        return None


def _worker(queue: str, beats: dict[str, datetime]) -> str:
    if queue not in beats:
        return "no sign of life: no worker on this queue, or beat does not run"
    age = timezone.now() - beats[queue]
    return OK if age <= QUEUES[queue] else f"last sign of life {int(age.total_seconds())} s ago"


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(
            request.headers.get("authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
        )
    # Behind a proxy every request comes from this machine, so a forwarded one is not believed.
    is_forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return not is_forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
