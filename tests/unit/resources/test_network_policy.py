"""NetworkPolicy: every field as written, and every rule of the API server's validation."""

from __future__ import annotations

from typing import Any

import pytest

from netqed.resources.objects import IPBlock, LabelSelector, PolicyPeer, PolicyPort, PolicyRule, Requirement
from support.manifests import (
    load_all,
    load_policy,
    manifest,
    messages_of,
    peer_problems,
    policy,
    port_problems,
    problems_of,
    rule_messages,
)

FROM = "spec.ingress[0].from[0]"
PORT = "spec.ingress[0].ports[0]"


# As written: absent, null and empty


@pytest.mark.parametrize(
    ("spec", "field", "expected"),
    [
        ({}, "pod_selector", None),
        ({"podSelector": None}, "pod_selector", None),
        ({"podSelector": {}}, "pod_selector", LabelSelector()),
        ({"podSelector": {"matchLabels": None}}, "pod_selector", LabelSelector()),
        ({}, "policy_types", None),
        ({"policyTypes": []}, "policy_types", ()),
        ({"policyTypes": ["Egress", "Ingress"]}, "policy_types", ("Egress", "Ingress")),
        ({"policyTypes": ["Ingress", "Ingress"]}, "policy_types", ("Ingress", "Ingress")),
        ({}, "ingress", None),
        ({"ingress": None}, "ingress", None),
        ({"ingress": []}, "ingress", ()),
        ({"ingress": [{}]}, "ingress", (PolicyRule(None, None),)),
        ({"ingress": [None]}, "ingress", (PolicyRule(None, None),)),
        ({"ingress": [{"from": None, "ports": None}]}, "ingress", (PolicyRule(None, None),)),
        ({"ingress": [{"from": [], "ports": []}]}, "ingress", (PolicyRule((), ()),)),
        ({"egress": [{"to": [], "ports": [{}]}]}, "egress", (PolicyRule((), (PolicyPort(),)),)),
        ({"egress": [{"ports": [None]}]}, "egress", (PolicyRule(None, (PolicyPort(),)),)),
    ],
)
def test_absent_null_and_empty_stay_apart(spec: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(load_policy(**spec), field) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({"podSelector": {}}, PolicyPeer(pod_selector=LabelSelector())),
        ({"podSelector": {}, "namespaceSelector": None}, PolicyPeer(pod_selector=LabelSelector())),
        ({"podSelector": {}, "namespaceSelector": {}}, PolicyPeer(LabelSelector(), LabelSelector())),
        ({"ipBlock": {"cidr": "10.0.0.0/8"}}, PolicyPeer(ip_block=IPBlock("10.0.0.0/8"))),
        ({"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}, PolicyPeer(ip_block=IPBlock("10.0.0.0/8", ()))),
        (
            {"ipBlock": {"cidr": "fd00::/8", "except": ["fd00:1::/32"]}, "podSelector": None},
            PolicyPeer(ip_block=IPBlock("fd00::/8", ("fd00:1::/32",))),
        ),
    ],
)
def test_peers_as_written(peer: dict[str, Any], expected: PolicyPeer) -> None:
    (rule,) = load_policy(ingress=[{"from": [peer]}]).ingress or ()
    assert rule.peers == (expected,)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"port": 80}, PolicyPort(port=80)),
        ({"port": 80.0}, PolicyPort(port=80)),
        ({"port": "http", "protocol": "UDP"}, PolicyPort("UDP", "http")),
        ({"protocol": "SCTP"}, PolicyPort("SCTP")),
        ({"port": 1, "endPort": 1}, PolicyPort(None, 1, 1)),
        ({"port": 1, "endPort": 65535}, PolicyPort(None, 1, 65535)),
        ({"port": None, "endPort": None, "protocol": None}, PolicyPort()),
    ],
)
def test_ports_as_written(port: dict[str, Any], expected: PolicyPort) -> None:
    (rule,) = load_policy(egress=[{"ports": [port]}]).egress or ()
    assert rule.ports == (expected,)


