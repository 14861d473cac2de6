"""Facts: rebuilt for touched days, never edited. One module a noun."""

from analytics.models.levels import ListingReasons, ListingReturns, PlaceReturns, ReasonReturns
from analytics.models.orders import DailyFact, HourlyOrders, ListingSales, RegionSales
from analytics.models.returns import DailyReturns, Deliveries, MonthlyUnits, PlaceDeliveries
from analytics.models.state import FactsState
from analytics.models.steps import StepTimes
from analytics.models.stock import ClosingStock, ListingFlow

__all__ = [
    "ClosingStock",
    "DailyFact",
    "DailyReturns",
    "Deliveries",
    "FactsState",
    "HourlyOrders",
    "ListingFlow",
    "ListingReasons",
    "ListingReturns",
    "ListingSales",
    "MonthlyUnits",
    "PlaceDeliveries",
    "PlaceReturns",
    "ReasonReturns",
    "RegionSales",
    "StepTimes",
]
