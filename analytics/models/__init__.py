"""Facts: rebuilt for touched days, never edited. One module a noun."""

from analytics.models.orders import DailyFact, HourlyOrders
from analytics.models.state import FactsState
from analytics.models.stock import ClosingStock

__all__ = ["ClosingStock", "DailyFact", "FactsState", "HourlyOrders"]
