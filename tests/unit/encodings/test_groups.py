"""Codes in groups: whatever is said of codes holds of exactly those codes."""

from __future__ import annotations

from itertools import product

import pytest

from netqed_smt.groups import Clause, GroupedCode
from netqed_smt.solver import Answer, Solver, Term


@pytest.fixture
def solver() -> Solver:
    return Solver()


def grouped(solver: Solver, width: int) -> tuple[Term, GroupedCode]:
    code = solver.bits("code", width)
    return code, GroupedCode(solver, code, width)


def true_of(solver: Solver, code: Term, width: int, term: Term) -> set[int]:
    """The codes for which the term can hold; it must not be able to hold or not hold of one and the same."""
    can, cannot = (
        {
            value
            for value in range(2**width)
            if solver.check([solver.literal(solver.is_value(code, value, width)), solver.literal(one)]) is Answer.SAT
        }
        for one in (term, solver.negation(term))
    )
    assert can.isdisjoint(cannot)
    assert can | cannot == set(range(2**width))
    return can


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_a_codes_own_term_is_true_of_it_alone(solver: Solver, width: int) -> None:
    code, codes = grouped(solver, width)
    for value in range(2**width):
        assert true_of(solver, code, width, codes.is_code(value)) == {value}
        assert codes.is_code(value) is codes.is_code(value)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_any_of_several_codes_is_true_of_exactly_those(solver: Solver, width: int) -> None:
    code, codes = grouped(solver, width)
    for chosen in product([False, True], repeat=2**width):
        wanted = {value for value, yes in enumerate(chosen) if yes}
        assert true_of(solver, code, width, codes.is_any(wanted)) == wanted


def test_any_of_several_takes_what_order_and_repeats_they_come_in(solver: Solver) -> None:
    code, codes = grouped(solver, 4)
    assert true_of(solver, code, 4, codes.is_any(iter([9, 4, 5, 6, 7, 9]))) == {4, 5, 6, 7, 9}


@pytest.mark.parametrize(("width", "top"), [(1, 0), (1, 1), (2, 2), (3, 4), (3, 7), (4, 9), (5, 17)])
def test_clauses_hold_of_exactly_the_codes_that_they_are_given_for(solver: Solver, width: int, top: int) -> None:
    """Whatever is shared by the codes of a group, said of it or said of each: every code has its own facts."""
    code, codes = grouped(solver, width)
    facts = [solver.boolean(f"fact{number}") for number in range(4)]
    given: dict[int, list[Clause]] = {
        value: [(fact,) for number, fact in enumerate(facts) if value % (number + 1) == 0 and value != 3]
        + [(facts[0], facts[1])]
        for value in range(top + 1)
        if value != 5
    }
    solver.require(solver.between(code, 0, top, width))
    for clause in codes.clauses(given, top):
        solver.require(solver.disjunction(clause))
    for value in range(top + 1):
        here = solver.literal(solver.is_value(code, value, width))
        for truths in product([False, True], repeat=len(facts)):
            holds = [fact if yes else solver.negation(fact) for fact, yes in zip(facts, truths, strict=True)]
            true = {fact.value for fact, yes in zip(facts, truths, strict=True) if yes}
            expected = all(any(term.value in true for term in clause) for clause in given.get(value, ()))
            assert (solver.check([here, *map(solver.literal, holds)]) is Answer.SAT) is expected, (value, truths)


def test_what_all_codes_of_a_group_share_is_said_once(solver: Solver) -> None:
    _, codes = grouped(solver, 4)
    shared, own = solver.boolean("shared"), solver.boolean("own")
    given = {value: [(shared,), (own,)] if value == 6 else [(shared,)] for value in range(4, 8)}
    assert len(list(codes.clauses(given, 15))) == 2


def test_nothing_is_said_of_codes_of_which_nothing_is_given(solver: Solver) -> None:
    _, codes = grouped(solver, 3)
    assert list(codes.clauses({}, 7)) == []
