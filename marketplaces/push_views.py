"""The address at which marketplaces deliver their notices: store, acknowledge, hand over."""

from __future__ import annotations

import structlog
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from marketplaces import services, tasks
from marketplaces.services.pushes import UnknownAddress

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
@never_cache
def push(request: HttpRequest, token: str) -> JsonResponse:
    """Take a notice. The address is the secret: an unknown one is 404."""
    try:
        body = request.body
    except RawPostDataException:
        body = b""
    try:
        reply, message_id = services.receive_push(token=token, body=body)
    except UnknownAddress:
        raise Http404 from None
    if message_id is not None:
        _hand_over(message_id)
    return JsonResponse(reply.body, status=reply.status)


def _hand_over(message_id: int) -> None:
    """A broker that does not answer costs seconds, not the notice: it is picked up with the waiting ones."""
    try:
        tasks.process_push.apply_async(args=(message_id,), expires=60, retry=False)
    except OperationalError:
        log.warning("broker_unreachable", push=message_id)
