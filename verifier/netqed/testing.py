"""Invariants as assertions, for test suites of pytest or unittest.

    from netqed.testing import assert_cannot_reach, load

    cluster = load("k8s/")

    def test_analytics_stays_out() -> None:
        assert_cannot_reach(cluster, "analytics", "payments")

An assertion passes if its invariant is proved, and in no other case. What fails says why as the text report does: the
flow, the rules that let it through, their lines. Sides and ports are those of the spec language; the groups, the
assumptions and the cluster of the spec apply, its invariants do not. Nothing here needs pytest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from netqed import api
from netqed.api import InputError, Problem, Scope, Settings, Spec
from netqed.sources.position import Position

if TYPE_CHECKING:
    from netqed.analysis.results import CheckResult
    from netqed.resources.cluster import Cluster
    from netqed.spec.sentences import Invariant

__all__ = [
    "BadInput",
    "LoadedCluster",
    "NotProved",
    "assert_can_reach",
    "assert_cannot_reach",
    "assert_holds",
    "assert_isolated",
    "assert_only_can_reach",
    "load",
]

Ports = str | Sequence[str]
"""PORTS of the spec language such as `TCP/8080, UDP/53`, or a list of them."""


class NotProved(AssertionError):
    """An invariant is refuted, vacuous or unknown: the message is the text report, `result` holds the evidence."""

    def __init__(self, result: CheckResult) -> None:
        self.result = result
        super().__init__(result)

    def __str__(self) -> str:
        from netqed.report.text import render_text

        return render_text(self.result, quiet=True).rstrip("\n")


class BadInput(InputError):
    """Manifests, the spec or an assertion's arguments are wrong, and nothing was decided: the message lists every
    problem with its place."""

    def __str__(self) -> str:
        from netqed.report.problems import render_problems

        return render_problems(self.problems).rstrip("\n")


@dataclass(frozen=True, slots=True)
class LoadedCluster:
    """What `load` read, for any number of assertions."""

    cluster: Cluster
    spec: Spec
    """Its groups, namespaces, workloads, cluster and assumptions apply; its invariants do not."""
    rlimit: int | None = None
    """The solver's budget of each question, in its own units of work; None is the default."""

    def __repr__(self) -> str:
        held = self.cluster
        return f"<cluster: {len(held.policies)} policies, {len(held.workloads)} workloads>"


def load(
    *paths: str | Path,
    spec: str | Path | Spec | None = None,
    namespace: str | None = None,
    ignore_unknown: Sequence[str] = (),
    rlimit: int | None = None,
) -> LoadedCluster:
    """Every object under the paths as one cluster. Paths are files and directories, relative to the working directory;
    without any, the manifests that the spec names are read.

    `spec` is a spec or its file; by default the `netqed.yaml` in or above the first path, up to the root of the git
    repository, where there is one (`Spec()` goes without). `namespace` is that of objects that name none.
    `ignore_unknown` names kinds of policies to pass over though netqed does not know them: failures then say so.
    `rlimit` is the solver's budget of each question, in its own units of work.

    Raises BadInput, with all problems found.
    """
    __tracebackhide__ = True
    try:
        if not isinstance(spec, Spec):
            spec = api.load_spec(spec) if spec is not None else api.load_spec(near=paths[0] if paths else None)
        found = spec or Spec()
        settings = Settings(namespace=namespace, ignore_unknown=tuple(ignore_unknown))
        return LoadedCluster(api.load_cluster(paths, spec=found, settings=settings), found, rlimit)
    except InputError as error:
        raise BadInput(error.problems) from None


def assert_cannot_reach(
    cluster: LoadedCluster,
    source: str,
    destination: str,
    *,
    ports: Ports | None = None,
    scope: Scope | None = None,
    cni: str | None = None,
) -> None:
    """`source cannot reach destination [on ports]`: no flow from any source to any destination is allowed.

    `scope` is `always` (the default: every pod that could exist) or `now` (the workloads loaded). `cni` is the network
    plugin that enforces the policies; by default the invariant has to hold whatever plugins do. Raises NotProved, or
    BadInput where a name is not known.
    """
    __tracebackhide__ = True
    from netqed.spec.sentences import CannotReach

    _assert(cluster, f"{source} cannot reach {destination}", CannotReach, ports, scope, cni)


