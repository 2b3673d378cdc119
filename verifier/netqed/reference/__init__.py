"""The evaluator: one concrete flow, one verdict, with its reasons."""
