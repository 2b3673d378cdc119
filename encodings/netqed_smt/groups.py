"""Which of many codes a variable has, in two steps: which group of neighbouring codes, and which place in a group.

A code's own literal takes three clauses this way, where by the bits of the code it takes one a bit and one more; and
what is true of all codes of a group is said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from netqed_smt.solver import Solver, Term

Clause = tuple[Term, ...]
"""Terms of which one is true at least."""


def by_terms(clauses: Iterable[Clause]) -> dict[tuple[int, ...], Clause]:
    """The clauses by the addresses of their terms' nodes, so that equal ones are one."""
    return {tuple(term.value for term in clause): clause for clause in clauses}


class GroupedCode:
    """Terms about an unsigned code of a known width."""

    def __init__(self, solver: Solver, code: Term, width: int) -> None:
        self._solver = solver
        self._code = code
        self._low = width // 2
        """Bits of the place in a group."""
        self._high = width - self._low
        self._terms: dict[int, Term] = {}

    def is_code(self, code: int) -> Term:
        """A term that is true of exactly this code."""
        known = self._terms.get(code)
        if known is None:
            both = (self._in_group(code >> self._low), self._at_place(code & (1 << self._low) - 1))
            known = self._terms[code] = self._solver.literal(self._solver.conjunction(both), "code")
        return known

    def is_any(self, codes: Iterable[int]) -> Term:
        """A term that is true of exactly these codes; what is a whole group of them is named as one."""
        groups: dict[int, list[int]] = {}
        for code in sorted(set(codes)):
            groups.setdefault(code >> self._low, []).append(code)
        terms: list[Term] = []
        for group, members in groups.items():
            if len(members) == 1 << self._low:
                terms.append(self._in_group(group))
            else:
                terms += map(self.is_code, members)
        return self._solver.disjunction(terms)

    def clauses(self, given: Mapping[int, Iterable[Clause]], top: int) -> Iterator[Clause]:
        """Clauses that hold of exactly those assignments in which all those hold that are given for the code. Of a code
        for which nothing is given they say nothing. The code is known to be `top` at most."""
        for group in range((top >> self._low) + 1):
            first = group << self._low
            members = range(first, min(first + (1 << self._low), top + 1))
            of = {code: by_terms(given.get(code, ())) for code in members}
            shared = set.intersection(*(set(clauses) for clauses in of.values()))
            outside = self._solver.negation(self._in_group(group))
            yield from ((outside, *clause) for key, clause in of[first].items() if key in shared)
            for code, clauses in of.items():
                another = self._solver.negation(self.is_code(code))
                yield from ((another, *clause) for key, clause in clauses.items() if key not in shared)

    def _in_group(self, group: int) -> Term:
        return self._solver.part_is(self._code, self._low, self._high, group)

    def _at_place(self, place: int) -> Term:
        return self._solver.part_is(self._code, 0, self._low, place) if self._low else self._solver.true