def assert_can_reach(
    cluster: LoadedCluster,
    source: str,
    destination: str,
    *,
    ports: Ports | None = None,
    scope: Scope | None = None,
    cni: str | None = None,
) -> None:
    """`source can reach destination [on ports]`: the policies let every source reach every destination, on every port
    named. `scope` is `now` by default; otherwise as `assert_cannot_reach`."""
    __tracebackhide__ = True
    from netqed.spec.sentences import CanReach

    _assert(cluster, f"{source} can reach {destination}", CanReach, ports, scope, cni)


def assert_only_can_reach(
    cluster: LoadedCluster,
    source: str,
    destination: str,
    *,
    ports: Ports | None = None,
    scope: Scope | None = None,
    cni: str | None = None,
) -> None:
    """`only source can reach destination [on ports]`: nothing else does; it does not say that the source can. Otherwise
    as `assert_cannot_reach`."""
    __tracebackhide__ = True
    from netqed.spec.sentences import OnlyCanReach

    _assert(cluster, f"only {source} can reach {destination}", OnlyCanReach, ports, scope, cni)


def assert_isolated(
    cluster: LoadedCluster,
    inside: str,
    outside: str | None = None,
    *,
    ports: Ports | None = None,
    scope: Scope | None = None,
    cni: str | None = None,
) -> None:
    """`inside is isolated [from outside] [on ports]`: no flow in either direction, by default to or from anything that
    is not inside. Otherwise as `assert_cannot_reach`."""
    __tracebackhide__ = True
    from netqed.spec.sentences import Isolated

    sentence = f"{inside} is isolated" if outside is None else f"{inside} is isolated from {outside}"
    _assert(cluster, sentence, Isolated, ports, scope, cni)


def assert_holds(cluster: LoadedCluster, sentence: str, *, scope: Scope | None = None, cni: str | None = None) -> None:
    """Any sentence of the spec language, such as `no pod can reach a pod of another namespace except to dns on UDP/53`.
    `scope`, `cni` and what is raised are those of `assert_cannot_reach`; `can` defaults to `now`."""
    __tracebackhide__ = True
    _prove(cluster, sentence, scope, cni)


def _assert(
    cluster: LoadedCluster,
    sentence: str,
    form: type[Invariant],
    ports: Ports | None,
    scope: Scope | None,
    cni: str | None,
) -> None:
    """Prove a sentence put together from arguments, which must be of the form that the assertion is named after: an
    argument such as `payments except 10.0.0.1` would weaken it unseen."""
    __tracebackhide__ = True
    from netqed.analysis.explain_asked import stated_ports
    from netqed.spec.parse import parse_sentence_invariant

    try:
        stated = parse_sentence_invariant(sentence).invariant
        if type(stated) is not form or stated.ports or stated.exceptions:
            problem = Problem(
                "the arguments are more than two sides",
                Position("<sentence>", 1, 1),
                hint="name ports in `ports`; assert_holds takes exceptions and other sentences",
                line_text=sentence,
            )
            raise InputError([problem])
        if ports is not None:
            named = ports if isinstance(ports, str) else ", ".join(ports)
            stated_ports(named)
            sentence = f"{sentence} on {named}"
    except InputError as error:
        raise BadInput(error.problems) from None
    _prove(cluster, sentence, scope, cni)


def _prove(cluster: LoadedCluster, sentence: str, scope: Scope | None, cni: str | None) -> None:
    __tracebackhide__ = True
    try:
        settings = Settings(scope=scope, cni=cni, rlimit=cluster.rlimit)
        result = api.prove(sentence, cluster.cluster, spec=cluster.spec, settings=settings)
    except InputError as error:
        raise BadInput(error.problems) from None
    if result.exit_code != 0:
        raise NotProved(result)
