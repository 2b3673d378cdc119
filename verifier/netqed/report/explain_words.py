"""What a policy, a rule, a peer or a port says of an explained flow, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

from netqed.analysis.explain_ranges import range_words
from netqed.analysis.explain_values import (
    AddressRange,
    Answering,
    AtAddresses,
    Condition,
    Decider,
    Elsewhere,
    Explanation,
    NotSelecting,
    OnOneNode,
    OpenCase,
    PeerTried,
    PortsDecided,
    PortTried,
    RuleTried,
    Selecting,
)
from netqed.analysis.results import PROTOCOL_NAMES, Witness, WitnessEnd
from netqed.plugins.table import plugin
from netqed.plugins.words import answer_words, answers_words
from netqed.reference.flow import Direction, Reason, RuleMatch
from netqed.report.portability import listed
from netqed.report.words import bare_name, count, governed, other, peer_words, port_words, selector_words
from netqed.resources.objects import LabelSelector, NetworkPolicy
from netqed.sources.position import FieldPath

RANGES: Final = 6
"""Ranges of ports or addresses that a line names without --verbose."""


def place_words(policy: NetworkPolicy, path: FieldPath) -> str:
    """` (file:line:column)` of a field of the policy; nothing where it was not read from a file."""
    return f" ({policy.document.span(path).start})" if policy.document is not None else ""


def wanted(condition: Condition) -> str:
    """What a condition asks for: `app=web`, `tier in (a, b)`, `!app`."""
    item = condition.requirement
    if item.operator == "In" and len(item.values) == 1:
        return selector_words(LabelSelector(((item.key, item.values[0]),)))
    return selector_words(LabelSelector((), (item,)))


def has_words(condition: Condition) -> str:
    """What the labels have to it: `app=etl`, `no label tier`."""
    key = condition.requirement.key
    return f"no label {key}" if condition.value is None else f"{key}={condition.value}"


def failing_words(failing: Sequence[Condition], name: str) -> str:
    """`wants app=web, and etl has app=etl`; of several conditions all, in one clause each."""
    asks = ", ".join(wanted(one) for one in failing)
    has = ", ".join(dict.fromkeys(has_words(one) for one in failing))
    return f"wants {asks}; {name} has {has}"


def selecting_words(one: Selecting, name: str) -> str:
    """Why a policy selects a pod."""
    if not one.conditions:
        absent = "no podSelector" if one.policy.pod_selector is None else "empty"
        return f"{absent}, so it selects every pod of namespace {one.policy.namespace}"
    has = ", ".join(dict.fromkeys(has_words(condition) for condition in one.conditions))
    return f"selects {name}, which has {has}"


def not_selecting_words(one: NotSelecting, name: str, direction: Direction) -> str:
    """Why a policy of the pod's namespace does not isolate it."""
    where = f"{one.policy.key}{place_words(one.policy, ('spec', 'podSelector'))}"
    if not one.failing:
        speaks = "egress" if direction == "ingress" else "ingress"
        return f"{where} selects {name}, but for {speaks} only"
    return f"{where} {failing_words(one.failing, name)}"


def peer_labels(tried: PeerTried, policy: NetworkPolicy, end: WitnessEnd) -> Iterator[tuple[FieldPath, str]]:
    """What an item of `from` or `to` has to say of the other side, each part at the place to point at: both of its
    selectors where neither matches."""
    if tried.reason != "selectors":
        place = (*tried.path, "ipBlock", "except") if tried.reason == "excepted" else tried.path
        yield place, _peer_words(tried, policy, end)
        return
    for conditions, who in (
        (tried.namespace_conditions, f"namespace {end.namespace}"),
        (tried.pod_conditions, bare_name(end)),
    ):
        failing = [one for one in conditions if not one.holds]
        if failing:
            yield failing[0].path, f"does not match: {failing_words(failing, who)}"


