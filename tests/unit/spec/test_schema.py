"""The schema and the parser agree on the structure of a spec."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from netqed.sources.position import InputError
from netqed.spec.parse import parse_spec
from netqed.spec.schema import spec_schema

VALIDATOR = Draft202012Validator(spec_schema())


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor's language server gives it to the schema: keys are strings, and so are dates."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {str(key.value): self.construct_object(value, deep=True) for key, value in node.value}


EditorLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: str(node.value))
EditorLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: 1.5 if node.value else None)

VALID = [
    "",
    "{}",
    "invariants:\nassume:\ngroups:\n",
    "manifests: k8s",
    "manifests: [a, b]",
    "inputs: {prod: a, dev: [b, c]}",
    "manifests:\ninputs: {a: b}",
    "cluster: {podCIDRs: [10.0.0.0/8], nodeCIDRs: [], serviceCIDRs: ['fd00::/8'], families: [IPv6]}",
    "namespaces: {a: {k: v, 'x.io/k': ''}, b: , 'c-1': {}}",
    "workloads: [{namespace: a, kind: K, name: n.m, labels: {a: b}, ports: [{port: 1, name: http, protocol: UDP}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, hostNetwork: true, serviceAccount: s}]",
    "groups: {a: web, B_c.d: [web, 'a, b'], 1: web}",
    "invariants: [a cannot reach b]",
    "invariants: [{assert: a cannot reach b}]",
    "invariants: [{name: n, assert: a is isolated, scope: now, why: w, expect: refuted, until: 2027-01-01}]",
    "invariants: [{assert: a is isolated, expect: refuted, until: '2027-12-31', allow-empty: false}]",
    "invariants: [{assert: a is isolated, expect: proved, scope: always}]",
    "assume: [no other namespaces]",
]
INVALID = [
    "[]",
    "a",
    "5",
    "invariant: []",
    "manifests: a\ninputs: {b: c}",
    "manifests: []",
    "manifests: {a: b}",
    "manifests: [5]",
    "manifests: ['']",
    "inputs: [a]",
    "inputs: {a: }",
    "inputs: {a: []}",
    "inputs: {'': a}",
    "cluster: []",
    "cluster: {podCIDR: []}",
    "cluster: {podCIDRs: 10.0.0.0/8}",
    "cluster: {podCIDRs: [5]}",
    "cluster: {families: []}",
    "cluster: {families: [IPv5]}",
    "cluster: {families: [IPv4, IPv4]}",
    "namespaces: [a]",
    "namespaces: {A: {}}",
    "namespaces: {a.b: {}}",
    "namespaces: {a: x}",
    "namespaces: {a: {k: 5}}",
    "namespaces: {a: {k: true}}",
    "namespaces: {a: {k: null}}",
    "namespaces: {a: {k: [x]}}",
    "namespaces: {a: {k: '-x'}}",
    "namespaces: {a: {'-k': x}}",
    "namespaces: {a: {'a/b/c': x}}",
    "namespaces: {a: {'A.io/c': x}}",
    "workloads: {}",
    "workloads: [x]",
    "workloads: [{kind: K, name: n, labels: {}}]",
    "workloads: [{namespace: a, name: n, labels: {}}]",
    "workloads: [{namespace: a, kind: K, labels: {}}]",
    "workloads: [{namespace: a, kind: K, name: n}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, replicas: 3}]",
    "workloads: [{namespace: a, kind: 'K K', name: n, labels: {}}]",
    "workloads: [{namespace: a, kind: K, name: N, labels: {}}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, hostNetwork: 'true'}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, serviceAccount: 5}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: {port: 1}}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [80]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 0}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 65536}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: '80'}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 1, protocol: tcp}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 1, name: '80'}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 1, name: a--b}]}]",
    "workloads: [{namespace: a, kind: K, name: n, labels: {}, ports: [{port: 1, name: a-name-of-16-chs}]}]",
    "groups: [a]",
    "groups: {on: web}",
    "groups: {any pod: web}",
    "groups: {a/b: web}",
    "groups: {10.0.0.1: web}",
    "groups: {a: }",
    "groups: {a: []}",
    "groups: {a: 5}",
    "groups: {a: {}}",
    "groups: {a: [5]}",
    "invariants: a cannot reach b",
    "invariants: {}",
    "invariants: [5]",
    "invariants: [~]",
    "invariants: ['']",
    "invariants: [[a cannot reach b]]",
    "invariants: [{}]",
    "invariants: [{name: a}]",
    "invariants: [{assert: a is isolated, name: }]",
    "invariants: [{assert: a is isolated, name: 5}]",
    "invariants: [{assert: a is isolated, scope: later}]",
    "invariants: [{assert: a is isolated, expect: vacuous}]",
    "invariants: [{assert: a is isolated, until: 2027-01-01}]",
    "invariants: [{assert: a is isolated, expect: proved, until: 2027-01-01}]",
    "invariants: [{assert: a is isolated, expect: refuted, until: soon}]",
    "invariants: [{assert: a is isolated, expect: refuted, until: 2027-13-01}]",
    "invariants: [{assert: a is isolated, expect: refuted, until: 2027}]",
    "invariants: [{assert: a is isolated, allow-empty: 'yes'}]",
    "invariants: [{assert: a is isolated, allow_empty: true}]",
    "assume: no other namespaces",
    "assume: [5]",
    "assume: [{assert: no other namespaces}]",
]


def parses(text: str) -> bool:
    try:
        parse_spec(text, "netqed.yaml")
    except InputError:
        return False
    return True


@pytest.mark.parametrize("text", VALID)
def test_valid_specs(text: str) -> None:
    assert parses(text)
    VALIDATOR.validate(yaml.load(text, Loader=EditorLoader))


@pytest.mark.parametrize("text", INVALID)
def test_invalid_specs(text: str) -> None:
    assert not parses(text)
    assert not VALIDATOR.is_valid(yaml.load(text, Loader=EditorLoader))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(spec_schema())


def test_every_key_is_described() -> None:
    for key, schema in spec_schema()["properties"].items():
        assert schema.get("description"), key
