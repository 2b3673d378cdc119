"""Small manifests, and the explanation of one flow among them, by way of the whole pipeline."""

from __future__ import annotations

import json

from netqed import api
from netqed.analysis.explain_values import Decider, Explanation
from netqed.reference.flow import RuleMatch
from support.manifests import Manifest, namespace, pod, policy, workload


def placed(
    name: str, address: str | None, labels: Manifest | None = None, space: str = "web", **spec: object
) -> Manifest:
    """A running pod at an address; `spec` adds to its spec."""
    status: Manifest = {"phase": "Running"}
    if address is not None:
        status["podIPs"] = [{"ip": address}]
    return pod(name, space, labels, spec={"containers": [], **spec}, status=status)


def explained(
    source: str,
    destination: str,
    ports: str | None = None,
    *objects: Manifest,
    spec: str | None = None,
    cni: str | None = None,
) -> Explanation:
    """The explanation, read from standard input."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    return api.explain(
        source,
        destination,
        ports,
        ["-"],
        spec=api.load_spec("netqed.yaml", text=spec) if spec is not None else None,
        settings=api.Settings(stdin=text, cni=cni),
    )


def decided(decider: Decider) -> tuple[bool | None, str | None, str | None]:
    """A decider in brief: the verdict, and for egress and ingress `policy#rule` or the reason."""
    both = [
        f"{one.policy.name}#{one.rule}" if isinstance(one, RuleMatch) else one
        for one in (decider.egress, decider.ingress)
    ]
    return decider.allowed, both[0], both[1]


def ports_of(explanation: Explanation, protocol: int = 6) -> list[tuple[int, int, bool | None]]:
    """The ranges of one protocol with their verdicts."""
    return [(one.first, one.last, one.decider.allowed) for one in explanation.ports if one.protocol == protocol]


def shop(*rules: Manifest) -> list[Manifest]:
    """A namespace with a Deployment `api` (TCP/8080 `http`) at no known address, two pods, and a policy for it."""
    return [
        namespace("web", team="a"),
        workload(
            "Deployment",
            "api",
            labels={"app": "api"},
            pod={"containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 8080}]}]},
        ),
        placed("front", "10.1.0.1", {"app": "front"}),
        placed("batch", "10.1.0.2", {"app": "batch"}),
        policy("api", podSelector={"matchLabels": {"app": "api"}}, ingress=list(rules)),
    ]