def _peer_words(tried: PeerTried, policy: NetworkPolicy, end: WitnessEnd) -> str:
    name = bare_name(end)
    peer = tried.peer
    match tried.reason:
        case "matches" if peer.ip_block is not None:
            also = f"{end.address} of {name}" if end.address and end.address != name else name
            return f"matches {peer_words(peer, policy)}, so also {also}"
        case "matches":
            spaces = ", ".join(dict.fromkeys(has_words(one) for one in tried.namespace_conditions))
            pods = ", ".join(dict.fromkeys(has_words(one) for one in tried.pod_conditions))
            whose = [f"whose namespace has {spaces}"] if spaces else []
            whose += [f"which has {pods}"] if pods else []
            also = f", {' and '.join(whose)}" if whose else ""
            return f"matches {peer_words(peer, policy)}, so also {name}{also}"
        case "open":
            return f"matches if the address of {name}, which is not known, is {_in_block(tried)}"
        case "namespace":
            own = f"does not match: without namespaceSelector it speaks of {policy.namespace} only, and {name} is in "
            failing = ", ".join(has_words(one) for one in tried.failing)
            return f"{own}{end.namespace}{f', and has {failing}' if failing else ''}"
        case "selectors":
            return f"does not match: {failing_words(tried.failing, name)}"
        case "not-a-pod":
            how = "uses its node's network (hostNetwork)" if end.kind == "pod" else "is no pod"
            return f"does not match: selectors match pods, and {name} {how}"
        case "outside-block":
            return f"does not match: {end.address} is not in {peer.ip_block.cidr if peer.ip_block else ''}"
        case "excepted":
            block = peer.ip_block
            left_out = ", ".join(block.except_ or ()) if block is not None else ""
            return f"does not match: leaves out {left_out}, and so {end.address}"
        case "other-family":
            return "does not match: it speaks of the other IP family"
        case "unseen":
            return f"does not match: in this reading no ipBlock is compared with the address of {name}"
        case _ as never:
            assert_never(never)


def _in_block(tried: PeerTried) -> str:
    block = tried.peer.ip_block
    if block is None:
        return "known"
    left_out = f" but in none of {', '.join(block.except_)}" if block.except_ else ""
    return f"in {block.cidr}{left_out}"


def port_label(tried: PortTried, witness: Witness) -> str:
    """What an item of `ports` has to say of the flow's port."""
    words = port_words(tried.item)
    name = bare_name(witness.destination)
    numbers = ", ".join(map(str, tried.numbers))
    match tried.reason:
        case "matches":
            return f"matches {witness.traffic}" + (f" ({words} is port {numbers} of {name})" if tried.numbers else "")
        case "protocol" | "number":
            return f"is {words}, not {witness.traffic}"
        case "name":
            return f"{words} is port {numbers} of {name}, not {witness.port}"
        case "no-name":
            return f"{words} is a name that no container of {name} declares"
        case "any-port":
            return f"matches {witness.traffic}: {words} is a name, which is not looked up but stands for every port"
        case "unread":
            return f"{words} is a name, which is not looked up and stands for no port"
        case "unresolved":
            return f"{words} is a name, and {name} has none to look it up by"
        case "portless":
            return f"is {words}, and {witness.traffic} has no ports"
        case _ as never:
            assert_never(never)


def outcome_words(tried: RuleTried, deciding: RuleMatch | None, name: str, witness: Witness) -> str:
    """A rule and how it fares: `ingress rule 1 of policy a/b allows it: it decides`."""
    rule = f"{tried.direction} rule {tried.index + 1} of policy {tried.policy.key}"
    way = "from" if tried.direction == "ingress" else "to"
    if tried.matches:
        first = deciding is not None and (deciding.policy, deciding.rule) == (tried.policy, tried.index)
        return f"{rule} allows it" if first else f"{rule} allows it too"
    if tried.matches is None:
        return f"{rule} may allow it: that depends on the address of {name}, which is not known"
    if not tried.port_matches and tried.peer_matches is not False:
        return f"{rule} allows traffic {way} {name}, but not on {witness.traffic}"
    if tried.port_matches:
        return f"{rule} allows {witness.traffic}, but not {way} {name}"
    return f"{rule} allows neither {witness.traffic} nor traffic {way} {name}"


def direction_words(decider: RuleMatch | Reason | None, direction: Direction) -> str:
    """What decided one direction, in brief; nothing where there is nothing to say."""
    match decider:
        case None:
            return ""
        case RuleMatch():
            return f"{direction} rule {decider.rule + 1} of policy {decider.policy.key}"
        case "no-rule":
            return f"no {direction} rule matches"
        case "not-isolated":
            return f"nothing isolates {direction}"
        case "not-a-governed-pod":
            return f"{direction} is not governed"
        case "not-governed-protocol":
            return f"{direction} of this protocol is not governed"
        case "same-pod":
            return "a pod always reaches itself"
        case "own-node":
            return f"{direction} of a pod's own node always passes"
        case "rule":
            return f"a {direction} rule matches"
        case _ as never:
            assert_never(never)


