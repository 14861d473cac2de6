"""The tables of returns: what came back, its history, and the dictionary of reasons."""

from returns.models.reasons import Reason, ReasonRule, ReasonWord
from returns.models.returns import OPEN, Return, ReturnEvent, ReturnQuerySet

__all__ = ["OPEN", "Reason", "ReasonRule", "ReasonWord", "Return", "ReturnEvent", "ReturnQuerySet"]
