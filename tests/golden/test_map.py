"""Maps to the letter: the example of specs/, and one of all that a map can say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from netqed import api
from netqed.analysis.map_results import ReachMap
from netqed.report.map import render_map
from netqed.report.map_dot import render_map_dot
from netqed.report.map_json import map_schema, render_map_json
from support.golden import assert_golden

ROOT = Path(__file__).parent.parent.parent

WORLD = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api-5f-a, namespace: shop, labels: {app: api}}
spec: {nodeName: node-1, containers: [{name: api, image: api, ports: [{containerPort: 8080, name: http}]}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: api-5f-b, namespace: shop, labels: {app: api}}
spec: {nodeName: node-1, containers: [{name: api, image: api, ports: [{containerPort: 8080, name: http}]}]}
status: {podIP: 10.0.0.2}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: front}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ops}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: agent, image: agent}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{namespaceSelector: {matchLabels: {team: front}}}]
      ports: [{port: http}]
    - from: [{ipBlock: {cidr: 10.64.0.0/10}}, {ipBlock: {cidr: 203.0.113.0/24}}]
      ports: [{port: 8443, endPort: 8453}]
    - from: [{namespaceSelector: {}, podSelector: {matchLabels: {pod-template-hash: abc}}}]
      ports: [{port: 9090, protocol: UDP}]
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReachMap:
    """A map without what differs from run to run."""
    (tmp_path / "world.yaml").write_text(WORLD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return _still(api.map_of(["world.yaml"]))


def _still(whole: ReachMap) -> ReachMap:
    return replace(whole, seconds=0.0, basis=replace(whole.basis, digest="0" * 64))


def test_reports(found: ReachMap) -> None:
    assert_golden("map.txt", render_map(found))
    assert_golden("map-verbose.txt", render_map(found, quiet=True, verbose=True))
    assert_golden("map.dot", render_map_dot(found))
    text = render_map_json(found)
    jsonschema.Draft202012Validator(map_schema()).validate(json.loads(text))
    assert_golden("map.json", text)


def test_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    spec = api.load_spec(near="specs/payments")
    assert_golden("map-payments.txt", render_map(_still(api.map_of(["specs/payments"], spec=spec)), quiet=True))
    restricted = api.map_of(["specs/payments"], spec=spec, destination="payments", ports="TCP/5432, TCP/8080")
    assert_golden("map-to-payments.txt", render_map(_still(restricted), quiet=True))