def test_selectors_as_written() -> None:
    loaded = load_policy(
        podSelector={
            "matchLabels": {"b": "2", "a": ""},
            "matchExpressions": [
                {"key": "x", "operator": "NotIn", "values": ["1", ""]},
                {"key": "y", "operator": "Exists", "values": []},
                {"key": "z", "operator": "DoesNotExist"},
            ],
        }
    )
    assert loaded.pod_selector == LabelSelector(
        (("a", ""), ("b", "2")),
        (Requirement("x", "NotIn", ("1", "")), Requirement("y", "Exists"), Requirement("z", "DoesNotExist")),
    )


def test_without_spec_every_pod_is_selected_and_that_is_noted() -> None:
    cluster = load_all(manifest("networking.k8s.io/v1", "NetworkPolicy", "bare"))
    (loaded,) = cluster.policies
    assert (loaded.pod_selector, loaded.policy_types, loaded.ingress, loaded.egress) == (None, None, None, None)
    (note,) = cluster.notes
    assert note.text == (
        "NetworkPolicy web/bare: spec: absent, so the policy selects every pod of its namespace and allows no ingress"
    )


def test_an_empty_rule_that_is_null_is_noted() -> None:
    (note,) = load_all(policy(ingress=[None])).notes
    assert "the rule is empty (null), so it allows everything in its direction" in note.text


def test_fields_that_older_servers_print_are_accepted() -> None:
    dumped = policy(podSelector={}) | {"status": {}}
    dumped["metadata"] |= {"creationTimestamp": None, "generation": 1, "managedFields": [], "annotations": {"a": "b"}}
    assert load_all(dumped).policies


# Unknown fields (A9, fact 60)


def test_an_unknown_field_has_place_object_suggestion_and_line() -> None:
    (problem,) = problems_of(policy(podSelector={}, ingres=[]))
    assert problem.message == (
        'spec.ingres: unknown field "ingres"; expected one of egress, ingress, podSelector, policyTypes'
    )
    assert problem.hint == 'did you mean "ingress"?'
    assert problem.object == "NetworkPolicy web/p"
    assert (problem.position is not None) and problem.position.line == 9
    assert problem.line_text == "line 9"


@pytest.mark.parametrize(
    ("spec", "path", "hint"),
    [
        ({"podselector": {}}, "spec.podselector", 'did you mean "podSelector"?'),
        ({"namespaceSelector": {}}, "spec.namespaceSelector", "it belongs in an item of from or to"),
        ({"from": []}, "spec.from", "it belongs in an item of ingress"),
        ({"podSelector": {"app": "a"}}, "spec.podSelector.app", "write matchLabels: {app: …}"),
        ({"ingress": [{"podSelector": {}}]}, "spec.ingress[0].podSelector", "it belongs in an item of from"),
        ({"egress": [{"podSelector": {}}]}, "spec.egress[0].podSelector", "it belongs in an item of to"),
        ({"ingress": [{"to": []}]}, "spec.ingress[0].to", "a rule of ingress has from, not to"),
        ({"egress": [{"from": []}]}, "spec.egress[0].from", "a rule of egress has to, not from"),
        ({"ingress": [{"port": 80}]}, "spec.ingress[0].port", "it belongs in an item of ports"),
        (
            {"ingress": [{"from": [{"podSelector": {}, "matchLabels": {}}]}]},
            f"{FROM}.matchLabels",
            "it belongs under podSelector or namespaceSelector",
        ),
        (
            {"ingress": [{"from": [{"podSelector": {"namespaceSelector": {}}}]}]},
            f"{FROM}.podSelector.namespaceSelector",
            "it belongs beside this selector",
        ),
        ({"ingress": [{"ports": [{"ports": 80}]}]}, f"{PORT}.ports", 'did you mean "port"?'),
        ({"ingress": [{"ports": [{"endport": 80, "port": 8}]}]}, f"{PORT}.endport", 'did you mean "endPort"?'),
        (
            {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "excep": []}}]}]},
            f"{FROM}.ipBlock.excep",
            'did you mean "except"?',
        ),
        (
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "value": "x"}]}},
            "spec.podSelector.matchExpressions[0].value",
            'did you mean "values"?',
        ),
    ],
)
def test_unknown_fields_at_every_level(spec: dict[str, Any], path: str, hint: str) -> None:
    problems = problems_of(policy(**spec))
    matching = [problem for problem in problems if problem.message.startswith(f"{path}: unknown field")]
    assert len(matching) == 1, problems
    assert hint in (matching[0].hint or "")


