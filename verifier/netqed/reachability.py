"""What can reach what: stated flows judged, one flow explained, the map of all. Invariants play no part in it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from netqed.arguments import Paths, json_lines, require_one_of, require_text, require_valid
from netqed.inputs import only_input
from netqed.settings import Settings
from netqed.sources.collector import collector_paused
from netqed.spec.document import ClusterFacts, Spec

if TYPE_CHECKING:
    from netqed.analysis.explain_values import Explanation
    from netqed.analysis.map_results import ReachMap
    from netqed.resources.cluster import Cluster

Engine = Literal["reference", "smt", "both"]
"""What `evaluate` decides by: the evaluator, the encoding, or both held against each other."""


@collector_paused()
def evaluate(
    flows: str | Iterable[Mapping[str, Any]],
    paths: Paths | Cluster = (),
    *,
    file: str = "flows",
    spec: Spec | None = None,
    engine: Engine = "both",
    evidence: bool = False,
    settings: Settings | None = None,
) -> Iterator[dict[str, Any]]:
    """The verdict on each concrete flow, in the order given.

    `flows` is JSON Lines, or mappings with the same keys; `file` is the name that errors give as their place. Each
    answer is the flow's own object with `allowed`, `ingress_allowed`, `egress_allowed`, and, if asked for, `evidence`.
    `reference` decides by the evaluator, `smt` by the encoding; `both` by both, and raises Disagreement where they
    differ.

    Without a plugin in the settings the reading is `spec`. Where the answer depends on what is not verified of a plugin
    it is None, and `depends_on` names the matters.
    """
    from netqed.analysis.flows import evaluate_flows, parse_flows
    from netqed.analysis.pinned import EncodingJudge
    from netqed.plugins.table import answers_of

    settings = _settings(settings, spec)
    require_one_of(engine, get_args(Engine), "engine")
    spec = spec or Spec()
    cluster, resolved = only_input(
        replace(spec, invariants=(), assumptions=(), cluster=ClusterFacts()), paths, settings
    )
    return evaluate_flows(
        replace(cluster, workloads=(*cluster.workloads, *resolved.workloads)),
        parse_flows(json_lines(flows, file), file),
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
    paths: Paths | Cluster = (),
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

    started = time.perf_counter()
    settings = _settings(settings, spec)
    _require_texts(source=source, destination=destination, ports=ports or "")
    stated = (stated_side(source, "<source>"), stated_side(destination, "<destination>"))
    asked = stated_ports(ports) if ports is not None else ()
    cluster, resolved = only_input(replace(spec or Spec(), invariants=stated), paths, settings)
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
    paths: Paths | Cluster = (),
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

    started = time.perf_counter()
    settings = _settings(settings, spec)
    _require_texts(source=source or "", destination=destination or "", either=either or "", ports=ports or "")
    texts = (source, destination, either)
    stated = [stated_side(text, name) for text, name in zip(texts, SIDES, strict=True) if text is not None]
    asked = None if ports is None else (ports, stated_ports(ports, "--port"))
    cluster, resolved = only_input(replace(spec or Spec(), invariants=tuple(stated)), paths, settings)
    ends = iter([one.invariant.inside for one in resolved.invariants if isinstance(one.invariant, Isolated)])
    sides = [None if text is None else (text, next(ends)) for text in texts]
    restriction = Restriction(sides[0], sides[1], sides[2], asked)
    found = reach_map(cluster, replace(resolved, invariants=tuple(stated)), restriction, cni=settings.cni)
    return replace(found, seconds=time.perf_counter() - started)


def _settings(settings: Settings | None, spec: Spec | None) -> Settings:
    """The settings for questions about what is there, to which a file that holds nothing is no obstacle. InputError
    where they or the spec are wrong."""
    require_valid(settings or Settings(), spec)
    return replace(settings or Settings(), blank_files=True)


def _require_texts(**texts: str) -> None:
    for name, text in texts.items():
        require_text(text, name)
