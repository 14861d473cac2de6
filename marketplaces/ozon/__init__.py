"""Ozon: everything that knows how Ozon speaks."""