def test_unknown_fields_beside_spec_and_in_metadata() -> None:
    stray = policy() | {"podSelector": {}, "extra": 1}
    stray["metadata"]["label"] = {}
    messages = [(problem.message.partition(";")[0], problem.hint) for problem in problems_of(stray)]
    assert messages == [
        ('metadata.label: unknown field "label"', 'did you mean "labels"?'),
        ('podSelector: unknown field "podSelector"', "it belongs under spec: check the indentation"),
        ('extra: unknown field "extra"', None),
    ]


# Types


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"podSelector": []}, "spec.podSelector: expected a mapping, found a list"),
        ({"podSelector": "all"}, 'spec.podSelector: expected a mapping, found the text "all"'),
        ({"policyTypes": "Ingress"}, 'spec.policyTypes: expected a list, found the text "Ingress"'),
        ({"policyTypes": [None]}, "spec.policyTypes[0]: expected Ingress or Egress, found null"),
        ({"policyTypes": [1]}, "spec.policyTypes[0]: expected a string, found the number 1"),
        ({"ingress": {}}, "spec.ingress: expected a list, found a mapping"),
        ({"ingress": ["all"]}, 'spec.ingress[0]: expected a mapping, found the text "all"'),
        ({"ingress": [{"from": {}}]}, "spec.ingress[0].from: expected a list, found a mapping"),
        ({"ingress": [{"from": [[]]}]}, f"{FROM}: expected a mapping, found a list"),
        ({"ingress": [{"ports": 80}]}, "spec.ingress[0].ports: expected a list, found the number 80"),
        ({"ingress": [{"ports": [80]}]}, f"{PORT}: expected a mapping, found the number 80"),
        ({"ingress": [{"ports": [{"port": True}]}]}, f"{PORT}.port: expected a number, found the boolean true"),
        ({"ingress": [{"ports": [{"port": 80.5}]}]}, f"{PORT}.port: expected a number, found the number 80.5"),
        ({"ingress": [{"ports": [{"protocol": 6}]}]}, f"{PORT}.protocol: expected a string, found the number 6"),
        (
            {"podSelector": {"matchLabels": {"on": True}}},
            "spec.podSelector.matchLabels.on: expected a string, found the boolean true",
        ),
        (
            {"podSelector": {"matchLabels": {"v": 1}}},
            "spec.podSelector.matchLabels.v: expected a string, found the number 1",
        ),
        (
            {"podSelector": {"matchLabels": {"v": None}}},
            "spec.podSelector.matchLabels.v: expected a string, found null",
        ),
        (
            {"podSelector": {"matchLabels": ["a"]}},
            "spec.podSelector.matchLabels: expected a mapping, found a list",
        ),
    ],
)
def test_wrong_types(spec: dict[str, Any], message: str) -> None:
    assert messages_of(policy(**spec)) == [message]


def test_a_label_value_that_is_no_string_says_to_quote_it() -> None:
    (problem,) = problems_of(policy(podSelector={"matchLabels": {"on": True}}))
    assert problem.hint == "put it in quotes"


