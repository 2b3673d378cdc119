"""netqed from Python: read a cluster and a spec, prove invariants, judge and explain flows, write a starter spec.

    from netqed import api

    result = api.check(["k8s/"], spec=api.load_spec("netqed.yaml"))
    assert result.exit_code == 0

Every function raises InputError, with all problems that it found, where the input, the spec or its arguments are wrong;
there is never a verdict beside an error. Paths are as the command line takes them: files, directories (recursive), `-`
for `stdin`. Nothing is printed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from netqed.inputs import (
    STDIN,
    inputs_of,
    load_cluster,
    load_spec,
    loaded_inputs,
    only_input,
    policies_of,
    require_valid,
)
from netqed.settings import Progress, Settings
from netqed.sources.collector import collector_paused
from netqed.sources.position import InputError, Problem
from netqed.spec.document import ClusterFacts, Scope, Spec

if TYPE_CHECKING:
    from netqed.analysis.difference_results import Difference
    from netqed.analysis.explain_values import Explanation
    from netqed.analysis.map_results import ReachMap
    from netqed.analysis.redundancy_results import Redundancy
    from netqed.analysis.results import CheckResult, Result
    from netqed.analysis.simplifying import Simplified, Unproved
    from netqed.resources.cluster import Cluster

__all__ = [
    "Engine",
    "InputError",
    "Interrupted",
    "Problem",
    "Progress",
    "Scope",
    "Settings",
    "Spec",
    "check",
    "difference",
    "evaluate",
    "explain",
    "init",
    "load_cluster",
    "load_spec",
    "map_of",
    "prove",
    "redundant",
    "simplify",
    "spec_schema",
]

Engine = Literal["reference", "smt", "both"]


class Interrupted(KeyboardInterrupt):
    """The work was interrupted: `decided` holds the results until then, of `invariants` in all inputs together."""

    def __init__(self, decided: CheckResult, invariants: int) -> None:
        self.decided = decided
        self.invariants = invariants
        super().__init__("interrupted")


@collector_paused()
def check(
    paths: Sequence[str | Path] | Cluster = (), *, spec: Spec | None = None, settings: Settings | None = None
) -> CheckResult:
    """The verdict on every invariant of the spec, for each of its inputs.

    `paths`, or a cluster that was read, replace the spec's own manifests and inputs. Without paths, a spec that names
    no manifests is about the folder that it lies in. Nothing is decided before all inputs have been read without an
    error.

    Raises Disagreement, and gives no verdict, where a counterexample does not hold in the evaluator: a bug in netqed.
    Raises Interrupted, with the verdicts so far, where a KeyboardInterrupt ends the work after the first of them.
    """
    from netqed.analysis.check import basis
    from netqed.analysis.check import check as decide
    from netqed.analysis.patching import Patcher
    from netqed.analysis.results import CheckResult, InputResult
    from netqed.analysis.roster import Roster
    from netqed.resources.cluster import Cluster
    from netqed.spec.resolve import resolve

    settings = settings or Settings()
    started = time.perf_counter()
    spec = spec or Spec()
    require_valid(settings)
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
    return CheckResult(spec.file, tuple(results), time.perf_counter() - started)


def prove(
    sentence: str,
    paths: Sequence[str | Path] | Cluster = (),
    *,
    spec: Spec | None = None,
    settings: Settings | None = None,
) -> CheckResult:
    """The verdict on one sentence, for each input. The spec's groups, assumptions and cluster apply; its invariants do
    not."""
    from netqed.spec.parse import parse_sentence_invariant

    return check(
        paths, spec=replace(spec or Spec(), invariants=(parse_sentence_invariant(sentence),)), settings=settings
    )


@collector_paused()
def evaluate(
    flows: str,
    paths: Sequence[str | Path] = (),
    *,
    file: str = "flows",
    spec: Spec | None = None,
    engine: Engine = "both",
    evidence: bool = False,
    settings: Settings | None = None,
) -> Iterator[dict[str, Any]]:
    """The verdict on each concrete flow, in the order given.

    `flows` is JSON Lines, `file` the name that errors give as their place. Each answer is the flow's own object with
    `allowed`, `ingress_allowed`, `egress_allowed`, and, if asked for, `evidence`. `reference` decides by the evaluator,
    `smt` by the encoding; `both` by both, and raises Disagreement where they differ.

    Without a plugin in the settings the reading is `spec`. Where the answer depends on what is not verified of a plugin
    it is None, and `depends_on` names the matters.
    """
    from netqed.analysis.flows import evaluate_flows, parse_flows
    from netqed.analysis.pinned import EncodingJudge
    from netqed.plugins.table import answers_of

    settings = replace(settings or Settings(), blank_files=True)
    spec = spec or Spec()
    require_valid(settings)
    _, cluster, resolved = only_input(
        replace(spec, invariants=(), assumptions=(), cluster=ClusterFacts()), paths, settings
    )
    return evaluate_flows(
        replace(cluster, workloads=(*cluster.workloads, *resolved.workloads)),
        parse_flows(flows, file),
        engine=engine,
        evidence=evidence,
        smt=EncodingJudge() if engine != "reference" else None,
        extra_namespaces=resolved.namespaces,
        answers=answers_of("spec" if settings.cni is None else settings.cni),
    )


@collector_paused()
def explain(
    source: str,
    destination: str,
    ports: str | None = None,
    paths: Sequence[str | Path] = (),
    *,
    spec: Spec | None = None,
    settings: Settings | None = None,
) -> Explanation:
    """Why a flow from one side to the other is allowed or denied, layer by layer, and which other ports between the two
    are decided otherwise.

    A side is an endpoint of the spec language, or `namespace/pod`; of all that it stands for the most natural flow is
    explained, and whether the others are decided alike. `ports` are PORTS of the spec language. The groups, namespaces,
    workloads, cluster and assumptions of the spec apply; its invariants do not. `settings.cni` None is `spec`, and then
    known plugins that decide the flow otherwise are named. Raises Disagreement where the evaluator and the encoding
    differ on the flow or on a port.
    """
    from netqed.analysis.explain import Asked
    from netqed.analysis.explain import explain as explained
    from netqed.analysis.explain_asked import stated_ports, stated_side
    from netqed.spec.sentences import Isolated

    settings = replace(settings or Settings(), blank_files=True)
    started = time.perf_counter()
    require_valid(settings)
    stated = (stated_side(source, "<source>"), stated_side(destination, "<destination>"))
    asked = stated_ports(ports) if ports is not None else ()
    _, cluster, resolved = only_input(replace(spec or Spec(), invariants=stated), paths, settings)
    ends = [one.invariant.inside for one in resolved.invariants if isinstance(one.invariant, Isolated)]
    found = explained(
        cluster,
        replace(resolved, invariants=stated),
        Asked(source, ends[0]),
        Asked(destination, ends[1]),
        asked,
        cni=settings.cni,
    )
    return replace(found, seconds=time.perf_counter() - started)


@collector_paused()
def map_of(
    paths: Sequence[str | Path] = (),
    *,
    source: str | None = None,
    destination: str | None = None,
    either: str | None = None,
    ports: str | None = None,
    spec: Spec | None = None,
    settings: Settings | None = None,
) -> ReachMap:
    """Who can reach whom now, among the workloads of the input, nodes and other addresses, on which ports.

    `source` and `destination` restrict it to an endpoint of the spec language or `namespace/pod`, `either` to what goes
    from or to one, `ports` to PORTS. The groups, namespaces, workloads, cluster and assumptions of the spec apply; its
    invariants do not. `settings.cni` None is `spec`.
    """
    from netqed.analysis.explain_asked import stated_ports, stated_side
    from netqed.analysis.reach_map import SIDES, Restriction, reach_map
    from netqed.spec.sentences import Isolated

    settings = replace(settings or Settings(), blank_files=True)
    started = time.perf_counter()
    require_valid(settings)
    texts = (source, destination, either)
    stated = [stated_side(text, name) for text, name in zip(texts, SIDES, strict=True) if text is not None]
    asked = None if ports is None else (ports, stated_ports(ports, "--port"))
    _, cluster, resolved = only_input(replace(spec or Spec(), invariants=tuple(stated)), paths, settings)
    ends = iter([one.invariant.inside for one in resolved.invariants if isinstance(one.invariant, Isolated)])
    sides = [None if text is None else (text, next(ends)) for text in texts]
    restriction = Restriction(sides[0], sides[1], sides[2], asked)
    found = reach_map(cluster, replace(resolved, invariants=tuple(stated)), restriction, cni=settings.cni)
    return replace(found, seconds=time.perf_counter() - started)


@collector_paused()
def difference(
    old: Sequence[str | Path] | Cluster,
    new: Sequence[str | Path] | Cluster,
    *,
    workloads: Sequence[str | Path] | Cluster | None = None,
    spec: Spec | None = None,
    families: bool = True,
    limit: int | None = None,
    settings: Settings | None = None,
) -> Difference:
    """How the flows that NEW allows compare with those that OLD allows, in the settings' scope (else `always`).

    Each side is paths, or a cluster that was read. `workloads` gives both sides everything but their policies. The
    spec's assumptions and cluster apply, and its invariants are checked on both sides. `families` adds the whole
    difference, `limit` is the most families of what is gained and of what is lost. Raises Disagreement as `check` does.
    """
    from netqed.analysis.difference import difference as compare
    from netqed.analysis.difference_sides import loaded, with_workloads
    from netqed.resources.cluster import Cluster

    settings = settings or Settings()
    require_valid(settings)

    def read(side: Sequence[str | Path] | Cluster) -> Callable[[], Cluster]:
        exclude = (spec.file,) if spec is not None and spec.file not in (None, STDIN) else ()
        return lambda: side if isinstance(side, Cluster) else load_cluster(side, settings=settings, exclude=exclude)

    sides = loaded(*map(read, (old, new) if workloads is None else (old, new, workloads)))
    one, other = sides[:2] if workloads is None else (with_workloads(policies, sides[2]) for policies in sides[:2])
    return compare(
        one,
        other,
        spec,
        scope=settings.scope or "always",
        rlimit=settings.rlimit,
        cni=settings.cni,
        families=families,
        limit=limit,
        today=settings.today,
        progress=settings.progress,
    )


@collector_paused()
def redundant(
    paths: Sequence[str | Path] = (), *, spec: Spec | None = None, settings: Settings | None = None
) -> Redundancy:
    """What can be removed from the policies without changing any flow, in the settings' scope (else `always`): each
    policy, rule, peer and port alone, and as many as possible together.

    The spec's assumptions, namespaces, workloads and cluster apply, its invariants do not. Without paths its manifests
    are read.
    """
    settings = settings or Settings()
    require_valid(settings)
    return _redundancy(policies_of(paths, spec, settings)[1], spec, settings, reasons=True)


@collector_paused()
def simplify(
    paths: Sequence[str | Path] = (),
    *,
    spec: Spec | None = None,
    stream: bool = True,
    settings: Settings | None = None,
) -> Simplified | Unproved:
    """The files without what `redundant` finds to be removable together: comments and all else stay as they were. What
    the edited files hold, as one `stream` or each by itself, is proved to allow the same before it is given out. No
    file is written.

    Unproved is that the solver's budget did not suffice. Raises InputError also where the form of a file makes an edit
    unsafe.
    """
    from netqed.analysis.difference import difference as compare
    from netqed.analysis.simplifying import Simplifier

    settings = settings or Settings()
    require_valid(settings)
    reading, cluster = policies_of(paths, spec, settings)
    found = _redundancy(cluster, spec, settings, reasons=False)

    def equivalent(again: Cluster) -> bool | None:
        return compare(
            cluster,
            again,
            None if spec is None else replace(spec, invariants=()),
            scope=found.scope,
            rlimit=settings.rlimit,
            cni=settings.cni,
            families=False,
        ).meets("equivalent")

    return Simplifier(reading.documents, settings.namespace, settings.ignore_unknown, stream).simplified(
        found, equivalent
    )


def _redundancy(cluster: Cluster, spec: Spec | None, settings: Settings, *, reasons: bool) -> Redundancy:
    from netqed.analysis.redundancy import redundancy

    return redundancy(
        cluster,
        spec,
        scope=settings.scope or "always",
        rlimit=settings.rlimit,
        cni=settings.cni,
        reasons=reasons,
        progress=settings.progress,
    )


@collector_paused()
def init(paths: Sequence[str | Path] = (), *, manifests: Sequence[str] = (), settings: Settings | None = None) -> str:
    """A starter spec for what the paths (by default the working directory) hold: what is isolated today, as invariants
    that hold today. A spec that is there already is not read.

    `manifests` is what the spec will name as its paths, relative to where it will lie.
    """
    from netqed.analysis.starter import starter_spec
    from netqed.spec.find import find_spec

    settings = settings or Settings()
    read = [str(path) for path in paths] or ["."]
    specs = [spec for spec in {find_spec(path): None for path in read} if spec is not None]
    arguments = ["-n", settings.namespace] if settings.namespace is not None else []
    for kind in settings.ignore_unknown:
        arguments += ["--ignore-unknown-policies", kind]
    if "-" in read:
        arguments += read
    return starter_spec(
        load_cluster(read, settings=settings, exclude=specs),
        manifests=tuple(manifests),
        arguments=arguments,
    )


def spec_schema() -> dict[str, Any]:
    """The JSON Schema of the spec file."""
    from netqed.spec.schema import spec_schema as schema

    return schema()
