"""netqed from Python: read a cluster and a spec, prove invariants, judge and explain flows, compare policy sets.

    from netqed import api

    result = api.check(["k8s/"], spec=api.load_spec("netqed.yaml"))
    assert result.exit_code == 0

Every function raises InputError, with all problems that it found, where the input, the spec or its arguments are wrong;
there is never a verdict beside an error. Paths are as the command line takes them: files, directories (recursive), `-`
for `stdin`; most functions take a cluster that was read in their place. Nothing is printed: `netqed.report.render`
makes reports of what comes back. docs/api.md tells of every name of `__all__`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netqed.arguments import Paths, paths_of, require_text, require_valid
from netqed.comparisons import difference, redundant, simplify
from netqed.inputs import inputs_of, load_cluster, load_spec, loaded_inputs
from netqed.reachability import Engine, evaluate, explain, map_of
from netqed.resources.cluster import Cluster
from netqed.settings import Progress, Settings
from netqed.sources.collector import collector_paused
from netqed.sources.position import InputError, Position, Problem, Span
from netqed.spec.document import ClusterFacts, Scope, Spec, StatedInvariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netqed.answers import (
        AddressesDecided,
        Answering,
        AtAddresses,
        Basis,
        BothVerdicts,
        Change,
        CheckResult,
        Cube,
        CubeSide,
        Decider,
        Decision,
        Delta,
        Difference,
        DifferingFlow,
        DirectionDecision,
        DirectionExplained,
        Disagreement,
        Elsewhere,
        Essential,
        Explanation,
        Family,
        Flow,
        InputResult,
        MapEdge,
        MapNode,
        Matter,
        MembersDecided,
        Mend,
        NamespaceCounts,
        NearMiss,
        NetworkPolicy,
        Note,
        Nothing,
        OnOneNode,
        OpenCase,
        Part,
        Plugin,
        Portability,
        PortsDecided,
        PortSpan,
        Proved,
        ReachMap,
        Reading,
        Redundancy,
        Redundant,
        Refuted,
        Requirement,
        Result,
        RuleMatch,
        SideExplained,
        SimplerFile,
        Simplified,
        Together,
        Unknown,
        Unproved,
        Vacuous,
        Verdict,
        WayIn,
        WaysIn,
        Witness,
        WitnessEnd,
        Workload,
        WorkloadPods,
    )

__all__ = [
    "AddressesDecided",
    "Answering",
    "AtAddresses",
    "Basis",
    "BothVerdicts",
    "Change",
    "CheckResult",
    "Cluster",
    "ClusterFacts",
    "Cube",
    "CubeSide",
    "Decider",
    "Decision",
    "Delta",
    "Difference",
    "DifferingFlow",
    "DirectionDecision",
    "DirectionExplained",
    "Disagreement",
    "Elsewhere",
    "Engine",
    "Essential",
    "Explanation",
    "Family",
    "Flow",
    "InputError",
    "InputResult",
    "Interrupted",
    "MapEdge",
    "MapNode",
    "Matter",
    "MembersDecided",
    "Mend",
    "NamespaceCounts",
    "NearMiss",
    "NetworkPolicy",
    "Note",
    "Nothing",
    "OnOneNode",
    "OpenCase",
    "Part",
    "Paths",
    "Plugin",
    "PortSpan",
    "Portability",
    "PortsDecided",
    "Position",
    "Problem",
    "Progress",
    "Proved",
    "ReachMap",
    "Reading",
    "Redundancy",
    "Redundant",
    "Refuted",
    "Requirement",
    "Result",
    "RuleMatch",
    "Scope",
    "Settings",
    "SideExplained",
    "SimplerFile",
    "Simplified",
    "Span",
    "Spec",
    "StatedInvariant",
    "Together",
    "Unknown",
    "Unproved",
    "Vacuous",
    "Verdict",
    "WayIn",
    "WaysIn",
    "Witness",
    "WitnessEnd",
    "Workload",
    "WorkloadPods",
    "check",
    "difference",
    "evaluate",
    "explain",
    "init",
    "load_cluster",
    "load_spec",
    "map_of",
    "plugins",
    "prove",
    "redundant",
    "simplify",
    "spec_schema",
]


if not TYPE_CHECKING:  # to a type checker, a module that has this has every name

    def __getattr__(name: str) -> Any:
        """A type of `netqed.answers`: they take longer to load than some commands to run, and most need few of them."""
        if name in __all__:
            from netqed import answers

            found = globals()[name] = getattr(answers, name)
            return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class Interrupted(KeyboardInterrupt):
    """The work was interrupted: `decided` holds the results until then, of `invariants` in all inputs together."""

    def __init__(self, decided: CheckResult, invariants: int) -> None:
        self.decided = decided
        self.invariants = invariants
        super().__init__("interrupted")


@collector_paused()
def check(paths: Paths | Cluster = (), *, spec: Spec | None = None, settings: Settings | None = None) -> CheckResult:
    """The verdict on every invariant of the spec, for each of its inputs.

    `paths`, or a cluster that was read, replace the spec's own manifests and inputs. Without paths, a spec that names
    no manifests is about the folder that it lies in. Nothing is decided before all inputs have been read without an
    error.

    Where the settings ask for maps, each input's is that of `map_of`. Maps are made when everything is decided, and the
    result's seconds do not count them.

    Raises Disagreement, and gives no verdict, where a counterexample does not hold in the evaluator: a bug in netqed.
    Raises Interrupted, with the verdicts so far, where a KeyboardInterrupt ends the work after the first of them.
    """
    from netqed.analysis.check import basis
    from netqed.analysis.check import check as decide
    from netqed.analysis.patching import Patcher
    from netqed.analysis.results import CheckResult, InputResult
    from netqed.analysis.roster import Roster
    from netqed.spec.resolve import resolve

    settings = settings or Settings()
    started = time.perf_counter()
    require_valid(settings, spec)
    spec = spec or Spec()
    loaded: list[tuple[str | None, Cluster, Spec]]
    if isinstance(paths, Cluster):
        loaded = [(None, paths, resolve(spec, paths))]
    else:
        loaded = loaded_inputs(inputs_of(spec, paths), spec, settings)
    results: list[InputResult] = []
    for name, cluster, resolved in loaded:
        decided: list[Result] = []
        try:
            one = decide(
                cluster,
                resolved,
                default_scope=settings.scope,
                today=settings.today,
                rlimit=settings.rlimit,
                cni=settings.cni,
                why=settings.why,
                proofs=settings.proofs,
                patcher=Patcher(cluster, settings.namespace, settings.ignore_unknown) if settings.mend else None,
                progress=settings.progress,
                decided=decided.append,
            )
        except KeyboardInterrupt as interrupt:
            if decided:
                results.append(InputResult(name, tuple(decided), (), basis(Roster(cluster, resolved), settings.cni)))
            if not results:
                raise
            partial = CheckResult(spec.file, tuple(results), time.perf_counter() - started)
            raise Interrupted(partial, len(loaded) * len(spec.invariants)) from interrupt
        results.append(replace(one, name=name))
    found = CheckResult(spec.file, tuple(results), time.perf_counter() - started)
    if not settings.map:
        return found
    try:
        return replace(found, inputs=tuple(_mapped(results, loaded, settings)))
    except KeyboardInterrupt as interrupt:
        raise Interrupted(found, len(loaded) * len(spec.invariants)) from interrupt


def _mapped(
    results: Sequence[InputResult], loaded: Sequence[tuple[str | None, Cluster, Spec]], settings: Settings
) -> Iterator[InputResult]:
    """The results on each input with the map of it."""
    from netqed.analysis.reach_map import reach_map

    for number, (one, (_, cluster, resolved)) in enumerate(zip(results, loaded, strict=True)):
        if settings.progress is not None:
            settings.progress(number, len(loaded), "maps of who can reach whom")
        started = time.perf_counter()
        found = reach_map(cluster, replace(resolved, invariants=()), cni=settings.cni)
        yield replace(one, map=replace(found, seconds=time.perf_counter() - started))


def prove(
    sentence: str,
    paths: Paths | Cluster = (),
    *,
    spec: Spec | None = None,
    settings: Settings | None = None,
) -> CheckResult:
    """The verdict on one sentence, for each input. The spec's groups, assumptions and cluster apply; its invariants do
    not."""
    from netqed.spec.parse import parse_sentence_invariant

    require_text(sentence, "the sentence")
    require_valid(settings or Settings(), spec)
    return check(
        paths, spec=replace(spec or Spec(), invariants=(parse_sentence_invariant(sentence),)), settings=settings
    )


@collector_paused()
def init(paths: Paths = (), *, manifests: Paths = (), settings: Settings | None = None) -> str:
    """A starter spec for what the paths (by default the working directory) hold: what is isolated today, as invariants
    that hold today. A spec that is there already is not read.

    `manifests` is what the spec will name as its paths, relative to where it will lie.
    """
    from netqed.analysis.starter import starter_spec
    from netqed.spec.find import find_spec

    settings = settings or Settings()
    require_valid(settings)
    read = [*paths_of(paths)] or ["."]
    specs = [spec for spec in {find_spec(path): None for path in read} if spec is not None]
    arguments = ["-n", settings.namespace] if settings.namespace is not None else []
    for kind in settings.ignore_unknown:
        arguments += ["--ignore-unknown-policies", kind]
    if "-" in read:
        arguments += read
    return starter_spec(
        load_cluster(read, settings=settings, exclude=specs),
        manifests=paths_of(manifests),
        arguments=arguments,
    )


def plugins() -> tuple[Plugin, ...]:
    """The network plugins that are known, with their answers and where these are known from, as `netqed cni` prints
    them. `Settings.cni` takes the name of those that are not `refused`."""
    from netqed.plugins.table import PLUGINS

    return PLUGINS


def spec_schema() -> dict[str, Any]:
    """The JSON Schema of the spec file."""
    from netqed.spec.schema import spec_schema as schema

    return schema()
