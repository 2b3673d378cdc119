"""Trees of the grammar turned into the values that they mean; what the grammar lets pass but means nothing is an
error here: ports out of range, host bits, labels that the API server refuses."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Literal, cast

from netqed.resources.objects import LabelSelector, Requirement
from netqed.spec.faults import SentenceError
from netqed.spec.labels import key_fault, value_fault
from netqed.spec.sentences import (
    AnyOf,
    Assumption,
    Block,
    BuiltIn,
    CannotReach,
    CanReach,
    Endpoint,
    EveryPodHas,
    Exception_,
    Invariant,
    Isolated,
    Name,
    NamespacesNamed,
    Network,
    NoOtherNamespace,
    NoOtherNamespaces,
    NoOtherValue,
    NoPodHas,
    OnlyCanReach,
    OnlyNamespaceHas,
    Pods,
    PortRange,
    Ports,
    WorkloadRef,
)

if TYPE_CHECKING:
    from lark import Token, Tree

    Node = Tree[Token]

PROTOCOL_NUMBERS: Final = {"TCP": 6, "UDP": 17, "SCTP": 132, "ICMP": 1, "ICMPv6": 58}
"""The names that PORTS know, with their IP protocol numbers."""

WORKLOAD_KINDS: Final = {
    "pod": ("pods", "po"),
    "deployment": ("deployments", "deploy"),
    "statefulset": ("statefulsets", "sts"),
    "daemonset": ("daemonsets", "ds"),
    "replicaset": ("replicasets", "rs"),
    "replicationcontroller": ("replicationcontrollers", "rc"),
    "job": ("jobs",),
    "cronjob": ("cronjobs", "cj"),
}
"""Kinds of workload, each with the other words that kubectl takes for it."""

_KIND_WORDS: Final = {word: kind for kind, words in WORKLOAD_KINDS.items() for word in (kind, *words)}


def parse_block(text: str, offset: int = 0) -> Network:
    """Read an address or a CIDR; a single address is a block of one. Raises SentenceError at `offset`."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise SentenceError(f"'{text}' is no address and no CIDR", offset, len(text)) from None
    if isinstance(network, IPv6Network) and (mapped := network.network_address.ipv4_mapped) and network.prefixlen >= 96:
        written = IPv4Network((mapped, network.prefixlen - 96), strict=False)
        raise SentenceError(
            f"'{text}' is an IPv4 address in IPv6 form", offset, len(text), f"write '{_shown(written)}'"
        )
    if "/" in text and network.network_address != ip_address(text.split("/")[0]):
        raise SentenceError(
            f"'{text}' has bits set beyond its prefix",
            offset,
            len(text),
            f"write '{network}' for the block, or '{text.split('/')[0]}' for the address",
        )
    return network


def _shown(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if not isinstance(child, str)]


def _tokens(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, str)]


def _start(token: Token) -> int:
    return token.start_pos or 0


def invariant_of(node: Node, text: str) -> Invariant:
    ends: list[Endpoint] = []
    ports: Ports = ()
    exceptions: tuple[Exception_, ...] = ()
    key, of_namespace = "", False
    for tree in _trees(node):
        match tree.data:
            case "endpoints":
                ends.append(endpoints_of(tree, text))
            case "ports":
                ports = ports_of(tree)
            case "exceptions":
                exceptions = _exceptions(tree, text, node.data in ("cannot_reach", "can_reach"))
            case "whose":
                of_namespace = len(_tokens(tree)) == 2
            case "key":
                key = _key(tree)
    match node.data:
        case "cannot_reach":
            return CannotReach(ends[0], ends[1], ports, exceptions)
        case "can_reach":
            return CanReach(ends[0], ends[1], ports, exceptions)
        case "only_can_reach":
            return OnlyCanReach(ends[0], ends[1], ports, exceptions)
        case "isolated":
            return Isolated(ends[0], ends[1] if len(ends) == 2 else None, ports, exceptions)
        case "no_other_namespace":
            return NoOtherNamespace(ports, exceptions)
        case _:
            return NoOtherValue(key, "namespace" if of_namespace else "pod", ports, exceptions)


