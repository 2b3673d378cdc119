"""The evaluator: one concrete flow, one verdict, with its reasons."""

from netqed.reference.evaluate import Evaluator, decide

__all__ = ["Evaluator", "decide"]
