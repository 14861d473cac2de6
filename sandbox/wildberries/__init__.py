"""Wildberries' dialect: its seller API as its own documents describe it."""

from sandbox.wildberries.dialect import Wildberries

__all__ = ["Wildberries"]
