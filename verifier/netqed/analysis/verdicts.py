"""The verdict on one invariant: proved, refuted with a replayed witness, unknown, or vacuous."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from netqed.analysis.closers import closers
from netqed.analysis.cores import Cores
from netqed.analysis.declared import DeclaredLabels
from netqed.analysis.endpoints import leaves
from netqed.analysis.families import Families
from netqed.analysis.hints import port_hints, witness_hints
from netqed.analysis.near import near_misses
from netqed.analysis.portability import portability
from netqed.analysis.questions import Question, default_scope
from netqed.analysis.results import (
    Essential,
    Proved,
    Refuted,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    WaysIn,
    Witness,
)
from netqed.analysis.session import Session
from netqed.analysis.vacuity import idle_selector, idle_source, idle_values
from netqed.analysis.wishes import Candidates, Wishes
from netqed.analysis.witness import WitnessMaker
from netqed.spec.document import Scope, StatedInvariant
from netqed.spec.sentences import (
    Block,
    CannotReach,
    CanReach,
    Endpoint,
    Invariant,
    Isolated,
    NoOtherNamespace,
    NoOtherValue,
    OnlyCanReach,
)
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer, Term

Status = Literal["ok", "accepted", "expired", "unexpected", "allowed-empty", "failed", "unknown"]

_BUDGET = "the solver's budget ran out"


class Judge:
    """Decides the invariants of one session."""

    def __init__(
        self, session: Session, default: Scope | None, today: date, *, why: bool = False, proofs: bool = False
    ) -> None:
        """`proofs` asks why what is proved holds; `why` asks that, and for every way in of what is refuted."""
        self._session = session
        self._default = default
        self._today = today
        self._wishes = Wishes(session.questions)
        self._maker = WitnessMaker(session.roster, session.universe)
        reasons = why or proofs
        self._cores = Cores(session, self._wishes, self._maker) if reasons else None
        self._declared = DeclaredLabels(session) if reasons else None
        self._families = Families(session, self._wishes, self._maker) if why else None

    def result(self, stated: StatedInvariant) -> Result:
        """The invariant's verdict, and whether it fails the run."""
        scope = stated.scope or self._default or default_scope(stated.invariant)
        verdict = self.verdict(stated, scope)
        hints = list(port_hints(self._session.roster, stated.invariant))
        if isinstance(verdict, Refuted):
            hints += witness_hints(verdict.witness)
        idle = idle_source(self._session, stated.invariant)
        if idle is not None:
            hints.append(idle)
        if not isinstance(verdict, Vacuous):
            hints += idle_values(self._session, stated.invariant)
        return Result(
            stated=stated,
            scope=scope,
            verdict=verdict,
            status=status(stated, verdict, self._today),
            hints=tuple(hints),
        )

    def verdict(self, stated: StatedInvariant, scope: Scope) -> Verdict:
        """The verdict in the given scope.

        The violation is asked first. SAT: some flow in scope violates the invariant, so it is refuted. UNSAT: none
        does; it is proved if the invariant speaks of some flow at all, which is asked next, and vacuous if it speaks
        of none.
        """
        session = self._session
        idle = idle_selector(session, stated.invariant)
        if idle is not None:
            return Vacuous(idle)
        question = session.question_of(stated.invariant)
        literals = session.scope(scope)
        violation = session.violation(question)
        match session.questions.ask([*literals, *violation]):
            case Answer.UNKNOWN:
                return Unknown(_BUDGET)
            case Answer.SAT:
                try:
                    return self._refuted(stated.invariant, question, literals, violation)
                except BudgetExhausted:
                    return Unknown(_BUDGET)
            case Answer.UNSAT:
                return self._proved(stated.invariant, question, literals, violation)

    def _narrowed(self) -> Verdict:
        """What the policies allow may still be closed by objects that netqed does not read."""
        kinds = ", ".join(note.text for note in self._session.cluster.narrowing)
        return Unknown(f"the policies allow it, but other objects may close it, and netqed does not read them: {kinds}")

    def _refuted(
        self, invariant: Invariant, question: Question, literals: list[Term], violation: list[Term]
    ) -> Verdict:
        candidates = self._candidates(invariant)

        def find(violating: Sequence[Term]) -> Witness:
            values = self._wishes.narrow(violating, candidates)
            return self._maker.witness(values, allowed=not question.must_allow, by_address=_by_address(invariant))

        witness = find([*literals, *violation])
        subject = self._session.questions.literal(question.subject)
        return Refuted(
            witness,
            closers(self._session, witness, literals, violation, subject),
            portability=None
            if self._session.cni is not None
            else portability(self._session, witness, [*literals, *violation], find),
            ways=self._ways(invariant, witness, literals, violation),
            near_misses=near_misses(witness) if question.must_allow and self._cores is not None else (),
        )

    def _ways(
        self, invariant: Invariant, witness: Witness, literals: list[Term], violation: list[Term]
    ) -> WaysIn | None:
        if self._families is None or isinstance(invariant, CanReach):
            return None
        try:
            return self._families.ways(invariant, witness, literals, violation, self._candidates(invariant))
        except BudgetExhausted:
            return None

    def _candidates(self, invariant: Invariant) -> Candidates:
        match invariant:
            case CannotReach(source, destination) | CanReach(source, destination):
                return self._classes(source, inside=True), self._classes(destination, inside=True)
            case OnlyCanReach(source, destination):
                return self._classes(source, inside=False), self._classes(destination, inside=True)
            case _:
                return None, None

    def _classes(self, endpoint: Endpoint, *, inside: bool) -> list[int]:
        """The codes of the classes that can be in the endpoint, or with `inside` False can be out of it."""
        who, holds = self._session.endpoints.who(endpoint), self._session.membership.holds
        return [one.code for one in self._session.universe.classes if holds(who, one.members[0]) is not (not inside)]

    def _proved(self, invariant: Invariant, question: Question, literals: list[Term], violation: list[Term]) -> Verdict:
        session = self._session
        needs = session.needed([*literals, *violation])
        subject = session.questions.literal(question.subject)
        match session.questions.ask([*literals, subject]):
            case Answer.SAT:
                if question.must_allow and session.cluster.narrowing:
                    return self._narrowed()
                return Proved(
                    needs.words,
                    self._because(invariant, question, literals),
                    matters=needs.matters,
                    namespace_labels=self._namespace_labels(invariant, literals),
                )
            case Answer.UNKNOWN:
                return Unknown(_BUDGET)
            case Answer.UNSAT:
                return Vacuous(self._why_empty(literals, subject))

    def _namespace_labels(self, invariant: Invariant, literals: list[Term]) -> tuple[str, ...] | None:
        if self._declared is None:
            return None
        now = any(literal is self._session.universe.now for literal in literals)
        try:
            return self._declared.needed(invariant, "now" if now else "always")
        except BudgetExhausted:
            return None

    def _because(self, invariant: Invariant, question: Question, literals: list[Term]) -> tuple[Essential, ...] | None:
        if self._cores is None:
            return None
        try:
            return self._cores.because(question, literals, self._candidates(invariant))
        except BudgetExhausted:
            return None

    def _why_empty(self, literals: list[Term], subject: Term) -> str:
        """What empties the invariant: an assumption, the scope, or its own words."""
        session = self._session
        guards = [guard.literal for guard in session.assumptions]
        free = [literal for literal in literals if not any(literal is guard for guard in guards)]
        if guards and session.questions.ask([*free, subject]) is Answer.SAT:
            return "under the assumptions no flow lies between the two sides"
        now = session.universe.now
        wide = [literal for literal in free if literal is not now]
        if len(wide) < len(free) and session.questions.ask([*wide, subject]) is Answer.SAT:
            return "no workload of the input makes a flow between the two sides"
        return "no flow lies between the two sides"


def _by_address(invariant: Invariant) -> tuple[bool, bool]:
    """Whether the invariant says by their addresses who its source and its destination are."""

    def has_block(endpoint: Endpoint | None) -> bool:
        return endpoint is not None and any(isinstance(leaf, Block) for leaf in leaves(endpoint))

    match invariant:
        case CannotReach(source, destination) | CanReach(source, destination) | OnlyCanReach(source, destination):
            return has_block(source), has_block(destination)
        case Isolated(inside, outside):
            either = has_block(inside) or has_block(outside)
            return either, either
        case NoOtherNamespace() | NoOtherValue():
            return False, False


def status(stated: StatedInvariant, verdict: Verdict, today: date) -> Status:
    """How the verdict counts, given what the spec expects of it."""
    match verdict:
        case Unknown():
            return "unknown"
        case Vacuous():
            return "allowed-empty" if stated.allow_empty else "failed"
        case Proved():
            return "unexpected" if stated.expect == "refuted" else "ok"
        case Refuted():
            if stated.expect != "refuted":
                return "failed"
            return "expired" if stated.until is not None and stated.until < today else "accepted"
