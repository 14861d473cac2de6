"""What every cabinet page needs: the navigation, the companies and accounts of this person, freshness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest


def cabinet(request: HttpRequest) -> dict[str, Any]:
    """Nothing outside company pages."""
    if getattr(request, "company", None) is None:
        return {}
    return {"company": request.company}  # type: ignore[attr-defined]  # set by CompanyMiddleware