# Ports (A9, facts 53 and 54)


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ({"port": "80"}, f'{PORT}.port: "80" is a quoted number: write port: 80 without quotes'),
        ({"port": 0}, f"{PORT}.port: 0 is no port; expected 1 to 65535"),
        ({"port": 65536}, f"{PORT}.port: 65536 is no port; expected 1 to 65535"),
        ({"port": -1}, f"{PORT}.port: -1 is no port; expected 1 to 65535"),
        ({"port": ""}, f'{PORT}.port: "" is empty; expected a port number or a port name'),
        (
            {"port": "http-"},
            f"{PORT}.port: \"http-\" is no port name: '-' may stand only singly, between other characters",
        ),
        ({"protocol": "tcp"}, f'{PORT}.protocol: "tcp" is not valid; expected TCP, UDP or SCTP'),
        ({"protocol": "ICMP"}, f'{PORT}.protocol: "ICMP" is not valid; expected TCP, UDP or SCTP'),
        ({"protocol": ""}, f'{PORT}.protocol: "" is not valid; expected TCP, UDP or SCTP'),
        ({"endPort": 90}, f"{PORT}.endPort: endPort without port; expected a numeric port beside it"),
        (
            {"port": "http", "endPort": 90},
            f'{PORT}.endPort: endPort beside the named port "http"; expected a numeric port',
        ),
        ({"port": 90, "endPort": 89}, f"{PORT}.endPort: endPort 89 is below port 90; expected at least 90"),
        ({"port": 90, "endPort": 65536}, f"{PORT}.endPort: 65536 is no port; expected 1 to 65535"),
        ({"port": 90, "endPort": 0}, f"{PORT}.endPort: 0 is no port; expected 1 to 65535"),
        ({"port": 90, "endPort": "99"}, f'{PORT}.endPort: expected a number, found the text "99"'),
    ],
)
def test_bad_ports(port: dict[str, Any], message: str) -> None:
    assert [problem.message for problem in port_problems(port)] == [message]


def test_a_protocol_in_lower_case_is_suggested_in_upper_case() -> None:
    (problem,) = port_problems({"protocol": "udp"})
    assert problem.hint == 'did you mean "UDP"?'


# Peers (A9, facts 55 to 57)


@pytest.mark.parametrize("peer", [{}, None, {"podSelector": None}, {"namespaceSelector": None, "ipBlock": None}])
def test_a_peer_must_name_something(peer: Any) -> None:
    (problem,) = peer_problems(peer)
    assert problem.message == (f"{FROM}: the peer names nothing; expected podSelector, namespaceSelector or ipBlock")
    assert problem.hint == ("write {} for a selector of everything" if peer else None)


@pytest.mark.parametrize(
    ("selectors", "named"),
    [
        ({"podSelector": {}}, "podSelector"),
        ({"namespaceSelector": {}}, "namespaceSelector"),
        ({"podSelector": {}, "namespaceSelector": {}}, "podSelector and namespaceSelector"),
    ],
)
def test_an_ip_block_stands_alone(selectors: dict[str, Any], named: str) -> None:
    (problem,) = peer_problems({"ipBlock": {"cidr": "10.0.0.0/8"}} | selectors)
    assert problem.message == f"{FROM}.ipBlock: ipBlock stands beside {named}; expected ipBlock alone in its item"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({}, f"{FROM}.ipBlock: cidr is missing or empty; expected a block such as 10.0.0.0/8"),
        ({"cidr": ""}, f"{FROM}.ipBlock.cidr: cidr is missing or empty; expected a block such as 10.0.0.0/8"),
        ({"cidr": 10}, f"{FROM}.ipBlock.cidr: expected a string, found the number 10"),
        (
            {"cidr": "10.0.0.1"},
            f'{FROM}.ipBlock.cidr: "10.0.0.1" is no CIDR; expected a block such as 10.0.0.0/8 or fd00::/8',
        ),
        (
            {"cidr": "10.0.0.0/8", "except": [""]},
            f'{FROM}.ipBlock.except[0]: "" is no CIDR; expected a block such as 10.0.0.0/8 or fd00::/8',
        ),
        (
            {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]},
            f"{FROM}.ipBlock.except[0]: 10.0.0.0/8 does not lie strictly inside 10.0.0.0/8; "
            "expected a smaller block of it",
        ),
        (
            {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "11.0.0.0/16"]},
            f"{FROM}.ipBlock.except[1]: 11.0.0.0/16 does not lie strictly inside 10.0.0.0/8; "
            "expected a smaller block of it",
        ),
        (
            {"cidr": "0.0.0.0/0", "except": ["fd00::/8"]},
            f"{FROM}.ipBlock.except[0]: fd00::/8 does not lie strictly inside 0.0.0.0/0; "
            "expected a smaller block of it",
        ),
    ],
)
def test_bad_blocks(block: dict[str, Any], message: str) -> None:
    assert [problem.message for problem in peer_problems({"ipBlock": block})] == [message]


