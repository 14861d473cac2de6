"""The visit of staff that goes on in a browser: which it is, and how it is put down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from companies.services.visits import end_visit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from companies.choices import VisitEnding
    from companies.models import StaffVisit

# Where the session of staff keeps the visit that it began last.
VISIT_KEY: Final = "staff_visit"


def close_visit(request: HttpRequest, *, ending: VisitEnding) -> StaffVisit | None:
    """End the visit of this browser; None where none went on."""
    visit_id = request.session.pop(VISIT_KEY, None)
    return None if visit_id is None else end_visit(visit_id=visit_id, ending=ending)
