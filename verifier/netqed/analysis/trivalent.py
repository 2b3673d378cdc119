"""Predicates of what is only partly known: true, false, or not known (None)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netqed_smt.model import And, Constant, Not, Or, Predicate


def evaluated(predicate: Predicate, atom: Callable[[Predicate], bool | None]) -> bool | None:
    """The predicate's value, where `atom` gives that of everything but constants and connectives."""
    match predicate:
        case Constant(value):
            return value
        case And(operands):
            return _all(evaluated(operand, atom) for operand in operands)
        case Or(operands):
            return _not(_all(_not(evaluated(operand, atom)) for operand in operands))
        case Not(operand):
            return _not(evaluated(operand, atom))
        case _:
            return atom(predicate)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    """Conjunction of three values: false if one is, else not known if one is."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown |= value is None
    return None if unknown else True