def test_an_address_is_offered_as_a_block() -> None:
    assert [p.hint for p in peer_problems({"ipBlock": {"cidr": "10.0.0.1"}})] == ["for one address write 10.0.0.1/32"]
    assert [p.hint for p in peer_problems({"ipBlock": {"cidr": "fd00::1"}})] == ["for one address write fd00::1/128"]


@pytest.mark.parametrize(
    ("written", "read", "oddity"),
    [
        ("10.1.2.3/8", "10.0.0.0/8", "bits set beyond its prefix"),
        ("010.0.0.0/8", "10.0.0.0/8", "leading zeros"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8", "an IPv4-mapped IPv6 address"),
    ],
)
def test_odd_blocks_are_masked_and_noted(written: str, read: str, oddity: str) -> None:
    cluster = load_all(policy(ingress=[{"from": [{"ipBlock": {"cidr": written}}]}]))
    (rule,) = cluster.policies[0].ingress or ()
    assert rule.peers == (PolicyPeer(ip_block=IPBlock(read)),)
    (note,) = cluster.notes
    assert note.text == f"NetworkPolicy web/p: {FROM}.ipBlock.cidr: {written} has {oddity}; it is read as {read}"


def test_except_is_held_against_the_masked_block() -> None:
    (problem,) = peer_problems({"ipBlock": {"cidr": "10.1.2.3/16", "except": ["10.1.0.0/16"]}})
    assert "10.1.0.0/16 does not lie strictly inside 10.1.0.0/16" in problem.message


# Selectors (A9, fact 58) and policyTypes (fact 59)

EXPRESSION = "spec.podSelector.matchExpressions[0]"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (None, f"{EXPRESSION}: expected an item with key and operator, found null"),
        ({"operator": "Exists"}, f"{EXPRESSION}: key is missing or empty; expected a label key"),
        ({"key": "", "operator": "Exists"}, f"{EXPRESSION}: key is missing or empty; expected a label key"),
        ({"key": "a"}, f"{EXPRESSION}: operator is missing; expected one of In, NotIn, Exists, DoesNotExist"),
        (
            {"key": "a", "operator": "in", "values": ["x"]},
            f'{EXPRESSION}.operator: "in" is not valid; expected In, NotIn, Exists or DoesNotExist',
        ),
        (
            {"key": "a", "operator": "Equals", "values": ["x"]},
            f'{EXPRESSION}.operator: "Equals" is not valid; expected In, NotIn, Exists or DoesNotExist',
        ),
        ({"key": "a", "operator": "In"}, f"{EXPRESSION}: operator In needs at least one of values"),
        ({"key": "a", "operator": "NotIn", "values": []}, f"{EXPRESSION}: operator NotIn needs at least one of values"),
        (
            {"key": "a", "operator": "Exists", "values": ["x"]},
            f"{EXPRESSION}.values: operator Exists takes no values",
        ),
        (
            {"key": "a", "operator": "In", "values": [1]},
            f"{EXPRESSION}.values[0]: expected a string, found the number 1",
        ),
        ({"key": "a", "operator": "In", "values": [None]}, f"{EXPRESSION}.values[0]: expected a string, found null"),
    ],
)
def test_bad_expressions(expression: Any, message: str) -> None:
    assert messages_of(policy(podSelector={"matchExpressions": [expression]})) == [message]


@pytest.mark.parametrize("key", ["a b", "/a", "x/", "A.B/name", "a" * 64, "-a", "a/b/c", ""])
def test_bad_label_keys(key: str) -> None:
    (message,) = messages_of(policy(podSelector={"matchLabels": {key: "v"}}))
    assert "is no label key" in message


