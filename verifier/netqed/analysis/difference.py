"""Whether two policy sets allow the same flows, and on which flows they differ."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from netqed.analysis.check import basis, check
from netqed.analysis.comparison import Comparison
from netqed.analysis.difference_families import DifferenceFamilies
from netqed.analysis.difference_results import SIGNS, BothVerdicts, Delta, Difference, Nothing, Part, Sign
from netqed.analysis.difference_sides import Sides, completed, rosters
from netqed.analysis.results import InputResult, Unknown
from netqed.analysis.roster import Roster
from netqed.resources.cluster import Cluster
from netqed.sources.position import InputError, Problem
from netqed.spec.document import Scope, Spec
from netqed.spec.resolve import resolve
from netqed_smt.question import BudgetExhausted
from netqed_smt.solver import Answer

Progress = Callable[[int, int, str], None]

_BUDGET = "the solver's budget ran out"


def difference(
    old: Cluster,
    new: Cluster,
    spec: Spec | None = None,
    *,
    scope: Scope = "always",
    rlimit: int | None = None,
    cni: str | None = None,
    families: bool = True,
    limit: int | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> Difference:
    """How the flows that NEW allows compare with those that OLD allows.

    The question is put of every flow between two endpoints that exist on both sides: in `now` what the inputs hold, in
    `always` every pod that could exist besides. What a flow's endpoints are is each side's own (their labels, their
    namespaces' labels, their ports and known addresses), and what one side alone declares holds on both. Where matters
    are left to network plugins both sides are read alike: as `cni` has it, else in every way, but that `endPort` is
    taken to be honoured; what rests on that says so.

    `spec` is as it was parsed: its assumptions and what it says of the cluster hold on both sides, and its invariants
    are checked on either. `families` adds the whole difference, at most `limit` families of what is gained and of what
    is lost; `rlimit` is the solver's budget for one question, in Z3's resource units. Raises InputError, with what is
    wrong on either side, and Disagreement where the evaluator does not confirm a flow.
    """
    started = time.perf_counter()
    sides = completed(old, new)
    stated = spec or Spec()
    specs = _resolved(stated, sides)
    verdicts = None
    if stated.invariants or stated.assumptions:
        verdicts = _verdicts(sides, specs, scope, rlimit, cni, today, progress)
    comparison = Comparison(*rosters(sides.old, sides.new, specs), rlimit, cni)
    try:
        gained, lost = (_part(comparison, sign, scope, families, limit) for sign in SIGNS)
    finally:
        comparison.close()
    return Difference(
        scope=scope,
        gained=gained,
        lost=lost,
        old=basis(Roster(old, specs[0]), cni),
        new=basis(Roster(new, specs[1]), cni),
        notes=sides.notes,
        verdicts=verdicts if spec is not None else None,
        seconds=time.perf_counter() - started,
    )


def _part(comparison: Comparison, sign: Sign, scope: Scope, families: bool, limit: int | None) -> Part:
    """What is gained, or lost. SAT: some flow in scope is. UNSAT: none is."""
    literals = [*comparison.scope(scope), *comparison.differing(sign)]
    match comparison.questions.ask(literals):
        case Answer.UNKNOWN:
            return Unknown(_BUDGET)
        case Answer.UNSAT:
            needs = comparison.needed(literals)
            return Nothing(needs.words, needs.matters)
        case Answer.SAT:
            try:
                example = comparison.flow(sign, literals)
            except BudgetExhausted:
                return Unknown(_BUDGET)
            if not families:
                return Delta(example)
            try:
                return DifferenceFamilies(comparison, sign, scope).whole(example, limit)
            except BudgetExhausted:
                return Delta(example, left_out=None)


def _resolved(spec: Spec, sides: Sides) -> tuple[Spec, Spec]:
    """The spec resolved on each side; InputError with the problems of both."""
    problems: dict[Problem, None] = {}
    found: list[Spec] = []
    for cluster in (sides.old, sides.new):
        try:
            found.append(resolve(spec, cluster))
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise InputError(list(problems))
    return found[0], found[1]


def _verdicts(
    sides: Sides,
    specs: tuple[Spec, Spec],
    scope: Scope,
    rlimit: int | None,
    cni: str | None,
    today: date | None,
    progress: Progress | None,
) -> tuple[BothVerdicts, ...]:
    """The verdicts on the spec's invariants on both sides; InputError where an assumption does not hold on one."""
    checked: list[InputResult] = []
    problems: list[Problem] = []
    for words, cluster, spec in (("OLD", sides.old, specs[0]), ("NEW", sides.new, specs[1])):
        try:
            checked.append(check(cluster, spec, today=today, rlimit=rlimit, cni=cni, progress=progress))
        except InputError as error:
            problems += [replace(problem, message=f"in {words}, {problem.message}") for problem in error.problems]
    if problems:
        raise InputError(problems)
    pairs = zip(checked[0].results, checked[1].results, strict=True)
    return tuple(BothVerdicts(one.stated, one, other) for one, other in pairs)
