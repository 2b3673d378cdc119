"""Hand-made results of a check, for tests of the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import yaml

from netqed.analysis.results import (
    Basis,
    CheckResult,
    InputResult,
    NamespaceCounts,
    Proved,
    Refuted,
    Result,
    Unknown,
    Vacuous,
    Witness,
    WitnessEnd,
)
from netqed.reference.flow import Decision, DirectionDecision, Flow, PodEnd, RuleMatch, World
from netqed.resources.cluster import Note
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Workload
from netqed.sources.position import FieldPath, Position, Span
from netqed.spec.document import StatedInvariant
from netqed.spec.sentences import CannotReach, CanReach, Name

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: api
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: api
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              tier: front
        - podSelector:
            matchLabels:
              app: cart
      ports:
        - protocol: TCP
          port: 8443
"""

SPEC = """\
invariants:
  - batch cannot reach shop
  - web can reach shop on TCP/9000
"""


@cache
def composed(text: str) -> yaml.Node:
    """The nodes of a text, with their places."""
    node: yaml.Node = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


@dataclass(frozen=True)
class TextDocument:
    """A document over a text, with the places of its fields."""

    file: str
    text: str
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", yaml.safe_load(self.text))

    @property
    def start(self) -> Position:
        return Position(self.file, 1, 1)

    def span(self, path: FieldPath) -> Span:
        node = composed(self.text)
        begin, end = node.start_mark, node.start_mark
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == step]
                if not found:
                    break
                begin, node = found[0][0].start_mark, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                begin = node.start_mark
            else:
                break
            end = node.end_mark
        line = self.text.splitlines()[begin.line]
        last = end.column if end.line == begin.line else len(line)
        return Span(Position(self.file, begin.line + 1, begin.column + 1), last + 1, line)


def spec_span(sentence: str, file: str = "netqed.yaml") -> Span:
    """The place of a sentence in SPEC."""
    for number, line in enumerate(SPEC.splitlines(), 1):
        if sentence in line:
            column = line.index(sentence) + 1
            return Span(Position(file, number, column), column + len(sentence), line)
    raise AssertionError(f"no {sentence!r} in the spec")


def selector(**labels: str) -> LabelSelector:
    """A selector of labels that must be equal."""
    return LabelSelector(tuple(labels.items()))


def policy(text: str = POLICY, file: str = "k8s/api.yaml") -> NetworkPolicy:
    """The policy of POLICY; its two peers are alternatives, one a namespaceSelector and one a podSelector."""
    return NetworkPolicy(
        "shop",
        "api",
        selector(app="api"),
        ("Ingress",),
        ingress=(
            PolicyRule(
                peers=(
                    PolicyPeer(namespace_selector=selector(tier="front")),
                    PolicyPeer(pod_selector=selector(app="cart")),
                ),
                ports=(PolicyPort("TCP", 8443),),
            ),
        ),
        document=TextDocument(file, text),
    )


def real(namespace: str, name: str, labels: Mapping[str, str], kind: str = "Deployment", **more: Any) -> WitnessEnd:
    """A workload of the input as a side of a witness."""
    workload = Workload(kind, namespace, name, labels, **more)
    return WitnessEnd("pod", workload.display, True, namespace, True, labels, {}, workload=workload)


FLOW = Flow(PodEnd("batch", {"app": "report"}), PodEnd("shop", {"app": "api"}), 6, 8443)
"""Reports do not look at the flow: they have the witness's own words for it."""


def allowed_witness(source: WitnessEnd | None = None, destination: WitnessEnd | None = None) -> Witness:
    """batch reaches shop's api by the first peer of POLICY; nothing isolates batch for egress."""
    one = policy()
    return Witness(
        source or real("batch", "report", {"app": "report"}),
        destination or real("shop", "api", {"app": "api"}),
        6,
        8443,
        None,
        "IPv4",
        Decision(
            DirectionDecision("ingress", "rule", (one,), (RuleMatch(one, "ingress", 0, 0, 0),)),
            DirectionDecision("egress", "not-isolated"),
        ),
        FLOW,
        World(),
    )


