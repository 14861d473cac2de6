"""Words of the order pages that no marketplace speaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

# Learnt later than this after it happened: the history says so.
LATE_AFTER: Final = timedelta(hours=1)
# Counted no further than this when the tally cannot answer.
COUNT_LIMIT: Final = 1_000

SOURCES: Final = {
    "poll": _("polling of orders"),
    "push": _("notice, checked by the API"),
    "manual": _("refresh by hand"),
}
PRECISIONS: Final = {
    "exact": "",
    "observed": _("the time we noticed it, it happened before"),
    "estimated": _("an estimate: it happened before our first look"),
    "day": _("only the day is known"),
}
INITIATORS: Final = {
    "client": _("the buyer"),
    "customer": _("the buyer"),
    "seller": _("the seller"),
    "ozon": "Ozon",
    "system": _("the system"),
    "delivery": _("the delivery service"),
}
