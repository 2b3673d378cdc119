"""Values printed back as the sentences that say them: parsing what is printed gives the value again."""

from __future__ import annotations

from typing import Final

from netqed.resources.objects import LabelSelector, Requirement
from netqed.spec.faults import RESERVED
from netqed.spec.meaning import PROTOCOL_NUMBERS
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

_PROTOCOL_WORDS: Final = {number: word for word, number in PROTOCOL_NUMBERS.items()}


def render_invariant(invariant: Invariant) -> str:
    """Return the sentence of an invariant."""
    match invariant:
        case CannotReach(source, destination):
            said = f"{render_endpoint(source)} cannot reach {render_endpoint(destination)}"
        case CanReach(source, destination):
            said = f"{render_endpoint(source)} can reach {render_endpoint(destination)}"
        case OnlyCanReach(source, destination):
            said = f"only {render_endpoint(source)} can reach {render_endpoint(destination)}"
        case Isolated(inside, None):
            said = f"{render_endpoint(inside)} is isolated"
        case Isolated(inside, outside) if outside is not None:
            said = f"{render_endpoint(inside)} is isolated from {render_endpoint(outside)}"
        case NoOtherNamespace():
            said = "no pod can reach a pod of another namespace"
        case NoOtherValue(key, of):
            whose = "namespace label" if of == "namespace" else "label"
            said = f"no pod can reach a pod with another value of {whose} {key}"
    if invariant.ports:
        said += f" on {render_ports(invariant.ports)}"
    if invariant.exceptions:
        said += f" except {' and '.join(_exception(one) for one in invariant.exceptions)}"
    return said


def _exception(exception: Exception_) -> str:
    parts = []
    if exception.either is not None:
        parts.append(render_endpoint(exception.either))
    if exception.source is not None:
        parts.append(f"from {render_endpoint(exception.source)}")
    if exception.destination is not None:
        parts.append(f"to {render_endpoint(exception.destination)}")
    if exception.ports:
        parts.append(f"on {render_ports(exception.ports)}")
    return " ".join(parts)


def render_assumption(assumption: Assumption) -> str:
    """Return the sentence of an assumption."""
    match assumption:
        case NoPodHas(where, labels):
            return f"no pod in {render_endpoint(where)} has {render_selector(labels)}"
        case EveryPodHas(where, labels):
            return f"every pod in {render_endpoint(where)} has {render_selector(labels)}"
        case NoOtherNamespaces():
            return "no other namespaces"
        case NamespacesNamed(key):
            return f"every namespace has label {key} with its own name"
        case OnlyNamespaceHas(namespaces, labels):
            return f"only {', '.join(namespaces)} {'has' if len(namespaces) == 1 else 'have'} {render_selector(labels)}"


def render_endpoint(endpoint: Endpoint) -> str:
    """Return an endpoint as a sentence writes it; of a group that was resolved, its name."""
    match endpoint:
        case Name(name, None):
            return name
        case Name(name, kind):
            return f"{kind} {name}"
        case Pods(str(namespace), None):
            return f"namespace {namespace}" if namespace in RESERVED else namespace
        case Pods(str(namespace), LabelSelector() as selector):
            return f"{namespace}/{_selected(selector)}"
        case Pods(LabelSelector() as namespaces, None):
            return f"ns({render_selector(namespaces)})"
        case Pods(LabelSelector() as namespaces, LabelSelector() as selector):
            return f"ns({render_selector(namespaces)})/{_selected(selector)}"
        case WorkloadRef(namespace, kind, name):
            return f"{namespace}/{kind}/{name}"
        case Block(network):
            alone = network.prefixlen == network.max_prefixlen
            return str(network.network_address) if alone else str(network)
        case BuiltIn(name):
            return name
        case AnyOf(items, None):
            return ", ".join(render_endpoint(item) for item in items)
        case AnyOf(_, str(name)):
            return f"group {name}" if name in RESERVED else name
        case _:
            raise TypeError(f"no endpoint: {endpoint!r}")


def render_selector(selector: LabelSelector) -> str:
    """Return a label selector in kubectl's syntax; the empty selector, which no sentence can say, as ''."""
    parts = [f"{key}={value}" for key, value in selector.match_labels]
    return ",".join([*parts, *(_requirement(one) for one in selector.match_expressions)])


def _selected(selector: LabelSelector) -> str:
    """After a slash, a bare key stands in parentheses."""
    written = render_selector(selector)
    bare = any(one.operator == "Exists" for one in selector.match_expressions)
    return f"({written})" if bare else written


def _requirement(requirement: Requirement) -> str:
    match requirement.operator:
        case "Exists":
            return requirement.key
        case "DoesNotExist":
            return f"!{requirement.key}"
        case "NotIn" if len(requirement.values) == 1:
            return f"{requirement.key}!={requirement.values[0]}"
        case "NotIn":
            return f"{requirement.key} notin ({','.join(requirement.values)})"
        case "In":
            return f"{requirement.key} in ({','.join(requirement.values)})"


def render_ports(ports: Ports) -> str:
    """Return PORTS as a sentence writes them; '' for the empty tuple."""
    return ", ".join(_port(one) for one in ports)


def _port(port: PortRange) -> str:
    word = _PROTOCOL_WORDS[port.protocol]
    if port.first is None or port.last is None:
        return word
    return f"{word}/{port.first}" if port.first == port.last else f"{word}/{port.first}-{port.last}"