def _exceptions(node: Node, text: str, bare_is_destination: bool) -> tuple[Exception_, ...]:
    """The exceptions of a sentence. After one that says `from`, a bare endpoint is refused: in `except from X and Y` it
    may be meant to stand on X's side, and read as B's it would except more than was meant."""
    found: list[Exception_] = []
    for one in _trees(node):
        found.append(_exception(one, text, bare_is_destination))
        bare_is_destination = bare_is_destination and found[-1].source is None
    return tuple(found)


def _exception(node: Node, text: str, bare_is_destination: bool) -> Exception_:
    source: Endpoint | None = None
    destination: Endpoint | None = None
    either = BuiltIn("host-networked") if node.data == "exempt_either" else None
    ports: Ports = ()
    for tree in _trees(node):
        match tree.data:
            case "endpoints":
                if not bare_is_destination:
                    first, last = _extent(tree)
                    written = text[first:last]
                    raise SentenceError(
                        "this exception must say its side",
                        first,
                        last - first,
                        f"write 'from {written}' or 'to {written}'",
                    )
                destination = endpoints_of(tree, text)
            case "exempt_from":
                source = _side(_trees(tree)[0], text)
            case "exempt_to":
                destination = _side(_trees(tree)[0], text)
            case "ports":
                ports = ports_of(tree)
    return Exception_(source, destination, ports, either)


def _side(node: Node, text: str) -> Endpoint:
    return BuiltIn("host-networked") if node.data == "host_networked" else endpoints_of(node, text)


def assumption_of(node: Node, text: str) -> Assumption:
    match node.data:
        case "no_pod_has" | "every_pod_has":
            where, selector = _trees(node)
            pods = endpoints_of(where, text)
            for one in pods.items if isinstance(pods, AnyOf) else (pods,):
                if not speaks_of_pods(one):
                    first, last = _extent(where)
                    raise SentenceError("this assumption speaks of pods, and these are none", first, last - first)
            return (NoPodHas if node.data == "no_pod_has" else EveryPodHas)(pods, _selector(selector))
        case "no_other_namespaces":
            return NoOtherNamespaces()
        case "namespaces_named":
            return NamespacesNamed(_key(_trees(node)[0]))
        case _:
            names = tuple(str(token) for token in _tokens(node) if token.type == "NAME")
            return OnlyNamespaceHas(names, _selector(_trees(node)[0]))


def speaks_of_pods(endpoint: Endpoint) -> bool:
    """Whether an endpoint is a set of pods, as `pod in A` of an assumption needs; a name counts until resolved."""
    match endpoint:
        case Block():
            return False
        case BuiltIn(name):
            return name == "any pod"
        case AnyOf(items):
            return all(speaks_of_pods(item) for item in items)
        case _:
            return True


def endpoints_of(node: Node, text: str) -> Endpoint:
    items = tuple(_endpoint(tree, text) for tree in _trees(node))
    return items[0] if len(items) == 1 else AnyOf(items)


def _extent(node: Node) -> tuple[int, int]:
    """The offsets of a node's first character and of the one after its last. Every node that is asked has tokens at
    both its ends."""
    first: Node | Token = node
    while not isinstance(first, str):
        first = first.children[0]
    last: Node | Token = node
    while not isinstance(last, str):
        last = last.children[-1]
    return _start(first), _start(last) + len(last)