@pytest.mark.parametrize("value", ["a b", "-a", "a.", "ä", "a" * 64, "a\n"])
def test_bad_label_values(value: str) -> None:
    assert len(messages_of(policy(podSelector={"matchLabels": {"k": value}}))) == 1
    expression = {"key": "k", "operator": "NotIn", "values": [value]}
    assert len(messages_of(policy(podSelector={"matchExpressions": [expression]}))) == 1


@pytest.mark.parametrize(
    ("types", "message"),
    [
        (["Ingress", "Egress", "Ingress"], "spec.policyTypes: 3 items; expected at most 2"),
        (["ingress"], 'spec.policyTypes[0]: "ingress" is not valid; expected Ingress or Egress'),
    ],
)
def test_bad_policy_types(types: list[str], message: str) -> None:
    assert messages_of(policy(policyTypes=types)) == [message]


# Names, versions, and all problems at once


@pytest.mark.parametrize("name", ["Web", "a_b", "-a", "a" * 254, "a..b"])
def test_bad_names(name: str) -> None:
    (message,) = messages_of(policy(name))
    assert message.startswith("metadata.name: ")


@pytest.mark.parametrize("name", ["Web", "a.b", "a" * 64])
def test_bad_namespaces(name: str) -> None:
    (message,) = messages_of(policy("p", name))
    assert message.startswith("metadata.namespace: ")


def test_a_missing_name_is_a_problem_and_a_generated_one_is_noted() -> None:
    nameless = policy()
    del nameless["metadata"]["name"]
    assert messages_of(nameless) == ["metadata: name is missing; expected metadata.name"]
    nameless["metadata"]["generateName"] = "allow-"
    cluster = load_all(nameless, nameless)
    assert [loaded.key for loaded in cluster.policies] == ["web/allow-*", "web/allow-*2"]
    assert {note.text for note in cluster.notes} == {
        "NetworkPolicy web/allow-*: metadata.generateName: the name is made by the server; allow-* stands for it"
    }


def test_a_version_that_is_no_longer_served_is_refused() -> None:
    (problem,) = problems_of(policy() | {"apiVersion": "extensions/v1beta1"})
    assert problem.message == ('apiVersion: "extensions/v1beta1" is no longer served, so clusters refuse this policy')
    assert problem.hint == "use networking.k8s.io/v1"
    assert messages_of(policy() | {"apiVersion": "networking.k8s.io/v1beta1"}) == [
        'apiVersion: "networking.k8s.io/v1beta1" is not served for NetworkPolicy; expected networking.k8s.io/v1'
    ]


def test_all_problems_of_all_objects_are_listed_in_order() -> None:
    first = policy("one", podSelecto={}, ingress=[{"ports": [{"port": "80"}, {"protocol": "tcp"}]}])
    second = policy("two", policyTypes=["Both"])
    problems = problems_of(first, second)
    assert [problem.object for problem in problems] == ["NetworkPolicy web/one"] * 3 + ["NetworkPolicy web/two"]
    places = [problem.position for problem in problems]
    assert places == sorted(place for place in places if place)


def test_rules_of_egress_are_validated_as_those_of_ingress() -> None:
    assert rule_messages("egress", to=[{}], ports=[{"port": "80"}]) == [
        "spec.egress[0].to[0]: the peer names nothing; expected podSelector, namespaceSelector or ipBlock",
        'spec.egress[0].ports[0].port: "80" is a quoted number: write port: 80 without quotes',
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"podSelector": {"matchLabels": {"nobody": "has-this"}}},
        {"policyTypes": ["Ingress"], "egress": [{}]},
        {"policyTypes": ["Egress"], "ingress": [{}]},
        {"ingress": [{"ports": [{"port": 80, "endPort": 90}, {"port": 85, "endPort": 95}]}, {}, {}]},
    ],
)
def test_what_no_rule_forbids_is_accepted(spec: dict[str, Any]) -> None:
    assert messages_of(policy(**spec)) == []
