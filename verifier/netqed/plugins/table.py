"""The known network plugins: how each answers the matters of `netqed.plugins.matters`, and where that is known from.

A cell that nobody has verified is None, and counts as either answer. Sources are public: a repository with the path in
it (and the commit or date that was looked at), a documentation site with its page, or an issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import product
from typing import Final

from netqed.plugins.matters import OPEN, SPEC, Matter, Reading


@dataclass(frozen=True, slots=True)
class Cell:
    """One plugin's answer to one matter, and its source."""

    yes: bool
    source: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A network plugin."""

    name: str
    """As `--cni` takes it."""
    title: str
    looked_at: str
    """The version, commit or date that the cells are from."""
    cells: Mapping[Matter, Cell]
    """The verified answers; a matter that is missing is not verified."""
    notes: tuple[str, ...] = ()
    """Where it departs from the API in what netqed does not model."""
    refused: str | None = None
    """Why netqed gives no verdict for it; None where it does."""

    @property
    def fixed(self) -> Mapping[Matter, bool]:
        """The verified answers."""
        return {matter: cell.yes for matter, cell in self.cells.items()}


def _cells(source: Mapping[str, str], **answers: str) -> dict[Matter, Cell]:
    """Cells from `matter_name="yes key"`; the key is that of a source."""
    cells = {}
    for name, text in answers.items():
        word, _, key = text.partition(" ")
        cells[Matter[name.upper()]] = Cell(word == "yes", source[key])
    return cells


_CALICO: Final = Plugin(
    "calico",
    "Calico",
    "projectcalico/calico 87c1590",
    _cells(
        {
            "convert": "projectcalico/calico:libcalico-go/lib/backend/k8s/conversion/conversion.go",
            "rules": "projectcalico/calico:felix/rules/static.go",
        },
        block_pods="yes convert",
        block_nodes="yes convert",
        own_node_ingress="yes rules",
        own_node_egress="no rules",
        host_pods_governed="no convert",
        host_pods_selected="no convert",
        host_pods_by_namespace="no convert",
        end_port="yes convert",
        egress_port_names="yes convert",
        omitted_direction="no convert",
    ),
    (
        "what a pod sends to its own node may still be dropped by DefaultEndpointToHostAction, after the policies",
        "a rule that Calico cannot convert is dropped: less is allowed than the policy says",
    ),
)

_CILIUM: Final = Plugin(
    "cilium",
    "Cilium",
    "docs.cilium.io and cilium/cilium, September 2026",
    _cells(
        {
            "blocks": "cilium/cilium#9209; docs.cilium.io, security/policy/kubernetes: no pods or nodes in CIDRs",
            "entities": "docs.cilium.io, security/policy/layer3: entities host and remote-node; allow-localhost",
            "policy": "cilium/cilium:pkg/k8s/network_policy.go",
            "l4": "cilium/cilium:pkg/policy/api/l4.go; docs.cilium.io, security/policy/layer4",
        },
        block_pods="no blocks",
        block_nodes="no blocks",
        own_node_ingress="yes entities",
        own_node_egress="no entities",
        host_pods_governed="no entities",
        host_pods_selected="no entities",
        host_pods_by_namespace="no entities",
        other_protocols="yes l4",
        end_port="yes policy",
        egress_port_names="yes l4",
        omitted_direction="yes policy",
    ),
    (
        "policy-cidr-match-mode=nodes, off by default, lets an ipBlock match nodes",
        "SCTP is dropped unless enable-sctp is set",
        "1.19.0 to the fix of cilium/cilium#46456: a peer of an ipBlock alone also admits the policy's own namespace",
    ),
)

_ANTREA: Final = Plugin(
    "antrea",
    "Antrea",
    "antrea-io/antrea fc70f2b",
    _cells(
        {
            "controller": "antrea-io/antrea:pkg/controller/networkpolicy/networkpolicy_controller.go",
            "docs": "antrea.io, docs/antrea-network-policy",
            "log": "antrea.io, docs/antrea-network-policy: an audit log of ICMP that a policy's default drops",
        },
        block_pods="yes docs",
        block_nodes="yes docs",
        own_node_ingress="yes docs",
        own_node_egress="no docs",
        host_pods_governed="no controller",
        host_pods_selected="no controller",
        host_pods_by_namespace="no controller",
        other_protocols="yes log",
        end_port="yes docs",
        egress_port_names="yes controller",
        omitted_direction="yes controller",
    ),
)

_OVN: Final = Plugin(
    "ovn-kubernetes",
    "OVN-Kubernetes",
    "ovn-org/ovn-kubernetes, September 2026",
    _cells(
        {
            "design": "ovn-org/ovn-kubernetes:docs/features/network-security-controls/network-policy.md",
            "redhat": "docs.redhat.com, OpenShift, Network policy: warning on host-networked pods and localhost",
        },
        block_pods="yes design",
        own_node_ingress="yes redhat",
        host_pods_governed="no redhat",
        host_pods_selected="no redhat",
        host_pods_by_namespace="yes redhat",
        egress_port_names="yes design",
    ),
    (
        "an older design made `except` a drop of its own, where the API only subtracts it from its block",
        "of other protocols ICMP alone is policed",
    ),
)

_KNP: Final = Plugin(
    "kube-network-policies",
    "kube-network-policies",
    "kubernetes-sigs/kube-network-policies 5f81cc3",
    _cells(
        {
            "engine": "kubernetes-sigs/kube-network-policies:pkg/networkpolicy",
            "pods": "kubernetes-sigs/kube-network-policies:pkg/podinfo",
            "plane": "kubernetes-sigs/kube-network-policies:pkg/dataplane",
        },
        block_pods="yes engine",
        own_node_egress="no plane",
        host_pods_governed="no plane",
        host_pods_selected="no pods",
        host_pods_by_namespace="no pods",
        end_port="yes engine",
        egress_port_names="yes engine",
        omitted_direction="no engine",
    ),
    ("by default it lets traffic through when it fails (--fail-open)",),
)

PLUGINS: Final = (
    _CALICO,
    _CILIUM,
    replace(
        _CILIUM,
        name="gke-dataplane-v2",
        title="GKE Dataplane V2",
        looked_at="Cilium's answers; docs.cloud.google.com, September 2026",
    ),
    replace(
        _CILIUM,
        name="aks-cilium",
        title="Azure CNI powered by Cilium",
        looked_at="Cilium's answers; MicrosoftDocs/azure-aks-docs, September 2026",
    ),
    _ANTREA,
    _OVN,
    _KNP,
    replace(
        _KNP, name="kindnet", title="kindnet (kind)", looked_at="kubernetes-sigs/kind#842: embeds kube-network-policies"
    ),
    Plugin(
        "kube-router",
        "kube-router",
        "cloudnativelabs/kube-router, September 2026",
        _cells(
            {
                "design": "cloudnativelabs/kube-router:docs/design/npc-design.md",
                "host": "cloudnativelabs/kube-router#1135",
            },
            own_node_ingress="yes design",
            own_node_egress="no design",
            host_pods_governed="no design",
            host_pods_selected="no host",
            host_pods_by_namespace="no host",
        ),
        ("old versions want both the Service's address and the pod allowed (cloudnativelabs/kube-router#905)",),
    ),
    Plugin(
        "aws-vpc-cni",
        "Amazon VPC CNI",
        "awsdocs/amazon-eks-user-guide, September 2026",
        _cells(
            {"guide": "awsdocs/amazon-eks-user-guide, cni-network-policy"},
            block_pods="yes guide",
            end_port="yes guide",
        ),
        (
            "pods that no controller owns are not policed, nor pods on Fargate or Windows",
            "one IP family only: rules of the other are ignored",
            "a port's name in an egress rule must be the Service port's name, and is dropped beside an ipBlock "
            "(aws/amazon-network-policy-controller-k8s#81)",
            "two egress rules of one block, with ports and without, become the one with ports "
            "(aws/aws-network-policy-agent#180)",
            "a Service's port must be its pods' port (aws/aws-network-policy-agent#166)",
        ),
    ),
    Plugin(
        "azure-npm",
        "Azure Network Policy Manager",
        "MicrosoftDocs/azure-aks-docs, September 2026",
        _cells(
            {"docs": "MicrosoftDocs/azure-aks-docs:articles/aks/use-network-policies.md (Linux nodes)"},
            egress_port_names="yes docs",
        ),
        (
            "no IPv6; old versions know no endPort (Azure/azure-container-networking#2313)",
            "on Windows no port names, SCTP, NotIn and DoesNotExist selectors, nor except",
        ),
    ),
    Plugin(
        "kube-ovn",
        "Kube-OVN",
        "kubernetes-sigs/network-policy-api:site-src/implementations.md, April 2026",
        {},
        ("it enforces NetworkPolicy; none of its answers is verified",),
    ),
    Plugin(
        "weave",
        "Weave Net (archived)",
        "weaveworks/weave:site/kubernetes/kube-addon.md",
        {},
        ("multicast is allowed",),
        refused="it masquerades what comes from outside, so that an ipBlock sees other addresses than the flow's; "
        "netqed does not model that",
    ),
    Plugin(
        "flannel",
        "Flannel",
        "flannel-io/flannel:Documentation/netpol.md",
        {},
        (),
        refused="it does not enforce NetworkPolicy: no policy closes anything there. With its optional sidecar "
        "(netpol.enabled) it is kube-network-policies",
    ),
)
"""The table, in the order in which plugins are named."""

SUPPORTED: Final = tuple(plugin for plugin in PLUGINS if plugin.refused is None)
"""Those that verdicts speak of."""


def plugin(name: str) -> Plugin:
    """The plugin of that name. ValueError, with what to do, where there is none or netqed gives no verdict for it."""
    for one in PLUGINS:
        if one.name == name:
            if one.refused is not None:
                raise ValueError(f"netqed has no verdicts for {one.title}: {one.refused}")
            return one
    names = ["spec", *(one.name for one in SUPPORTED)]
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
    raise ValueError(f"no network plugin {name!r}: {advice} (netqed cni lists them)")


def answers_of(name: str) -> Mapping[Matter, bool]:
    """The answers that `--cni NAME` fixes: a plugin's verified ones, for `spec` all. ValueError as of `plugin`."""
    if name == "spec":
        return {matter: matter in SPEC for matter in Matter}
    return plugin(name).fixed


def permitted() -> Mapping[Matter, bool]:
    """What the API fixes: its answer to every matter that it does not leave open."""
    return {matter: matter in SPEC for matter in Matter if matter not in OPEN}


def possible() -> tuple[Mapping[Matter, bool], ...]:
    """Which readings there are: those that agree with one of these, a plugin's verified answers or what the API has."""
    distinct: dict[frozenset[tuple[Matter, bool]], Mapping[Matter, bool]] = {}
    for fixed in (permitted(), *(one.fixed for one in SUPPORTED)):
        distinct.setdefault(frozenset(fixed.items()), fixed)
    return tuple(distinct.values())


def completions(fixed: Mapping[Matter, bool], among: frozenset[Matter] = frozenset(Matter)) -> Iterator[Reading]:
    """Every reading that agrees with the answers. Open matters outside `among` are answered as `SPEC` does only."""
    open_ = [matter for matter in Matter if matter not in fixed and matter in among]
    base = {matter for matter in Matter if fixed.get(matter, matter in SPEC and matter not in open_)}
    for chosen in product((False, True), repeat=len(open_)):
        yield Reading(frozenset(base | {matter for matter, yes in zip(open_, chosen, strict=True) if yes}))