def blocked_witness() -> Witness:
    """web does not reach shop's api on TCP/9000: POLICY isolates it and no rule matches."""
    one = policy()
    return Witness(
        real("web", "site", {"app": "site"}),
        real("shop", "api", {"app": "api"}, "Pod", addresses=("10.1.2.3",)),
        6,
        9000,
        None,
        "IPv4",
        Decision(DirectionDecision("ingress", "no-rule", (one,)), DirectionDecision("egress", "not-isolated")),
        FLOW,
        World(),
    )


CANNOT = StatedInvariant(
    "batch cannot reach shop", CannotReach(Name("batch"), Name("shop")), span=spec_span("batch cannot reach shop")
)
CAN = StatedInvariant(
    "web can reach shop on TCP/9000",
    CanReach(Name("web"), Name("shop")),
    span=spec_span("web can reach shop on TCP/9000"),
)


def stated(sentence: str = "batch cannot reach shop", **more: Any) -> StatedInvariant:
    """An invariant of the command line."""
    return StatedInvariant(sentence, CannotReach(Name("batch"), Name("shop")), **more)


def hypothetical() -> WitnessEnd:
    """An invented pod in a namespace that nobody has declared."""
    return WitnessEnd(
        "pod",
        "front-2/pod (hypothetical)",
        False,
        "front-2",
        False,
        {"app": "x"},
        {"tier": "front"},
        ("label app=x", "namespace label tier=front"),
    )


BASIS = Basis(
    reading="spec",
    assumptions=("no pod in batch has app=cart",),
    standing=("labels that the manifests declare are complete",),
    sources=("k8s",),
    files=3,
    objects=7,
    policies=1,
    namespaces=3,
    workloads=4,
    left_out=(Note("Ingress batch/front is of a kind that is not analysed", "k8s/front.yaml:1:1"),),
    notes=(Note("2 objects name no namespace: they were placed in default"),),
    ignored=(),
    digest="0123456789abcdef" * 4,
)

COUNTS = (
    NamespaceCounts("batch", True, 0, 1, 0, 0, 1),
    NamespaceCounts("shop", True, 1, 2, 1, 0, 2),
    NamespaceCounts("web", False, 0, 1, 0, 0, 1),
)


def every_kind() -> InputResult:
    """One result of every verdict and status."""
    return InputResult(
        None,
        (
            Result(stated("web cannot reach batch"), "always", Proved(("no pod in batch has app=cart",)), "ok"),
            Result(CANNOT, "always", Refuted(allowed_witness()), "failed"),
            Result(CAN, "now", Refuted(blocked_witness()), "failed", ("Service shop/api has port 9000, pods 8443",)),
            Result(
                stated("only cart can reach shop", why="PCI"),
                "always",
                Refuted(allowed_witness(hypothetical()), ("no other namespaces", "only web has tier=front")),
                "failed",
            ),
            Result(stated("btach cannot reach shop"), "always", Vacuous("no workload matches app=btach"), "failed"),
            Result(stated("a cannot reach b"), "always", Unknown("the budget of 1,000 units ran out"), "unknown"),
            Result(
                stated("old cannot reach shop", expect="refuted", until=date(2020, 1, 1), why="NET-1"),
                "now",
                Refuted(allowed_witness()),
                "expired",
            ),
            Result(
                stated("legacy cannot reach shop", expect="refuted", until=date(2099, 1, 1), why="NET-12"),
                "now",
                Refuted(allowed_witness()),
                "accepted",
            ),
            Result(stated("x cannot reach shop", expect="refuted"), "now", Proved(), "unexpected"),
            Result(
                stated("new cannot reach shop", allow_empty=True), "always", Vacuous("no workload yet"), "allowed-empty"
            ),
        ),
        COUNTS,
        BASIS,
    )


def check_result(*inputs: InputResult) -> CheckResult:
    """A run's result; of one input with every kind of verdict where none is given."""
    return CheckResult("netqed.yaml", inputs or (every_kind(),), 0.42)
