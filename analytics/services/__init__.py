"""Keeping the facts true, one module a verb."""

from analytics.services.erase import Facts
from analytics.services.rebuild import RebuiltDays, check_range, rebuild_range
from analytics.services.refresh import DAYS_AT_ONCE, refresh_facts
from analytics.services.verify import VerifiedDays, verify_range

__all__ = [
    "DAYS_AT_ONCE",
    "Facts",
    "RebuiltDays",
    "VerifiedDays",
    "check_range",
    "rebuild_range",
    "refresh_facts",
    "verify_range",
]
