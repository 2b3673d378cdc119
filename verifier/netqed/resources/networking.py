"""networking.k8s.io: NetworkPolicy, every field as written, validated as the API server validates it (A9).

Unknown fields are problems at every level: a lenient reader would drop a `podSelector` with the wrong indent and be
left with a rule that allows everything (A9, fact 60).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from netqed.resources.addresses import Block, parse_block
from netqed.resources.check import Check, quoted
from netqed.resources.metadata import OBJECT_META_FIELDS
from netqed.resources.objects import IPBlock, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule
from netqed.resources.selectors import read_selector
from netqed.resources.syntax import PROTOCOLS, port_name_fault
from netqed.sources.position import FieldPath

Item = TypeVar("Item")

POLICY_TYPES: Final = ("Ingress", "Egress")
# `status` was served by a few releases and is printed by their dumps; it never had a meaning (A1, fact 50).
_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
_SPEC_FIELDS: Final = ("podSelector", "policyTypes", "ingress", "egress")
_PEERS_OF: Final = {"ingress": "from", "egress": "to"}
_PEER_FIELDS: Final = ("podSelector", "namespaceSelector", "ipBlock")
_PORT_FIELDS: Final = ("protocol", "port", "endPort")
_BLOCK_FIELDS: Final = ("cidr", "except")


def _misplaced(names: tuple[str, ...], where: str) -> dict[str, str]:
    return dict.fromkeys(names, f"it belongs {where}: check the indentation")


_HINTS: Final = _misplaced(_SPEC_FIELDS, "under spec")
_SPEC_HINTS: Final = {
    **_misplaced(("namespaceSelector", "ipBlock"), "in an item of from or to"),
    **_misplaced(("from", "ports"), "in an item of ingress"),
    **_misplaced(("to",), "in an item of egress"),
    **_misplaced(("matchLabels", "matchExpressions"), "under podSelector"),
}
_PEER_HINTS: Final = {
    **_misplaced(("matchLabels", "matchExpressions"), "under podSelector or namespaceSelector"),
    **_misplaced(("cidr", "except"), "under ipBlock"),
    **_misplaced(("ports", "port", "protocol", "endPort"), "under ports, beside from or to"),
}
_PORT_HINTS: Final = _misplaced(("from", "to", *_PEER_FIELDS), "beside ports, or in an item of from or to")


def read_network_policy(check: Check) -> NetworkPolicy:
    """The policy as written. Without `spec` it selects every pod of its namespace and isolates ingress: the field is
    optional and all of its parts default (A2, facts 8 and 9), so it is accepted, with a note."""
    check.only_fields(check.data, (), _FIELDS, _HINTS)
    check.only_fields(check.metadata, ("metadata",), OBJECT_META_FIELDS, _HINTS)
    check.labels(check.metadata.get("labels"), ("metadata", "labels"))
    annotations: FieldPath = ("metadata", "annotations")
    for key, value in (check.mapping(check.metadata.get("annotations"), annotations) or {}).items():
        check.text(value, (*annotations, key))
    path: FieldPath = ("spec",)
    spec = check.mapping(check.data.get("spec"), path)
    if spec is None:
        if check.data.get("spec") is None:
            check.note(path, "absent, so the policy selects every pod of its namespace and allows no ingress")
        spec = {}
    check.only_fields(spec, path, _SPEC_FIELDS, _SPEC_HINTS)
    return NetworkPolicy(
        namespace=check.namespace,
        name=check.name,
        pod_selector=read_selector(check, spec.get("podSelector"), (*path, "podSelector")),
        policy_types=_read_policy_types(check, spec.get("policyTypes"), (*path, "policyTypes")),
        ingress=_read_rules(check, spec.get("ingress"), path, "ingress"),
        egress=_read_rules(check, spec.get("egress"), path, "egress"),
        document=check.document,
    )


def _read_policy_types(check: Check, value: Any, path: FieldPath) -> tuple[str, ...] | None:
    """At most two of Ingress and Egress; the same one twice passes (A9, fact 59)."""
    found = check.sequence(value, path)
    if found is None:
        return None
    if len(found) > 2:
        check.fault(path, f"{len(found)} items; expected at most 2")
    types: list[str] = []
    for index, item in enumerate(found):
        place = (*path, index)
        if item is None:
            check.fault(place, "expected Ingress or Egress, found null")
        elif (text := check.text(item, place)) is not None:
            check.one_of(text, place, POLICY_TYPES)
            types.append(text)
    return tuple(types)


def _read_rules(check: Check, value: Any, spec: FieldPath, direction: str) -> tuple[PolicyRule, ...] | None:
    path = (*spec, direction)
    found = check.sequence(value, path)
    if found is None:
        return None
    peers_field = _PEERS_OF[direction]
    wrong = "to" if peers_field == "from" else "from"
    hints = {
        **_misplaced(_PEER_FIELDS, f"in an item of {peers_field}"),
        **_misplaced(("port", "protocol", "endPort"), "in an item of ports"),
        **_misplaced(("policyTypes", "ingress", "egress"), "under spec"),
        **_misplaced(("matchLabels", "matchExpressions"), "under a selector"),
        **_misplaced(("cidr", "except"), "under ipBlock"),
        wrong: f"a rule of {direction} has {peers_field}, not {wrong}",
    }
    rules: list[PolicyRule] = []
    for index, item in enumerate(found):
        place = (*path, index)
        rule = check.mapping(item, place)
        if rule is None:
            if item is None:
                # The API server decodes a null item to the zero value, which is `{}` (A2, fact 11).
                check.note(place, "the rule is empty (null), so it allows everything in its direction")
            rules.append(PolicyRule())
            continue
        check.only_fields(rule, place, (peers_field, "ports"), hints)
        rules.append(
            PolicyRule(
                peers=_read_items(check, rule.get(peers_field), (*place, peers_field), _read_peer),
                ports=_read_items(check, rule.get("ports"), (*place, "ports"), _read_port),
            )
        )
    return tuple(rules)


def _read_items(
    check: Check, value: Any, path: FieldPath, read: Callable[[Check, Any, FieldPath], Item]
) -> tuple[Item, ...] | None:
    """The items of a list, each read by `read`; None if the list is absent or null, () if it is empty."""
    found = check.sequence(value, path)
    if found is None:
        return None
    return tuple(read(check, item, (*path, index)) for index, item in enumerate(found))


def _read_peer(check: Check, value: Any, path: FieldPath) -> PolicyPeer:
    """At least one field, and ipBlock alone (A9, fact 55); null is a field that is not there (A3, fact 22)."""
    found = check.mapping(value, path)
    if found is None and value is not None:
        return PolicyPeer()
    found = found or {}
    check.only_fields(found, path, _PEER_FIELDS, _PEER_HINTS)
    set_fields = [name for name in _PEER_FIELDS if found.get(name) is not None]
    if not set_fields:
        hint = "write {} for a selector of everything" if any(name in found for name in _PEER_FIELDS) else None
        check.fault(path, "the peer names nothing; expected podSelector, namespaceSelector or ipBlock", hint)
    elif "ipBlock" in set_fields and len(set_fields) > 1:
        others = " and ".join(name for name in set_fields if name != "ipBlock")
        check.fault(
            (*path, "ipBlock"),
            f"ipBlock stands beside {others}; expected ipBlock alone in its item",
            "make it an item of its own: the items of a list are alternatives",
        )
    return PolicyPeer(
        pod_selector=read_selector(check, found.get("podSelector"), (*path, "podSelector")),
        namespace_selector=read_selector(check, found.get("namespaceSelector"), (*path, "namespaceSelector")),
        ip_block=_read_block(check, found.get("ipBlock"), (*path, "ipBlock")),
    )


def _read_block(check: Check, value: Any, path: FieldPath) -> IPBlock | None:
    """An address block, as written unless it was written oddly: then masked, with a note (A9, facts 56 and 57)."""
    found = check.mapping(value, path)
    if found is None:
        return None
    check.only_fields(found, path, _BLOCK_FIELDS, _misplaced(_PEER_FIELDS, "beside this ipBlock, in another item"))
    written = check.text(found.get("cidr"), (*path, "cidr"))
    outer: Block | None = None
    if written:
        outer = _parse(check, written, (*path, "cidr"))
    elif found.get("cidr") in (None, ""):
        place = (*path, "cidr") if "cidr" in found else path
        check.fault(place, "cidr is missing or empty; expected a block such as 10.0.0.0/8")
    excepted = check.sequence(found.get("except"), (*path, "except"))
    inner_texts: list[str] = []
    for index, item in enumerate(excepted or ()):
        place = (*path, "except", index)
        text = "" if item is None else check.text(item, place)
        inner = _parse(check, text, place) if text is not None else None
        if text is None or inner is None:
            continue
        inner_texts.append(_as_text(text, inner))
        if outer is not None and not outer.strictly_contains(inner):
            check.fault(
                place, f"{inner.network} does not lie strictly inside {outer.network}; expected a smaller block of it"
            )
    return IPBlock(
        cidr=_as_text(written, outer) if written and outer is not None else "",
        except_=None if excepted is None else tuple(inner_texts),
    )


def _parse(check: Check, text: str, path: FieldPath) -> Block | None:
    block = parse_block(text)
    if block is None:
        hint = None
        if "/" not in text and (whole := parse_block(f"{text}/32") or parse_block(f"{text}/128")) is not None:
            hint = f"for one address write {text}/{whole.network.max_prefixlen}"
        check.fault(path, f"{quoted(text)} is no CIDR; expected a block such as 10.0.0.0/8 or fd00::/8", hint)
        return None
    if block.oddities:
        check.note(path, f"{text} has {' and '.join(block.oddities)}; it is read as {block.network}")
    return block


def _as_text(written: str, block: Block) -> str:
    return str(block.network) if block.oddities else written


def _read_port(check: Check, value: Any, path: FieldPath) -> PolicyPort:
    """A port as written (A9, facts 53 and 54). `{}`, and null, which decodes to it, is all of TCP (A2, fact 14)."""
    found = check.mapping(value, path) or {}
    check.only_fields(found, path, _PORT_FIELDS, _PORT_HINTS)
    protocol = check.text(found.get("protocol"), (*path, "protocol"))
    if protocol is not None:
        check.one_of(protocol, (*path, "protocol"), PROTOCOLS)
    port = read_port(check, found.get("port"), (*path, "port"))
    end_path = (*path, "endPort")
    end = check.number(found.get("endPort"), end_path)
    if end is not None:
        if found.get("port") is None:
            check.fault(end_path, "endPort without port; expected a numeric port beside it")
        elif isinstance(port, str):
            check.fault(end_path, f"endPort beside the named port {quoted(port)}; expected a numeric port")
        elif not 1 <= end <= 65535:
            check.port_number(end, end_path)
        elif port is not None and end < port:
            check.fault(end_path, f"endPort {end} is below port {port}; expected at least {port}")
    return PolicyPort(protocol=protocol, port=port, end_port=end)


def read_port(check: Check, value: Any, path: FieldPath) -> int | str | None:
    """A port number or a port name, None if absent or null; a quoted number is a name, and no good one (fact 16)."""
    if isinstance(value, str):
        if (fault := port_name_fault(value)) is not None:
            check.fault(path, f"{quoted(value)} {fault}")
        return value
    number = check.number(value, path)
    if number is not None:
        check.port_number(number, path)
    return number
