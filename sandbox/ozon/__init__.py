"""Ozon's dialect of the world: Seller API for FBO, at its real paths."""

from sandbox.ozon.dialect import Ozon

__all__ = ["Ozon"]
