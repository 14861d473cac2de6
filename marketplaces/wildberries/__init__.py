"""Wildberries: everything that knows how Wildberries speaks."""
