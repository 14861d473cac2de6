"""One simulated world of a seller: products, warehouses, orders and stock, all computed from a seed."""

from sandbox.world.settings import WorldSettings
from sandbox.world.views import OrderView, StockoutView, StockView
from sandbox.world.world import World

__all__ = ["OrderView", "StockView", "StockoutView", "World", "WorldSettings"]
