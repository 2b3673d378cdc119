"""The solver's operations, each against what it says, on every value of small widths."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from netqed_smt.solver import Answer, Solver, Term

WIDTHS = (1, 2, 3, 4)


def truth_in(solver: Solver, pins: list[Term], term: Term) -> bool:
    """What the term is once everything that it speaks of is pinned; exactly one of it and its opposite can hold."""
    pinned = [solver.literal(pin, "pin") for pin in pins]
    answers = {
        value: solver.check([*pinned, solver.literal(one, "t")])
        for value, one in ((True, term), (False, solver.negation(term)))
    }
    assert sorted(answer.name for answer in answers.values()) == ["SAT", "UNSAT"]
    return answers[True] is Answer.SAT


def over_bits(width: int, term: Callable[[Solver, Term], Term], meaning: Callable[[int], bool]) -> None:
    """Hold a term over one bit-vector to its meaning, on every value."""
    solver = Solver()
    bits = solver.bits("x", width)
    built = term(solver, bits)
    for value in range(2**width):
        assert truth_in(solver, [solver.is_value(bits, value, width)], built) == meaning(value), value


def over_booleans(count: int, term: Callable[[Solver, list[Term]], Term], meaning: Callable[..., Any]) -> None:
    """Hold a term over Booleans to its meaning, on every assignment."""
    solver = Solver()
    variables = [solver.boolean(f"b{place}") for place in range(count)]
    built = term(solver, variables)
    for values in product((False, True), repeat=count):
        pins = [
            variable if value else solver.negation(variable) for variable, value in zip(variables, values, strict=True)
        ]
        assert truth_in(solver, pins, built) == bool(meaning(*values)), values


@pytest.mark.parametrize("width", [*WIDTHS, 16, 32, 128])
def test_a_bit_vector_takes_every_value_of_its_width_and_is_read_back(width: int) -> None:
    solver = Solver()
    bits = solver.bits("x", width)
    for value in {0, 1, 2 ** (width - 1), 2**width - 1}:
        assert solver.check([solver.literal(solver.is_value(bits, value, width))]) is Answer.SAT
        assert solver.value(bits) == value


@pytest.mark.parametrize("width", WIDTHS)
def test_is_value(width: int) -> None:
    for wanted in range(2**width):
        over_bits(width, lambda s, x, v=wanted: s.is_value(x, v, width), lambda value, v=wanted: value == v)


@pytest.mark.parametrize("width", WIDTHS[:3])
def test_between_is_inclusive_and_unsigned(width: int) -> None:
    for first, last in product(range(2**width), repeat=2):
        if first <= last:
            over_bits(
                width,
                lambda s, x, a=first, b=last: s.between(x, a, b, width),
                lambda value, a=first, b=last: a <= value <= b,
            )


@pytest.mark.parametrize("width", WIDTHS)
def test_has_prefix_looks_at_the_top_bits_alone(width: int) -> None:
    for length, wanted in product(range(width + 1), range(2**width)):
        if wanted % 2 ** (width - length) == 0:
            over_bits(
                width,
                lambda s, x, v=wanted, n=length: s.has_prefix(x, v, n, width),
                lambda value, v=wanted, n=length: value >> (width - n) == v >> (width - n),
            )


@pytest.mark.parametrize("width", WIDTHS[:3])
def test_has_tail_looks_at_the_lowest_bits_alone(width: int) -> None:
    for length in range(1, width + 1):
        for wanted in range(2**length):
            over_bits(
                width,
                lambda s, x, v=wanted, n=length: s.has_tail(x, v, n),
                lambda value, v=wanted, n=length: value % 2**n == v,
            )


@pytest.mark.parametrize("width", WIDTHS)
def test_bit_is(width: int) -> None:
    for place, wanted in product(range(width), (0, 1)):
        over_bits(
            width,
            lambda s, x, p=place, v=wanted: s.bit_is(x, p, v),
            lambda value, p=place, v=wanted: value >> p & 1 == v,
        )


@pytest.mark.parametrize("width", (1, 2))
def test_same(width: int) -> None:
    solver = Solver()
    one, other = solver.bits("x", width), solver.bits("y", width)
    for a, b in product(range(2**width), repeat=2):
        pins = [solver.is_value(one, a, width), solver.is_value(other, b, width)]
        assert truth_in(solver, pins, solver.same(one, other)) == (a == b)


@pytest.mark.parametrize("count", (0, 1, 2, 3))
def test_conjunction_and_disjunction(count: int) -> None:
    over_booleans(count, lambda s, b: s.conjunction(b), lambda *values: all(values))
    over_booleans(count, lambda s, b: s.disjunction(b), lambda *values: any(values))


def test_conjunction_and_disjunction_take_generators_and_absorb_constants() -> None:
    over_booleans(2, lambda s, b: s.conjunction(t for t in (s.true, b[0], s.true, b[1])), lambda a, b: a and b)
    over_booleans(2, lambda s, b: s.conjunction((b[0], s.false, b[1])), lambda a, b: False)
    over_booleans(2, lambda s, b: s.disjunction(t for t in (s.false, b[0], s.false, b[1])), lambda a, b: a or b)
    over_booleans(2, lambda s, b: s.disjunction((b[0], s.true, b[1])), lambda a, b: True)


def test_negation_implication_and_equivalence() -> None:
    over_booleans(1, lambda s, b: s.negation(b[0]), lambda a: not a)
    over_booleans(1, lambda s, b: s.negation(s.negation(b[0])), lambda a: a)
    over_booleans(2, lambda s, b: s.implication(b[0], b[1]), lambda a, b: not a or b)
    over_booleans(1, lambda s, b: s.implication(s.true, b[0]), lambda a: a)
    over_booleans(1, lambda s, b: s.implication(b[0], s.false), lambda a: not a)
    over_booleans(2, lambda s, b: s.equivalence(b[0], b[1]), lambda a, b: a == b)
    over_booleans(1, lambda s, b: s.equivalence(b[0], s.true), lambda a: a)


def test_the_constants_are_each_others_opposites() -> None:
    solver = Solver()
    assert solver.negation(solver.true) is solver.false
    assert solver.negation(solver.false) is solver.true
    assert truth_in(solver, [], solver.true)
    assert not truth_in(solver, [], solver.false)


@pytest.mark.parametrize("count", (0, 1, 2, 3, 4))
def test_at_most_counts(count: int) -> None:
    over_booleans(4, lambda s, b: s.at_most(b, count), lambda *values: sum(values) <= count)


def test_require_confines_every_later_answer_and_a_guard_only_those_that_assume_it() -> None:
    solver = Solver()
    bits = solver.bits("x", 3)
    guard = solver.guard("low")
    solver.require(solver.between(bits, 2, 7, 3))
    solver.require(solver.implication(guard, solver.between(bits, 0, 3, 3)))

    def possible(*assumptions: Term) -> list[int]:
        return [
            v
            for v in range(8)
            if solver.check([*assumptions, solver.literal(solver.is_value(bits, v, 3))]) is Answer.SAT
        ]

    assert possible() == [2, 3, 4, 5, 6, 7]
    assert possible(guard) == [2, 3]
    assert possible(solver.negation(guard)) == [2, 3, 4, 5, 6, 7]


def test_guards_of_one_name_are_different_and_variables_of_one_name_are_not() -> None:
    solver = Solver()
    assert solver.check([solver.guard("g"), solver.negation(solver.guard("g"))]) is Answer.SAT
    assert solver.check([solver.boolean("b"), solver.negation(solver.boolean("b"))]) is Answer.UNSAT


def test_a_literal_is_true_exactly_where_its_term_is_and_is_made_once() -> None:
    solver = Solver()
    term = solver.between(solver.bits("x", 3), 2, 5, 3)
    literal = solver.literal(term)
    assert solver.literal(term, "another name") is literal
    assert solver.check([solver.literal(solver.equivalence(literal, solver.negation(term)), "odd")]) is Answer.UNSAT


def test_the_core_names_assumptions_that_the_proof_used_in_their_order() -> None:
    solver = Solver()
    bits = solver.bits("x", 4)
    assumed = [
        solver.literal(term)
        for term in (solver.boolean("idle"), solver.between(bits, 9, 15, 4), solver.between(bits, 0, 3, 4))
    ]
    assert solver.check(assumed) is Answer.UNSAT
    core = solver.core(assumed)
    assert [assumed.index(one) for one in core] == [1, 2]
    assert solver.check(core) is Answer.UNSAT


def test_a_spent_budget_is_no_answer() -> None:
    """A question that takes search: whether eight pigeons fit into seven holes, one each."""
    answers = {}
    for budget in (1, None):
        solver = Solver() if budget is None else Solver(budget)
        sits = [[solver.boolean(f"{pigeon} in {hole}") for hole in range(7)] for pigeon in range(8)]
        for holes in sits:
            solver.require(solver.disjunction(holes))
        for hole in range(7):
            solver.require(solver.at_most([sits[pigeon][hole] for pigeon in range(8)], 1))
        answers[budget] = solver.check([])
    assert answers == {1: Answer.UNKNOWN, None: Answer.UNSAT}


def test_nothing_can_be_read_where_there_is_no_assignment() -> None:
    solver = Solver()
    variable = solver.boolean("b")
    with pytest.raises(RuntimeError, match="no model"):
        solver.truth(variable)
    assert solver.check([variable]) is Answer.SAT
    assert solver.truth(variable) is True
    assert solver.check([variable, solver.negation(variable)]) is Answer.UNSAT
    with pytest.raises(RuntimeError, match="no model"):
        solver.truth(variable)


def test_two_solvers_know_nothing_of_each_other_and_closing_one_leaves_the_other() -> None:
    one, other = Solver(), Solver()
    one.require(one.boolean("b"))
    assert other.check([other.negation(other.boolean("b"))]) is Answer.SAT
    one.close()
    one.close()
    assert other.check([other.boolean("b")]) is Answer.SAT
