"""The only module that knows Z3: terms, constraints and questions, built through its C interface.

Z3's Python operators cost several times what the C calls do, and the encoding's cost is building it; so terms are made
by the C functions in a context that never frees a term before it is freed itself.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, Final

DEFAULT_RLIMIT: Final = 200_000_000
"""Budget of one question, in Z3's resource units, which depend on the work done and not on the machine."""

_INTERRUPTED: Final = "interrupted from keyboard"
"""Z3's reason for an answer that Ctrl-C cut short."""

_CONFLICTS: Final = 1_000_000
"""How many conflicts the search meets before clauses are simplified; a question has few."""

Term = Any
"""An opaque handle of a Z3 term: a Boolean or a bit-vector."""


class Answer(Enum):
    """The solver's answer to a question."""

    SAT = 1
    UNSAT = -1
    UNKNOWN = 0


class Solver:
    """Constraints over Booleans and bit-vectors, and questions under assumptions."""

    def __init__(self, rlimit: int = DEFAULT_RLIMIT) -> None:
        import z3
        from z3 import z3core

        self._z3 = z3core
        self._and, self._or = z3.Z3_OP_AND, z3.Z3_OP_OR
        config = z3core.Z3_mk_config()
        self._context = z3core.Z3_mk_context(config)
        z3core.Z3_del_config(config)
        context = self._context
        self._array = z3.Ast
        self._bool = z3core.Z3_mk_bool_sort(context)
        self._sorts: dict[int, Any] = {}
        self._fresh = 0
        # By the addresses of terms' nodes: equal terms are one node, which is there as long as the context is.
        self._proxies: dict[int, Term] = {}
        self._values: dict[tuple[int, int], Term] = {}
        self._numerals: dict[tuple[int, int], Term] = {}
        self._model: Any = None
        self._answer = Answer.UNKNOWN
        self.asked = 0
        """How many questions were asked so far."""
        self.true: Term = z3core.Z3_mk_true(context)
        self.false: Term = z3core.Z3_mk_false(context)
        self._solver = z3core.Z3_mk_solver_for_logic(context, self._symbol("QF_FD"))
        z3core.Z3_solver_inc_ref(context, self._solver)
        # The context owns all that was made in it: its end frees the solver, the terms and the last assignment.
        self._free = weakref.finalize(self, z3core.Z3_del_context, context)
        parameters = z3core.Z3_mk_params(context)
        z3core.Z3_params_inc_ref(context, parameters)
        z3core.Z3_params_set_uint(context, parameters, self._symbol("rlimit"), min(rlimit, 2**32 - 1))
        z3core.Z3_params_set_uint(context, parameters, self._symbol("random_seed"), 0)
        z3core.Z3_params_set_bool(context, parameters, self._symbol("prob_search"), False)
        # Simplifying all clauses again between questions costs more than hundreds of questions, and saves little.
        z3core.Z3_params_set_uint(context, parameters, self._symbol("simplify.delay"), _CONFLICTS)
        z3core.Z3_solver_set_params(context, self._solver, parameters)
        z3core.Z3_params_dec_ref(context, parameters)

    def close(self) -> None:
        """Free everything, as the end of the object's life does; no term of this solver may be used afterwards."""
        self._free()

    def _symbol(self, name: str) -> Any:
        return self._z3.Z3_mk_string_symbol(self._context, name)

    def _sort(self, width: int) -> Any:
        if width not in self._sorts:
            self._sorts[width] = self._z3.Z3_mk_bv_sort(self._context, width)
        return self._sorts[width]

    def boolean(self, name: str) -> Term:
        """A Boolean variable; the same name gives the same variable."""
        return self._z3.Z3_mk_const(self._context, self._symbol(name), self._bool)

    def bits(self, name: str, width: int) -> Term:
        """A bit-vector variable of `width` bits, unsigned."""
        return self._z3.Z3_mk_const(self._context, self._symbol(name), self._sort(width))

    def number(self, value: int, width: int) -> Term:
        """A constant of `width` bits."""
        key = (value, width)
        if key not in self._numerals:
            self._numerals[key] = self._z3.Z3_mk_numeral(self._context, str(value), self._sort(width))
        return self._numerals[key]

    def conjunction(self, terms: Iterable[Term]) -> Term:
        """True where all are; constants vanish."""
        kept = [term for term in terms if term is not self.true]
        if any(term is self.false for term in kept):
            return self.false
        if len(kept) < 2:
            return kept[0] if kept else self.true
        return self._z3.Z3_mk_and(self._context, len(kept), (self._array * len(kept))(*kept))

    def disjunction(self, terms: Iterable[Term]) -> Term:
        """True where any is; constants vanish."""
        kept = [term for term in terms if term is not self.false]
        if any(term is self.true for term in kept):
            return self.true
        if len(kept) < 2:
            return kept[0] if kept else self.false
        return self._z3.Z3_mk_or(self._context, len(kept), (self._array * len(kept))(*kept))

    def negation(self, term: Term) -> Term:
        """The opposite."""
        if term is self.true:
            return self.false
        if term is self.false:
            return self.true
        return self._z3.Z3_mk_not(self._context, term)

    def implication(self, premise: Term, conclusion: Term) -> Term:
        """False only where the premise holds and the conclusion does not."""
        return self.disjunction((self.negation(premise), conclusion))

    def equivalence(self, one: Term, other: Term) -> Term:
        """True where both Booleans agree."""
        return self._z3.Z3_mk_iff(self._context, one, other)

    def same(self, one: Term, other: Term) -> Term:
        """Two bit-vectors of one width are equal."""
        return self._z3.Z3_mk_eq(self._context, one, other)

    def is_value(self, bits: Term, value: int, width: int) -> Term:
        """The bit-vector has this value."""
        key = (bits.value, value)
        if key not in self._values:
            self._values[key] = self._z3.Z3_mk_eq(self._context, bits, self.number(value, width))
        return self._values[key]

    def between(self, bits: Term, first: int, last: int, width: int) -> Term:
        """The bit-vector lies in the inclusive, unsigned range."""
        if first == last:
            return self.is_value(bits, first, width)
        parts = []
        if first > 0:
            parts.append(self._z3.Z3_mk_bvuge(self._context, bits, self.number(first, width)))
        if last < 2**width - 1:
            parts.append(self._z3.Z3_mk_bvule(self._context, bits, self.number(last, width)))
        return self.conjunction(parts)

    def has_prefix(self, bits: Term, value: int, length: int, width: int) -> Term:
        """The top `length` bits are those of `value`, a number of `width` bits."""
        if length == 0:
            return self.true
        if length == width:
            return self.is_value(bits, value, width)
        return self.part_is(bits, width - length, length, value >> (width - length))

    def has_tail(self, bits: Term, value: int, length: int) -> Term:
        """The lowest `length` bits are `value`."""
        return self.part_is(bits, 0, length, value)

    def bit_is(self, bits: Term, place: int, value: int) -> Term:
        """The bit at `place` (0 is the lowest) has this value."""
        return self.part_is(bits, place, 1, value)

    def part_is(self, bits: Term, low: int, length: int, value: int) -> Term:
        """The `length` bits from `low` upwards (0 is the lowest) are `value`."""
        part = self._z3.Z3_mk_extract(self._context, low + length - 1, low, bits)
        return self._z3.Z3_mk_eq(self._context, part, self.number(value, length))

    def at_most(self, terms: Sequence[Term], count: int) -> Term:
        """No more than `count` of the Booleans are true."""
        if count >= len(terms):
            return self.true
        return self._z3.Z3_mk_atmost(self._context, len(terms), (self._array * len(terms))(*terms), count)

    def require(self, term: Term) -> None:
        """Add a constraint that every answer respects."""
        if term is not self.true:
            self._assert(term)

    def _assert(self, term: Term) -> None:
        self._z3.Z3_solver_assert(self._context, self._solver, term)

    def literal(self, term: Term, name: str = "p") -> Term:
        """What stands for the term in assumptions: a Boolean variable that is true exactly where the term is. A literal
        stands for itself, and so does its negation."""
        proxy = self._proxies.get(term.value)
        if proxy is None:
            self._fresh += 1
            proxy = self.boolean(f"{name}!{self._fresh}")
            self._define(proxy, term)
            self._proxies[term.value] = proxy
            for known in (proxy, self.negation(proxy)):
                self._proxies[known.value] = known
        return proxy

    def _define(self, proxy: Term, term: Term) -> None:
        """Make the Boolean true exactly where the term is; by clauses if they are plain, as Z3 makes of other terms a
        variable more."""
        kind, parts = self._operator(term)
        if kind == self._and:
            for part in parts:
                self._assert(self.disjunction((self.negation(proxy), part)))
            self._assert(self.disjunction((proxy, *map(self.negation, parts))))
        elif kind == self._or:
            for part in parts:
                self._assert(self.disjunction((proxy, self.negation(part))))
            self._assert(self.disjunction((self.negation(proxy), *parts)))
        else:
            self._assert(self.equivalence(proxy, term))

    def _operator(self, term: Term) -> tuple[int, list[Term]]:
        """What kind of term it is, as Z3 numbers them, and its operands."""
        z3, context = self._z3, self._context
        application = z3.Z3_to_app(context, term)
        kind = int(z3.Z3_get_decl_kind(context, z3.Z3_get_app_decl(context, application)))
        count = z3.Z3_get_app_num_args(context, application) if kind in (self._and, self._or) else 0
        return kind, [z3.Z3_get_app_arg(context, application, place) for place in range(count)]

    def guard(self, name: str) -> Term:
        """A new Boolean variable, to guard constraints that only some questions assume."""
        self._fresh += 1
        return self.boolean(f"{name}!{self._fresh}")

    def check(self, assumptions: Sequence[Term]) -> Answer:
        """Ask whether all constraints and the assumed literals can hold together.

        SAT: some assignment makes all of them true, and `truth` and `value` read it. UNSAT: none does, and `core` says
        which assumptions that took. UNKNOWN: the budget ran out. Raises KeyboardInterrupt
        where Ctrl-C ends the search, which Z3 takes for itself and answers as if it did not know.
        """
        self.asked += 1
        result = self._z3.Z3_solver_check_assumptions(
            self._context, self._solver, len(assumptions), (self._array * len(assumptions))(*assumptions)
        )
        self._answer = Answer(result)
        if self._model is not None:
            self._z3.Z3_model_dec_ref(self._context, self._model)
            self._model = None
        if self._answer is Answer.UNKNOWN and self._reason_unknown() == _INTERRUPTED:
            raise KeyboardInterrupt
        return self._answer

    def _reason_unknown(self) -> str:
        return str(self._z3.Z3_solver_get_reason_unknown(self._context, self._solver))

    def core(self, assumptions: Sequence[Term]) -> list[Term]:
        """After UNSAT: those of the assumptions that the proof used, in their order; not minimal."""
        vector = self._z3.Z3_solver_get_unsat_core(self._context, self._solver)
        self._z3.Z3_ast_vector_inc_ref(self._context, vector)
        used = {
            self._z3.Z3_ast_vector_get(self._context, vector, i).value
            for i in range(self._z3.Z3_ast_vector_size(self._context, vector))
        }
        self._z3.Z3_ast_vector_dec_ref(self._context, vector)
        return [term for term in assumptions if term.value in used]

    def _evaluated(self, term: Term) -> Term:
        out = (self._array * 1)()
        if self._answer is not Answer.SAT:
            raise RuntimeError("no model to read: the last answer was not SAT")
        if self._model is None:
            # Reading an assignment costs as much as a question does, and most need none.
            self._model = self._z3.Z3_solver_get_model(self._context, self._solver)
            self._z3.Z3_model_inc_ref(self._context, self._model)
        if not self._z3.Z3_model_eval(self._context, self._model, term, True, out):
            raise RuntimeError("the assignment gives the term no value")
        return out[0]

    def truth(self, term: Term) -> bool:
        """After SAT: the Boolean's value in the assignment."""
        return bool(self._z3.Z3_get_bool_value(self._context, self._evaluated(term)) == 1)

    def value(self, bits: Term) -> int:
        """After SAT: the bit-vector's value in the assignment, unsigned."""
        return int(self._z3.Z3_get_numeral_string(self._context, self._evaluated(bits)))