def _endpoint(node: Node, text: str) -> Endpoint:
    first, last = _extent(node)
    tokens = _tokens(node)
    match node.data:
        case "name":
            return Name(_no_address(tokens[0]), None, first)
        case "group" | "namespace":
            return Name(str(tokens[1]), cast("Literal['group', 'namespace']", str(node.data)), first)
        case "pods":
            return Pods(str(tokens[0]), _selected(_trees(node)[0]), text[first:last], first)
        case "pods_of_namespaces":
            trees = _trees(node)
            selector = _selected(trees[1]) if len(trees) == 2 else None
            return Pods(_selector(trees[0]), selector, text[first:last], first)
        case "workload":
            namespace, kind, name = (str(token) for token in tokens if token.type == "NAME")
            return WorkloadRef(namespace, _KIND_WORDS.get(kind.lower(), kind.lower()), name, first)
        case "block":
            return Block(parse_block(str(tokens[0]), first))
        case _:
            word = "any pod" if len(tokens) == 2 else str(tokens[0])
            return BuiltIn(cast("Literal['any pod', 'internet', 'outside', 'nodes', 'anything']", word))


def _no_address(token: Token) -> str:
    if "." in token and token.replace(".", "").isdigit():
        raise SentenceError(
            f"'{token}' is no address and no name", _start(token), len(token), "an IPv4 address has four numbers"
        )
    return str(token)


def _selected(node: Node) -> LabelSelector:
    return _selector(_trees(node)[0] if node.data == "enclosed" else node)


def _selector(node: Node) -> LabelSelector:
    """AND of the requirements: those with `=` as matchLabels, in the order written."""
    labels: dict[str, str] = {}
    requirements: list[Requirement] = []
    for tree in _trees(node):
        key = _key(_trees(tree)[0])
        match tree.data:
            case "equal":
                value = _operand(_tokens(tree)[0])
                if key in labels:
                    first, last = _extent(tree)
                    raise SentenceError(
                        f"label '{key}' is asked for twice, and a comma without a space means AND",
                        first,
                        last - first,
                        f"write '{key} in ({labels[key]},{value})' for either value",
                    )
                labels[key] = value
            case "unequal":
                requirements.append(Requirement(key, "NotIn", (_operand(_tokens(tree)[0]),)))
            case "is_in":
                requirements.append(Requirement(key, "In", _values(_trees(tree)[1])))
            case "is_not_in":
                requirements.append(Requirement(key, "NotIn", _values(_trees(tree)[1])))
            case "does_not_exist":
                requirements.append(Requirement(key, "DoesNotExist"))
            case _:
                requirements.append(Requirement(key, "Exists"))
    return LabelSelector(tuple(labels.items()), tuple(requirements))


def _operand(token: Token) -> str:
    value = token.lstrip("!=")
    return _checked_value(value, _start(token) + len(token) - len(value))


def _values(node: Node) -> tuple[str, ...]:
    values = []
    for tree in _trees(node):
        tokens = _tokens(tree)
        values.append(_checked_value(str(tokens[0]), _start(tokens[0])) if tokens else "")
    return tuple(dict.fromkeys(values))


def _checked_value(value: str, offset: int) -> str:
    if fault := value_fault(value):
        raise SentenceError(fault, offset, len(value))
    return value


def _key(node: Node) -> str:
    key = "".join(_tokens(node))
    if fault := key_fault(key):
        raise SentenceError(fault, _extent(node)[0], len(key))
    return key


def ports_of(node: Node) -> Ports:
    return tuple(dict.fromkeys(_port(tree) for tree in _trees(node)))


def _port(node: Node) -> PortRange:
    tokens = _tokens(node)
    protocol = PROTOCOL_NUMBERS[str(tokens[0])]
    if len(tokens) == 1:
        return PortRange(protocol)
    written, offset = str(tokens[2]), _start(tokens[2])
    low, _, high = written.partition("-")
    numbers = [_port_number(low, offset)]
    numbers.append(_port_number(high, offset + len(low) + 1) if high else numbers[0])
    if numbers[0] > numbers[1]:
        raise SentenceError(
            f"the range '{written}' ends before it begins", offset, len(written), f"write '{high}-{low}'"
        )
    return PortRange(protocol, numbers[0], numbers[1])


def _port_number(digits: str, offset: int) -> int:
    if len(digits) > 5 or not 1 <= int(digits) <= 65535:
        raise SentenceError(f"'{digits}' is no port: ports are 1 to 65535", offset, len(digits))
    return int(digits)
