"""Questions to a universe, and their answers read back as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from netqed_smt.model import Choice, Predicate
from netqed_smt.population import Address
from netqed_smt.sides import SideTerms
from netqed_smt.solver import Answer, Term
from netqed_smt.universe import Universe


@dataclass(frozen=True, slots=True)
class EndValues:
    """One side of a flow as the solver chose it; codes as in the universe's vocabulary."""

    kind: Literal["pod", "node", "external"]
    class_code: int
    """The workload's class; 0 where the pod is invented or the side is no pod."""
    namespace: int
    node: int
    labels: dict[str, int]
    namespace_labels: dict[str, int]
    port_names: frozenset[tuple[str, int]]
    address: Address
    at_node: bool
    """Whether it uses a node's address: a node, or a pod on its network."""


@dataclass(frozen=True, slots=True)
class FlowValues:
    """A flow as the solver chose it."""

    source: EndValues
    destination: EndValues
    protocol: int
    port: int
    ipv6: bool
    own_node: bool
    to_own_node: bool
    same_endpoint: bool = False
    choices: Mapping[str, bool] = field(default_factory=dict)
    """How the solver decided the choices that the question's policies speak of, by name."""

    @property
    def at_nodes(self) -> tuple[bool, bool]:
        """Whether the source, and the destination, uses a node's address. Which nodes pods are on matters only where
        one does."""
        return self.source.at_node, self.destination.at_node


class BudgetExhausted(Exception):
    """The solver's budget ran out on a question whose answer cannot be done without."""


class Questions:
    """Asks whether a flow of the universe satisfies predicates."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self._solver = universe.solver

    def literal(self, predicate: Predicate) -> Term:
        """A literal that is true of exactly the flows that the predicate holds for."""
        return self._solver.literal(self.universe.encoder.term(predicate), "q")

    def ask(self, assumptions: Sequence[Term]) -> Answer:
        """Ask whether a flow of the universe satisfies all of the literals.

        SAT: there is such a flow, and `read` gives it. UNSAT: there is none. UNKNOWN: the budget ran out.
        """
        return self._solver.check(assumptions)

    def is_possible(self, assumptions: Sequence[Term]) -> bool:
        """Whether a flow of the universe satisfies all of the literals (SAT), or none does (UNSAT).

        Raises BudgetExhausted where the budget ran out: neither may be taken for the other.
        """
        answer = self.ask(assumptions)
        if answer is Answer.UNKNOWN:
            raise BudgetExhausted
        return answer is Answer.SAT

    def _address(self, side: SideTerms, version: int) -> Address:
        number = self._solver.value(side.address[version])
        return IPv4Address(number) if version == 4 else IPv6Address(number)

    def read(self) -> FlowValues:
        """After SAT: the flow."""
        flow, solver = self.universe.flow, self._solver
        ipv6 = solver.truth(flow.ipv6)
        return FlowValues(
            source=self._end(flow.source, 6 if ipv6 else 4),
            destination=self._end(flow.destination, 6 if ipv6 else 4),
            protocol=solver.value(flow.protocol),
            port=solver.value(flow.port),
            ipv6=ipv6,
            own_node=solver.truth(flow.own_node),
            to_own_node=solver.truth(flow.to_own_node),
            same_endpoint=solver.truth(flow.same_endpoint),
            choices={
                name: solver.truth(self.universe.encoder.term(Choice(name)))
                for name in sorted(self.universe.footprint.choices)
            },
        )

    def _end(self, side: SideTerms, version: int) -> EndValues:
        solver = self._solver
        return EndValues(
            kind="pod" if solver.truth(side.pod) else "node" if solver.truth(side.host) else "external",
            class_code=solver.value(side.class_code),
            namespace=solver.value(side.namespace),
            node=solver.value(side.node),
            labels={key: solver.value(term) for key, term in side.labels.items()},
            namespace_labels={key: solver.value(term) for key, term in side.namespace_labels.items()},
            port_names=frozenset(key for key, term in side.port_names.items() if solver.truth(term)),
            address=self._address(side, version),
            at_node=solver.truth(side.at_node),
        )


class Preferences:
    """Narrows a satisfiable question step by step, by a fixed order of wishes, to one answer that does not depend on
    how the solver searches."""

    def __init__(self, questions: Questions, assumptions: Iterable[Term]) -> None:
        self._questions = questions
        self._solver = questions.universe.solver
        self.assumptions = list(assumptions)
        self._answered: int | None = None
        """Which of the solver's questions had a flow that satisfies all assumptions for an answer."""

    def prefer(self, term: Term) -> bool:
        """Keep the wish if some flow still satisfies everything; says whether it was kept."""
        literal = self._solver.literal(term, "w")
        if self._questions.ask([*self.assumptions, literal]) is not Answer.SAT:
            return False
        self.assumptions.append(literal)
        self._answered = self._solver.asked
        return True

    def _find(self) -> None:
        """Have the solver's last answer be a flow that satisfies all assumptions."""
        if self._answered == self._solver.asked:
            return
        if not self._questions.is_possible(self.assumptions):
            raise RuntimeError("the wishes contradict the question")
        self._answered = self._solver.asked

    def fewest(self, terms: Sequence[Term]) -> int:
        """Make as few of the terms true as possible, and say how many that is."""
        for count in range(len(terms)):
            if self.prefer(self._solver.at_most(terms, count)):
                return count
        return len(terms)

    def first(self, count: int, among: Callable[[int], Term], near: int = 0) -> int:
        """Keep to the first of `count` places that a flow can still be at, and say which.

        `among` gives a term that is true up to a place; up to the last place it is known to be. `near` is where it is
        looked for first, and has no say in the outcome.
        """
        low, high = 0, count - 1
        place, step = near - 1, 1
        above = below = False
        while low < high:
            place = (low + high) // 2 if above and below else min(max(place, low), high - 1)
            if self.prefer(among(place)):
                high, below = place, True
                place -= step
            else:
                low, above = place + 1, True
                place += step
            step *= 2
        return high

    def lowest(self, bits: Term, width: int) -> int:
        """Fix the bit-vector at the lowest value that it can still have, and say which.

        A flow that is found shows which bits of its value can stay 0, and only the others are asked about.
        """
        self._find()
        value = self._solver.value(bits)
        for place in range(width - 1, -1, -1):
            zero = self._solver.bit_is(bits, place, 0)
            if not value >> place & 1:
                self.assumptions.append(self._solver.literal(zero, "w"))
            elif self.prefer(zero):
                value = self._solver.value(bits)
        self.assumptions.append(self._solver.literal(self._solver.is_value(bits, value, width), "w"))
        return value

    def read(self) -> FlowValues:
        """The flow that the wishes leave. Raises BudgetExhausted, and RuntimeError where none is left."""
        self._find()
        return self._questions.read()
