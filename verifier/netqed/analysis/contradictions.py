"""Assumptions that contradict each other: from such a set everything would be proved."""

from __future__ import annotations

from collections.abc import Iterator

from netqed.analysis.assumptions import may_break, problem_at
from netqed.analysis.session import Session
from netqed.sources.position import Problem
from netqed.spec.sentences import EveryPodHas, NoPodHas
from netqed_smt.model import At, IsPod, NamespaceIs, Side, all_of
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer, Term

_HINT = "drop one of them: from a contradiction everything would be proved"


def contradictions(session: Session) -> Iterator[Problem]:
    """What cannot exist under all the assumptions though it does, or though one of them speaks of it.

    Each question asks for a flow whose source is the thing in doubt. UNSAT says that there is none under the
    assumptions; then everything about it would be proved.
    """
    if not session.assumptions:
        return
    try:
        if _impossible(session, []):
            yield _problem(session, 0, "no flow at all is possible under all of them")
            return
        yield from _empty_sets(session)
        yield from _impossible_namespaces(session)
        yield from _impossible_workloads(session)
    except BudgetExhausted:
        yield problem_at(
            session.spec.assumptions[0].span,
            "the solver's budget ran out before it was known whether the assumptions contradict each other",
            "raise the budget with --rlimit",
        )


def _impossible(session: Session, literals: list[Term]) -> bool:
    """Whether no flow at all satisfies the literals under every assumption (UNSAT)."""
    return not session.questions.is_possible([*session.scope("always"), *literals])


def _empty_sets(session: Session) -> Iterator[Problem]:
    """Sets of pods that an assumption speaks of and that the others leave empty."""
    ask, literal = session.questions.ask, session.questions.literal
    for place, (stated, guard) in enumerate(zip(session.spec.assumptions, session.assumptions, strict=True)):
        assumption = stated.assumption
        if isinstance(assumption, NoPodHas | EveryPodHas):
            members = literal(At(Side.SOURCE, all_of([IsPod(), session.endpoints.who(assumption.where)])))
            # `no pod in A has LABELS` may well say of the whole of A that it is empty.
            alone = [guard.literal] if isinstance(assumption, NoPodHas) else []
            before = [session.ranges.literal, *alone, members]
            if _impossible(session, [members]) and ask(before) is not Answer.UNSAT:
                yield _problem(session, place, f"no pod can exist that '{stated.sentence}' speaks of")


def _impossible_namespaces(session: Session) -> Iterator[Problem]:
    """Known namespaces in which no pod could be; declared ones were held to each assumption already."""
    for name, labels in session.roster.namespaces.items():
        if labels is None:
            inside = session.questions.literal(At(Side.SOURCE, NamespaceIs(name)))
            if _impossible(session, [inside]):
                yield _problem(session, 0, f"no pod can exist in namespace {name}")


def _impossible_workloads(session: Session) -> Iterator[Problem]:
    """Workloads of the input of which the input leaves something open, and the assumptions nothing."""
    source = session.universe.flow.source
    for one in session.universe.classes:
        if not any(
            may_break(stated, session.endpoints, session.membership, one.members[0])
            for stated in session.spec.assumptions
        ):
            continue
        is_it = session.solver.literal(source.in_class(one.code), "class")
        # A pod without an address of the cluster's families is in no flow, assumptions or none.
        possible = session.questions.ask([session.ranges.literal, is_it]) is not Answer.UNSAT
        if possible and _impossible(session, [is_it]):
            display = session.roster.workloads[one.members[0]].display
            yield _problem(session, 0, f"{display} cannot exist under all of them, and is in the input")


def _problem(session: Session, place: int, what: str) -> Problem:
    return problem_at(session.spec.assumptions[place].span, f"the assumptions contradict each other: {what}", _HINT)
