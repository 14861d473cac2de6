"""Reads of analytics: frozen dataclasses made of facts and tallies, one module a noun."""
