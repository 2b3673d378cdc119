"""Outcomes as values, all evidence included: the only thing that reports render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from netqed.analysis.edits import Edit
from netqed.plugins.matters import Matter, Reading
from netqed.reference.flow import Decision, Direction, Flow, Reason, RuleMatch, World
from netqed.resources.cluster import Note
from netqed.resources.objects import Labels, NetworkPolicy, Workload
from netqed.sources.position import FieldPath
from netqed.spec.document import Scope, StatedInvariant
from netqed_smt.model import Predicate, Side

if TYPE_CHECKING:
    from netqed.analysis.map_results import ReachMap


@dataclass(frozen=True, slots=True)
class WitnessEnd:
    """One side of a witness flow, concrete."""

    kind: Literal["pod", "node", "external"]
    name: str
    """`namespace/pod`, `namespace/kind/name`, an invented pod's `namespace/pod (hypothetical)`, a node's name or an
    address."""
    exists: bool
    """Whether the input holds it (an external address always exists)."""
    namespace: str | None = None
    namespace_exists: bool = True
    """Whether the input or the spec declares the namespace's labels."""
    labels: Labels | None = None
    """For an invented pod only the labels that the flow needs."""
    namespace_labels: Labels | None = None
    """As the flow needs them; those of a declared namespace as declared."""
    invented: tuple[str, ...] = ()
    """What was invented, in words: `label app=checkout`, `namespace label name=web`, `port name http`, `address`."""
    address: str | None = None
    host_network: bool = False
    workload: Workload | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A concrete flow that violates the invariant, replayed in the evaluator."""

    source: WitnessEnd
    destination: WitnessEnd
    protocol: int
    port: int | None
    port_name: str | None
    """The name of the destination's container port of that number, where it declares one."""
    family: Literal["IPv4", "IPv6"]
    decision: Decision
    """The evaluator's, with the rules that let the flow through or the policies that block it."""
    flow: Flow
    """As it was replayed."""
    world: World
    """What it was replayed in, the reading included."""

    @property
    def real(self) -> bool:
        """Whether both sides exist in the input: a violation today, not by a pod that may come."""
        return self.source.exists and self.destination.exists

    @property
    def rests_on_invented(self) -> bool:
        """Whether anything about either side was invented: the pod itself, a label that a controller adds or that a
        namespace has which nobody declares, an address."""
        return any(not end.exists or end.invented for end in (self.source, self.destination))

    @property
    def traffic(self) -> str:
        """`TCP/8080`, `ICMP`, or `protocol 47`."""
        name = PROTOCOL_NAMES.get(self.protocol, f"protocol {self.protocol}")
        return f"{name}/{self.port}" if self.port is not None else name


PROTOCOL_NAMES: Mapping[int, str] = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6", 132: "SCTP"}


@dataclass(frozen=True, slots=True)
class Essential:
    """A policy that a proof needs, and a flow that violates the invariant once it is gone and with it whatever policy
    the proof does not need."""

    policy: NetworkPolicy
    witness: Witness


@dataclass(frozen=True, slots=True)
class Portability:
    """On which network plugins an invariant is refuted, where the matters that the API leaves to them are open."""

    reading: Reading
    """The witness's: it happens where these matters are decided so."""
    turns_on: tuple[tuple[Matter, bool], ...]
    """The answers that the witness needs: under any other answer to one of them it is no violation."""
    by_spec: bool
    """Whether the invariant is refuted under the reading `spec` too."""
    refuted_on: tuple[str, ...]
    """Known plugins on which it is refuted, whatever is not verified of them, in the table's order."""
    open_on: tuple[str, ...]
    """Known plugins on which it may be refuted: that turns on an answer of theirs that is not verified."""
    holds_on: tuple[str, ...]
    """Known plugins on which it holds."""