def decider_words(decider: Decider) -> str:
    """What decided a flow: the rules that let it through, or the directions that deny it."""
    found: list[tuple[Direction, RuleMatch | Reason | None]] = [
        ("egress", decider.egress),
        ("ingress", decider.ingress),
    ]
    if decider.allowed is False:
        denying = [(direction, one) for direction, one in found if one == "no-rule"]
        return " and ".join(direction_words(one, direction) for direction, one in denying) or "denied in one direction"
    if decider.allowed is None:
        return "it depends on what is not known"
    rules = [direction_words(one, direction) for direction, one in found if isinstance(one, RuleMatch)]
    if rules:
        return " and ".join(rules)
    return "; ".join(text for direction, one in found if (text := direction_words(one, direction)))


def verdict_word(allowed: bool | None) -> str:
    """`allowed`, `denied` or `depends`."""
    return "depends" if allowed is None else "allowed" if allowed else "denied"


def ports_words(ranges: Iterable[PortsDecided], *, most: int | None) -> str:
    """`TCP/1-79, TCP/81-65535, UDP`; at most `most` ranges, and how many more there are."""
    texts = []
    for one in ranges:
        name = PROTOCOL_NAMES.get(one.protocol, f"protocol {one.protocol}")
        if one.last == 0 or (one.first, one.last) == (1, 65535):
            texts.append(name)
        else:
            texts.append(f"{name}/{one.first}" + (f"-{one.last}" if one.last > one.first else ""))
    return _listed(texts, most)


def addresses_words(ranges: Iterable[AddressRange], *, most: int | None) -> str:
    """`10.0.0.0/8, 192.0.2.1`; at most `most` ranges, and how many more there are."""
    return _listed([range_words(one) for one in ranges], most)


def _listed(texts: Sequence[str], most: int | None) -> str:
    if most is None or len(texts) <= most:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} and {count(len(texts) - most, 'more range')} (-v shows all)"


def case_words(case: OpenCase, witness: Witness, *, most: int | None) -> str:
    """When a case of what the input does not say is the one."""
    match case.when:
        case AtAddresses(side, ranges):
            end = witness.source if side == "source" else witness.destination
            return f"the address of {bare_name(end)} is in {addresses_words(ranges, most=most)}"
        case OnOneNode(same):
            return "both are on one node" if same else "they are on different nodes"
        case Answering(answers):
            return answers_words(answers)
        case _ as never:
            assert_never(never)


def elsewhere_words(one: Elsewhere, shown: bool) -> str:
    """On which plugins the flow has another verdict, or may have, and what that turns on."""
    names = listed([plugin(name).title for name in one.plugins])
    if one.allowed is not None:
        turns_on = answers_words(one.turns_on)
        return f"{verdict_word(one.allowed)} on {names}{f': {turns_on}' if turns_on else ''}"
    ways = ", or ".join(answer_words(matter, yes) for matter, yes in one.turns_on)
    where = f" where {ways}" if ways else " if it decides otherwise what the API leaves to it"
    return f"not verified on {names}: {verdict_word(not shown)}{where}"


def without_words(explanation: Explanation, direction: Direction) -> str | None:
    """What would decide a direction if what did were not there."""
    explained = explanation.ingress if direction == "ingress" else explanation.egress
    if explained.deciding is not None:
        rule = f"{direction} rule {explained.deciding.rule + 1} of {explained.deciding.policy.key}"
        if explained.also:
            rest = len(explained.also) - 1
            more = f" and {count(rest, 'other')}" if rest else ""
            second = direction_words(explained.also[0], direction)
            return f"without {rule}, {second}{more} would still allow it: rules only ever add"
        return f"without {rule}, no rule would match and {direction} would be denied"
    if explained.decision.reason != "no-rule":
        return None
    name = bare_name(governed(explanation.witness, direction))
    if len(explained.selecting) == 1:
        key = explained.selecting[0].policy.key
        return f"without policy {key}, nothing would isolate {name} for {direction}, and it would be allowed"
    number = len(explained.selecting)
    return f"each of the {number} policies that isolate {name} for {direction} denies what no rule allows"


def other_name(witness: Witness, direction: Direction) -> str:
    """The name of the side that a direction's peers match."""
    return bare_name(other(witness, direction))
