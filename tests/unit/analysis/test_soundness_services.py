"""What is said of the internet is said of the nodes that pass its traffic on, whichever way a Service asks them to."""

from __future__ import annotations

import pytest

from netqed import api

INPUT = """
apiVersion: v1
kind: Pod
metadata: {{name: front, namespace: web, labels: {{app: front}}}}
spec: {{containers: [{{name: c, image: x}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: front, namespace: web}}
spec: {{{service}, selector: {{app: front}}, ports: [{{port: 80}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: from-nodes, namespace: web}}
spec: {{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: 192.168.0.0/16}}}}]}}]}}
"""


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("type: ClusterIP", "proved"),
        ("type: NodePort", "refuted"),
        ("type: LoadBalancer", "refuted"),
        ('externalIPs: ["203.0.113.9"]', "refuted"),
    ],
)
def test_the_internet_comes_through_nodes(service: str, expected: str) -> None:
    settings = api.Settings(stdin=INPUT.format(service=service))
    (result,) = api.prove("internet cannot reach web", ["-"], settings=settings).inputs[0].results
    assert result.verdict.word == expected
