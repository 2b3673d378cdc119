"""The rows of the table of network plugins: how each answers the matters of `netqed.plugins.matters`, and where that is
known from.

A cell that nobody has verified is missing, and counts as either answer; so does one whose plugin's behaviour lies
between the two answers, which its notes then tell. Sources are public: a repository with the path in it (and the commit
or date that was looked at), a documentation site with its page, or an issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from netqed.plugins.matters import Matter

NETWORK_POLICY: Final = "NetworkPolicy"
"""The kind that verdicts rest on, networking.k8s.io/v1."""

CLUSTER_NETWORK_POLICY: Final = "ClusterNetworkPolicy"
"""policy.networking.k8s.io/v1alpha2."""

ADMIN_NETWORK_POLICY: Final = "AdminNetworkPolicy"
"""policy.networking.k8s.io/v1alpha1, with BaselineAdminNetworkPolicy."""


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
    enforces: tuple[str, ...] = (NETWORK_POLICY,)
    """The API's kinds of policies that it enforces, each with the versions or the switch that it takes, if any; its own
    kinds are not listed. Any other kind it ignores, silently."""

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
            "tiers": "projectcalico/calico:felix/rules/endpoints.go: the end of a tier drops whatever no rule passed",
        },
        block_pods="yes convert",
        block_nodes="yes convert",
        own_node_ingress="yes rules",
        own_node_egress="no rules",
        host_pods_governed="no convert",
        host_pods_selected="no convert",
        host_pods_by_namespace="no convert",
        other_protocols="yes tiers",
        end_port="yes convert",
        ingress_port_names="yes convert",
        egress_port_names="yes convert",
        unread_port_names="no convert",
        unread_names_beside_numbers="no convert",
        omitted_direction="no convert",
    ),
    (
        "what a pod sends to its own node may still be dropped by DefaultEndpointToHostAction, after the policies",
        "what a node sends to a pod elsewhere comes from its tunnel's address, which is one of the pods' range, where "
        "IP-in-IP or VXLAN is on (projectcalico/calico#721)",
        "ports of init containers have names too",
        "IP-in-IP, and UDP to VXLAN's port, from a pod are dropped unless Felix is told otherwise; neighbour discovery "
        "(ICMPv6) always passes",
    ),
    enforces=(NETWORK_POLICY, f"{CLUSTER_NETWORK_POLICY} (from v3.32)", f"{ADMIN_NETWORK_POLICY} (v3.29 to v3.31)"),
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
        ingress_port_names="yes l4",
        egress_port_names="yes l4",
        unread_port_names="no l4",
        unread_names_beside_numbers="no l4",
        omitted_direction="yes policy",
    ),
    (
        "policy-cidr-match-mode, off by default, lets an ipBlock match nodes, or pods; allow-localhost=policy lets "
        "policies cut a pod off from its own node",
        "SCTP is dropped unless enable-sctp is set",
        "labels that its filter leaves out of identities, by default those of StatefulSets' pods and of controllers' "
        "revisions among them, count as absent (docs.cilium.io, identity-relevant-labels)",
        "to the fix of cilium/cilium#30003: a port's name that pods give to several numbers may match nothing in an "
        "egress rule",
        "1.19.0 to the fix of cilium/cilium#46456: a peer of an ipBlock alone also admits the policy's own namespace",
    ),
    enforces=(NETWORK_POLICY, f"{CLUSTER_NETWORK_POLICY} (from 1.20, off by default)"),
)

_ANTREA: Final = Plugin(
    "antrea",
    "Antrea",
    "antrea-io/antrea fc70f2b",
    _cells(
        {
            "controller": "antrea-io/antrea:pkg/controller/networkpolicy/networkpolicy_controller.go",
            "agent": "antrea-io/antrea:pkg/agent/controller/networkpolicy: a name that is not found admits no port; "
            "antrea-io/antrea#242",
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
        ingress_port_names="yes agent",
        egress_port_names="yes controller",
        unread_port_names="no agent",
        unread_names_beside_numbers="no agent",
        omitted_direction="yes controller",
    ),
    enforces=(
        NETWORK_POLICY,
        f"{CLUSTER_NETWORK_POLICY} (from v2.7, off by default)",
        f"{ADMIN_NETWORK_POLICY} (off by default)",
    ),
)

_OVN: Final = Plugin(
    "ovn-kubernetes",
    "OVN-Kubernetes",
    "ovn-kubernetes/ovn-kubernetes 02bf082",
    _cells(
        {
            "gress": "ovn-kubernetes/ovn-kubernetes:go-controller/pkg/ovn/gress_policy.go",
            "acl": "ovn-kubernetes/ovn-kubernetes:go-controller/pkg/libovsdb/util/acl.go",
            "names": "ovn-kubernetes/ovn-kubernetes#2117; go-controller/pkg/ovn/gress_policy.go still reads a name as "
            "the number 0, of which go-controller/pkg/libovsdb/util/acl.go makes no condition",
            "redhat": "docs.redhat.com, OpenShift, Network policy: warning on host-networked pods and resident nodes",
        },
        block_pods="yes gress",
        own_node_ingress="yes redhat",
        host_pods_governed="no redhat",
        end_port="yes acl",
        ingress_port_names="no names",
        egress_port_names="no names",
        unread_port_names="yes names",
        unread_names_beside_numbers="no names",
    ),
    (
        "an item without a port adds nothing where another item of the rule has a number for its protocol",
        "a peer with a podSelector matches host-networked pods, a namespaceSelector alone does not; netqed considers "
        "that selectors match them and that they do not",
        "rules of a direction that policyTypes leaves out apply to pods that another policy isolates, but isolate none",
        "what a node sends to a pod comes from its management port's address, which is one of the pods' range",
        "older versions made `except` a drop of its own, where the API only subtracts it from its block",
    ),
    enforces=(NETWORK_POLICY, ADMIN_NETWORK_POLICY),
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
        ingress_port_names="yes engine",
        egress_port_names="yes engine",
        unread_port_names="no engine",
        unread_names_beside_numbers="no engine",
        omitted_direction="no engine",
    ),
    ("by default it lets traffic through when it fails (--fail-open)",),
    enforces=(
        NETWORK_POLICY,
        f"{CLUSTER_NETWORK_POLICY} (image npa-v1alpha2)",
        f"{ADMIN_NETWORK_POLICY} (image npa-v1alpha1)",
    ),
)

ROWS: Final = (
    _CALICO,
    _CILIUM,
    replace(
        _CILIUM,
        name="gke-dataplane-v2",
        title="GKE Dataplane V2",
        looked_at="Cilium's answers; docs.cloud.google.com, September 2026",
        enforces=(NETWORK_POLICY, f"{CLUSTER_NETWORK_POLICY} (from 1.36.0-gke.4447000)"),
    ),
    replace(
        _CILIUM,
        name="aks-cilium",
        title="Azure CNI powered by Cilium",
        looked_at="Cilium's answers; MicrosoftDocs/azure-aks-docs, September 2026",
        enforces=(NETWORK_POLICY,),
    ),
    _ANTREA,
    _OVN,
    _KNP,
    replace(
        _KNP,
        name="kindnet",
        title="kindnet (kind)",
        looked_at="kubernetes-sigs/kind#842: embeds kube-network-policies",
        enforces=(NETWORK_POLICY,),
    ),
    Plugin(
        "kube-router",
        "kube-router",
        "cloudnativelabs/kube-router 03d5b6e",
        _cells(
            {
                "design": "cloudnativelabs/kube-router:docs/design/npc-design.md",
                "host": "cloudnativelabs/kube-router#1135",
                "policy": "cloudnativelabs/kube-router:pkg/controllers/netpol/policy.go",
            },
            block_pods="yes policy",
            own_node_ingress="yes design",
            own_node_egress="no design",
            host_pods_governed="no design",
            host_pods_selected="no host",
            host_pods_by_namespace="no host",
            end_port="yes policy",
            ingress_port_names="yes policy",
            omitted_direction="no policy",
        ),
        (
            "a port's name in an egress rule without `to` admits to every destination the numbers that pods of the "
            "policy's own namespace give it; beside an ipBlock it matches nothing (policy.go); netqed considers that "
            "such names are looked up, stand for every port, and stand for none",
            "an `except` also cuts into wider blocks beside it in the same rule; ::/0 is 2000::/3 and fd00::/8 "
            "(policy.go)",
            "old versions want both the Service's address and the pod allowed (cloudnativelabs/kube-router#905)",
        ),
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
            "no policy is enforced unless its network policy agent is turned on",
            "pods that no controller owns are not policed, nor pods on Fargate or Windows, nor interfaces beside eth0",
            "one IP family only: rules of the other are ignored",
            "a port's name in an ingress rule admits to each pod of the policy the numbers that any of them gives it, "
            "and on older versions none beside an ipBlock (aws/amazon-network-policy-controller-k8s#81), or every port "
            "where only the peers have the name; in an egress rule it must be the Service port's name too, and is "
            "dropped beside an ipBlock (pkg/resolvers/endpoints.go); netqed considers that names are looked up, stand "
            "for every port, and stand for none",
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
            {
                "docs": "MicrosoftDocs/azure-aks-docs:articles/aks/use-network-policies.md (Linux nodes)",
                "sets": "Azure/azure-container-networking 0259ee3:npm/pkg/controlplane/translation/translatePolicy.go: "
                "a name is the set of the pods' addresses and ports that it names",
            },
            ingress_port_names="yes sets",
            egress_port_names="yes docs",
            unread_port_names="no sets",
            unread_names_beside_numbers="no sets",
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
        (
            "none of its answers is verified",
            "a port's name admits to every destination of its rule the number that pods of the policy's own namespace "
            "give it, or none (kubeovn/kube-ovn:pkg/ovs/ovn-nb-acl.go); netqed considers that names are looked up, "
            "stand for every port, and stand for none",
        ),
        enforces=(NETWORK_POLICY, f"{CLUSTER_NETWORK_POLICY} (experimental)", ADMIN_NETWORK_POLICY),
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
        enforces=(),
    ),
)
"""The rows, in the order in which plugins are named."""
