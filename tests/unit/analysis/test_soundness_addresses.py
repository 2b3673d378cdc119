"""No proof from an address that something of the input is known to have, or may have as another like it does.

Each world is read from text, as users give it, so that no step from the files to the verdict is left out.
"""

from __future__ import annotations

import pytest

from netqed import api
from netqed.analysis.results import CheckResult

NAMESPACES = """
apiVersion: v1
kind: NamespaceList
items: [{metadata: {name: web}}, {metadata: {name: gateway}}]
"""
GATEWAY = """
apiVersion: v1
kind: Pod
metadata: {name: gw, namespace: gateway, labels: {app: gw}}
spec: {nodeName: n1, hostNetwork: true, containers: [{name: c, image: x}]}
"""
AT_N1 = "status: {phase: Running, podIP: 192.168.0.1, hostIP: 192.168.0.1}\n"
NODE = """
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}, {type: ExternalIP, address: 203.0.113.1}]}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: here, namespace: gateway, labels: {app: here}}
spec: {containers: [{name: c, image: x}]}
"""
FACTS = "cluster: {podCIDRs: [10.244.0.0/16], families: [IPv4]}\n"


def policy(namespace: str, direction: str, peer: str, cidr: str) -> str:
    """A policy that isolates the namespace and lets through what its block holds."""
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: block, namespace: {namespace}}}
spec:
  podSelector: {{}}
  policyTypes: [{direction.capitalize()}]
  {direction}: [{{{peer}: [{{ipBlock: {{cidr: "{cidr}"}}}}]}}]
"""


def verdict(spec: str, *documents: str) -> CheckResult:
    """What check says of the documents."""
    settings = api.Settings(stdin="\n---\n".join(documents), cni="spec")
    return api.check(["-"], spec=api.load_spec("netqed.yaml", text=spec), settings=settings)


def word(spec: str, *documents: str) -> str:
    """The verdict on the spec's only invariant."""
    (result,) = verdict(spec, *documents).inputs[0].results
    return result.verdict.word


@pytest.mark.parametrize("status", ["", AT_N1])
@pytest.mark.parametrize(("cidr", "expected"), [("203.0.113.0/24", "refuted"), ("198.51.100.0/24", "proved")])
def test_a_host_networked_pod_is_at_every_address_of_its_node(status: str, cidr: str, expected: str) -> None:
    """What its status says of the pod is one of them, and the node answers at the others too."""
    spec = FACTS + "invariants: [web cannot reach gateway]"
    assert word(spec, NAMESPACES, GATEWAY + status, NODE, policy("web", "egress", "to", cidr)) == expected


@pytest.mark.parametrize(
    ("address", "cidr", "expected"),
    [
        ("198.51.100.7", "198.51.100.0/24", "refuted"),
        ("198.51.100.7", "203.0.113.0/24", "refuted"),
        ("2001:db8::7", "2001:db8::/64", "refuted"),
        ("2001:db8::7", "203.0.113.0/24", "proved"),
        ("10.1.2.3", "203.0.113.0/24", "proved"),
    ],
)
def test_a_pod_with_a_public_address_shows_that_others_may_have_one(address: str, cidr: str, expected: str) -> None:
    """That pods have private addresses is taken for granted only while no pod of the input has another, in a family."""
    running = POD + f'status: {{phase: Running, podIP: "{address}"}}\n'
    spec = "invariants: [web cannot reach gateway]"
    found = verdict(spec, NAMESPACES, running, policy("gateway", "ingress", "from", cidr)).inputs[0]
    assert found.results[0].verdict.word == expected
    public = f"IPv{6 if ':' in address else 4}" if not address.startswith("10.") else "none"
    told = [line for line in found.basis.standing if line.startswith(f"pods may have any {public} address")]
    assert bool(told) == (public != "none")
    assert any("have a private one" in line for line in found.basis.standing)


def test_stated_ranges_speak_for_pods_whatever_one_has() -> None:
    """With the range of the public pod stated, others lie in it and nowhere else."""
    running = POD + "status: {phase: Running, podIP: 198.51.100.7}\n"
    spec = "cluster: {podCIDRs: [198.51.100.0/24]}\ninvariants: [web cannot reach gateway on TCP/80]"
    assert word(spec, NAMESPACES, running, policy("gateway", "ingress", "from", "203.0.113.0/24")) == "proved"
    assert word(spec, NAMESPACES, running, policy("gateway", "ingress", "from", "198.51.100.64/26")) == "refuted"


def test_a_range_that_a_pod_belies_is_refused() -> None:
    """Else nothing could come from where that pod is known to be."""
    running = POD + "status: {phase: Running, podIP: 10.20.3.4}\n"
    with pytest.raises(api.InputError, match="contradicts 'podCIDRs'"):
        word(
            FACTS + "invariants: [web cannot reach gateway]",
            NAMESPACES,
            running,
            policy("web", "egress", "to", "10.20.0.0/16"),
        )


@pytest.mark.parametrize(("families", "told"), [("[IPv4]", True), ("[IPv6]", False), ("[IPv4, IPv6]", False)])
def test_workloads_that_a_family_left_out_leaves_out_are_counted(families: str, told: bool) -> None:
    """A proof then says nothing of them, and a reader of it has to know."""
    running = POD + 'status: {phase: Running, podIP: "fd00::7"}\n'
    spec = f"cluster: {{families: {families}}}\ninvariants: [web cannot reach gateway]"
    found = verdict(spec, NAMESPACES, running, policy("gateway", "ingress", "from", "::/0")).inputs[0]
    assert any(line.startswith("1 workload has addresses of the family") for line in found.basis.standing) == told
    assert found.results[0].verdict.word == ("proved" if told else "refuted")
