"""The endpoints of sentences as predicates over one side of a flow."""

from __future__ import annotations

from dataclasses import dataclass

from netqed.analysis.roster import Roster
from netqed.lowering.selectors import namespace_selector, pod_selector
from netqed.resources.objects import LabelSelector
from netqed.spec.addresses import NOT_INTERNET
from netqed.spec.sentences import AnyOf, Block, BuiltIn, Endpoint, Name, Pods, WorkloadRef
from netqed_smt.model import (
    TRUE,
    At,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelIn,
    NamespaceIs,
    Predicate,
    Side,
    WorkloadIs,
    all_of,
    any_of,
    negate,
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Says who an endpoint of a sentence is, in one cluster."""

    roster: Roster

    def member(self, endpoint: Endpoint, side: Side) -> Predicate:
        """True of the flows whose given side is in the endpoint."""
        match endpoint:
            case AnyOf(items):
                return any_of([self.member(item, side) for item in items])
            case BuiltIn("internet") if side is Side.SOURCE:
                return any_of([At(side, self.who(endpoint)), self._through_a_node()])
            case _:
                return At(side, self.who(endpoint))

    def who(self, endpoint: Endpoint) -> Predicate:
        """The endpoint as a predicate over whichever side it is asked of."""
        match endpoint:
            case Pods():
                return pods_of(endpoint)
            case WorkloadRef():
                return any_of([WorkloadIs(index) for index in self.roster.referred(endpoint)])
            case Block(network):
                return InCidr(network)
            case BuiltIn():
                return self._built_in(endpoint)
            case AnyOf(items):
                return any_of([self.who(item) for item in items])
            case Name(name):
                raise ValueError(f"'{name}' was not resolved")

    def _built_in(self, endpoint: BuiltIn) -> Predicate:
        match endpoint.name:
            case "any pod":
                return IsPod()
            case "internet":
                return self._internet()
            case "outside":
                return negate(IsPod())
            case "nodes":
                return IsHost()
            case "anything":
                return TRUE
            case "host-networked":
                return IsHostNetworked()

    def _internet(self) -> Predicate:
        """External addresses outside the special ranges and the pods' own."""
        return all_of(
            [
                IsExternal(),
                *(negate(InCidr(network)) for network in (*NOT_INTERNET, *self.roster.spec.cluster.pod_cidrs)),
            ]
        )

    def _through_a_node(self) -> Predicate:
        """Traffic from outside that a NodePort or LoadBalancer Service, or one with external addresses, forwards comes
        from a node's address."""
        exposed = [
            all_of(
                [
                    IsPod(),
                    NamespaceIs(service.namespace),
                    *(LabelIn(key, frozenset({value})) for key, value in sorted(service.selector.items())),
                ]
            )
            for service in self.roster.cluster.services
            if service.on_nodes and service.selector
        ]
        return all_of([At(Side.SOURCE, IsHost()), At(Side.DESTINATION, any_of(exposed))])


def pods_of(pods: Pods) -> Predicate:
    """The pods of a namespace, or of the namespaces with some labels, host-networked ones included."""
    where = (
        namespace_selector(pods.namespace) if isinstance(pods.namespace, LabelSelector) else NamespaceIs(pods.namespace)
    )
    return all_of([IsPod(), where, TRUE if pods.selector is None else pod_selector(pods.selector)])


def leaves(endpoint: Endpoint) -> tuple[Endpoint, ...]:
    """The endpoint's parts, lists and groups taken apart."""
    match endpoint:
        case AnyOf(items):
            return tuple(leaf for item in items for leaf in leaves(item))
        case _:
            return (endpoint,)


def selected_pods(endpoint: Endpoint) -> tuple[Pods, ...]:
    """The parts of an endpoint that go by labels: those a typo would empty unseen."""
    return tuple(
        leaf
        for leaf in leaves(endpoint)
        if isinstance(leaf, Pods) and (leaf.selector is not None or isinstance(leaf.namespace, LabelSelector))
    )