@dataclass(frozen=True, slots=True)
class CubeSide:
    """One side of a cube of flows, as a conjunction: every endpoint that all of `facts` are true of."""

    facts: tuple[tuple[Predicate, bool], ...]
    """Endpoint predicates of the policy model, each with whether it must hold or must not; none is any endpoint."""
    words: str
    """In words, as the reports print it: `web/app=checkout`, `any pod of payments`, `10.0.0.0/8`."""


@dataclass(frozen=True, slots=True)
class Cube:
    """A product of sources, destinations and traffic. Every flow of it that can exist is in the set that it is of."""

    source: CubeSide
    destination: CubeSide
    relations: tuple[tuple[Predicate, bool], ...] = ()
    """Facts of both sides together, such as that they are of one namespace."""
    protocol: int | None = None
    """IP protocol number; None is any."""
    ports: tuple[tuple[int, int], ...] = ()
    """Inclusive ranges of destination ports; none is any."""
    choices: tuple[tuple[Matter, bool], ...] = ()
    """Answers to matters left to network plugins that it takes."""
    elsewhere: tuple[tuple[Side | None, Predicate, bool], ...] = ()
    """Of flows that two inputs describe: what must be true of a side (None: of both) by the other input, where that
    puts it at other addresses or on another node."""
    where: tuple[str, ...] = ()
    """`relations` in words, one clause each."""
    where_elsewhere: tuple[str, ...] = ()
    """`elsewhere` in words, one clause each."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A family of violating flows that get through in one way: what lets them out and what lets them in are the same
    for all of them."""

    cube: Cube
    witness: Witness
    """One flow of the family, replayed."""
    egress: RuleMatch | Reason
    """The rule that lets them out, or why none was needed."""
    ingress: RuleMatch | Reason


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Every independent way in which an invariant is violated."""

    ways: tuple[WayIn, ...]
    left_out: int | None = 0
    """How many more there are; None where only that there are more is known."""
    unique: bool = False
    """Whether the verdict's witness is the only violating flow between workloads, ports and protocols."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that almost lets a blocked flow through: the flow would pass if this one condition held."""

    policy: NetworkPolicy
    direction: Direction
    rule: int
    path: FieldPath
    """The element that fails."""
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of a policy."""

    policy: NetworkPolicy | None
    """The policy that is edited; None where one is added."""
    words: str
    """What is done, in words: `require both selectors of spec.ingress[0].from`."""
    edit: Edit | None = None
    """The edit itself."""


@dataclass(frozen=True, slots=True)
class Mend:
    """Edits that together make an invariant hold and break no other; no proper part of them suffices."""

    changes: tuple[Change, ...]
    diff: str | None
    """A unified diff of the input's own files that makes the edits, comments kept; None where the input is no file that
    can be edited."""
    also: tuple[str, ...] = ()
    """Titles of other invariants that are refuted now and proved with it."""


@dataclass(frozen=True, slots=True)
class Proved:
    """No flow in scope violates the invariant."""

    rests_on: tuple[str, ...] = ()
    """What the proof needed beside the policies: assumption sentences of the spec, `pods have private addresses`, …"""
    because: tuple[Essential, ...] | None = None
    """Policies that suffice for the proof, whichever of the others are deleted, and of which none can be left out;
    None where nobody asked, or the budget did not suffice to tell."""
    matters: tuple[tuple[Matter, bool], ...] = ()
    """Answers of the plugin that `--cni` names, or of `spec`, that the proof needs; empty where it holds whatever
    plugins do."""
    namespace_labels: tuple[str, ...] | None = None
    """Namespaces whose labels the proof needs to be as declared; None where nobody asked."""
    word: Literal["proved"] = "proved"


@dataclass(frozen=True, slots=True)
class Refuted:
    """A flow violates it."""

    witness: Witness
    closers: tuple[str, ...] = ()
    """Assumption sentences each of which alone would close it, where the witness rests on something invented."""
    portability: Portability | None = None
    """None where `--cni` fixes the reading."""
    ways: WaysIn | None = None
    """None where nobody asked, and for `can`."""
    near_misses: tuple[NearMiss, ...] = ()
    """For `can`, the rules that almost let the witness through."""
    mends: tuple[Mend, ...] | None = None
    """None where nobody asked."""
    mends_complete: bool = True
    """Whether the search for mends was not cut short."""
    word: Literal["refuted"] = "refuted"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The solver's budget ran out."""

    reason: str
    word: Literal["unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Vacuous:
    """The invariant speaks of nothing."""

    reason: str
    word: Literal["vacuous"] = "vacuous"


Verdict = Proved | Refuted | Unknown | Vacuous


@dataclass(frozen=True, slots=True)
class Result:
    """An invariant, its verdict, and whether that verdict fails the run."""

    stated: StatedInvariant
    scope: Scope
    verdict: Verdict
    status: Literal["ok", "accepted", "expired", "unexpected", "allowed-empty", "failed", "unknown"]
    """`accepted`: refuted as expected. `expired`: refuted as once expected, past its `until`. `unexpected`: proved
    though `expect: refuted` (holds; the expectation can go). `failed`: refuted or vacuous."""
    hints: tuple[str, ...] = ()
    """Such as a Service's port that is not its pods', or an empty A in `only A …`."""


@dataclass(frozen=True, slots=True)
class NamespaceCounts:
    """Counts of one namespace: policies, pods (templates count once), those isolated in each direction, invariants that
    speak of it by name."""

    namespace: str
    declared: bool
    policies: int
    workloads: int
    isolated_ingress: int
    isolated_egress: int
    invariants: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What the answer rests on."""

    reading: str
    """The reading of implementation-defined matters; `spec` until choices exist."""
    assumptions: tuple[str, ...]
    standing: tuple[str, ...]
    """What every answer takes for granted, in words: declared labels are complete, own-node traffic, …"""
    sources: tuple[str, ...]
    files: int
    objects: int
    policies: int
    namespaces: int
    workloads: int
    left_out: tuple[Note, ...]
    notes: tuple[Note, ...]
    ignored: tuple[Note, ...]
    digest: str
    stated: int = 0
    """Workloads, of `workloads`, that only the spec states."""
    idle_assumptions: tuple[str, ...] = ()
    """Sentences of `assumptions` that no proof of the run needed."""
    narrowing: tuple[Note, ...] = ()
    """Objects of kinds that only close traffic further, which netqed does not read."""

    @property
    def complete(self) -> bool:
        """False when policies of unsupported kinds were passed over."""
        return not self.ignored


@dataclass(frozen=True, slots=True)
class InputResult:
    """The verdicts of one input."""

    name: str | None
    """The input's name in the spec's `inputs:`; None for the only one."""
    results: tuple[Result, ...]
    namespaces: tuple[NamespaceCounts, ...]
    basis: Basis
    map: ReachMap | None = None
    """Who can reach whom in this input now; None where nobody asked."""


def without_reasons(result: CheckResult) -> CheckResult:
    """The result as it is where nobody asks why."""

    def bare(verdict: Verdict) -> Verdict:
        match verdict:
            case Proved():
                return replace(verdict, because=None, namespace_labels=None)
            case Refuted():
                return replace(verdict, ways=None, near_misses=())
            case _:
                return verdict

    return replace(
        result,
        inputs=tuple(
            replace(one, results=tuple(replace(each, verdict=bare(each.verdict)) for each in one.results))
            for one in result.inputs
        ),
    )


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One run's results, one entry an input."""

    spec_file: str | None
    inputs: tuple[InputResult, ...]
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """1 if something fails, else 2 if something is unknown, else 4 if nothing was checked, else 0."""
        statuses = [result.status for one in self.inputs for result in one.results]
        if any(status in ("failed", "expired") for status in statuses):
            return 1
        if "unknown" in statuses:
            return 2
        return 0 if statuses else 4
