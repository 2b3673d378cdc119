"""Writes a cluster dump and a spec of a chosen size, the same for the same seed.

The dump is what `kubectl get namespaces,nodes,networkpolicies,pods -A -o yaml` prints: one v1 List in block style with
every field that the API server fills in, so that a figure measured on it holds for a real dump. The policies use every
field of the API, and the spec states every form of invariant; about a third of the invariants are refuted.
"""

from __future__ import annotations

import argparse
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CREATED = "2026-08-11T09:12:44Z"
STARTED = "2026-08-11T09:12:51Z"
TEAMS = ("accounts", "billing", "catalog", "delivery", "fraud", "identity", "ledger", "mobile", "orders", "search")
ENVIRONMENTS = ("prod", "staging", "dev")
PARTNERS = "203.0.113.0/24"
SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


@dataclass(frozen=True)
class App:
    """One kind of pod in an application's namespace."""

    name: str
    tier: str
    ports: tuple[tuple[str, int], ...]


APPS = (
    App("web", "frontend", (("http", 8080), ("metrics", 9090))),
    App("api", "backend", (("http", 8080), ("grpc", 8443), ("metrics", 9090))),
    App("worker", "backend", (("metrics", 9090),)),
    App("db", "data", (("postgres", 5432), ("metrics", 9187))),
    App("cache", "data", (("redis", 6379),)),
)
PLATFORM_APPS = {
    "ingress": App("gateway", "edge", (("http", 8080), ("https", 8443))),
    "monitoring": App("prometheus", "observability", (("web", 9090),)),
    "kube-system": App("kube-dns", "dns", (("dns", 53), ("dns-tcp", 53))),
}


@dataclass(frozen=True)
class Space:
    """A namespace, and how its policies treat it."""

    name: str
    labels: tuple[tuple[str, str], ...]
    team: str
    closed_in: bool
    """Has a default deny for ingress."""
    closed_out: bool
    """Has a default deny for egress as well."""
    partners_in: bool
    """Admits the partners' addresses."""
    partners_out: bool
    """May call the partners' addresses."""


def spaces(count: int, rng: random.Random) -> list[Space]:
    """`count` namespaces: the four of every cluster, two of the platform, the others teams' in several environments."""
    found = [_space(name, "platform", "platform") for name in (*SYSTEM_NAMESPACES, "ingress", "monitoring")]
    for index in range(max(0, count - len(found))):
        team = TEAMS[index % len(TEAMS)]
        environment = ENVIRONMENTS[index // len(TEAMS) % len(ENVIRONMENTS)]
        closed_in = rng.random() < 0.85
        closed_out = closed_in and rng.random() < 0.6
        found.append(
            _space(
                f"{team}-{environment}-{index:03d}",
                team,
                environment,
                closed_in=closed_in,
                closed_out=closed_out,
                partners_in=rng.random() < 0.2,
                partners_out=closed_out and rng.random() < 0.3,
            )
        )
    return found[:count]


def _space(
    name: str,
    team: str,
    environment: str,
    *,
    closed_in: bool = False,
    closed_out: bool = False,
    partners_in: bool = False,
    partners_out: bool = False,
) -> Space:
    labels = {"env": environment, "kubernetes.io/metadata.name": name, "name": name, "team": team}
    return Space(name, tuple(labels.items()), team, closed_in, closed_out, partners_in, partners_out)


class Dump:
    """Renders objects as kubectl prints them; carries the counters that make names and addresses unique."""

    def __init__(self, rng: random.Random, nodes: int) -> None:
        self._rng = rng
        self._nodes = nodes
        self._version = 1_000_000
        self._pods = 0

    def _uid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _meta(self, indent: str) -> tuple[str, str]:
        self._version += self._rng.randrange(1, 40)
        return f'{indent}resourceVersion: "{self._version}"\n', f"{indent}uid: {self._uid()}\n"

    def namespace(self, space: Space) -> str:
        """One Namespace."""
        version, uid = self._meta("    ")
        labels = "".join(f"      {key}: {value}\n" for key, value in space.labels)
        return (
            f'- apiVersion: v1\n  kind: Namespace\n  metadata:\n    creationTimestamp: "{CREATED}"\n    labels:\n'
            f"{labels}    name: {space.name}\n{version}{uid}  spec:\n    finalizers:\n    - kubernetes\n"
            "  status:\n    phase: Active\n"
        )

    def node(self, index: int) -> str:
        """One Node with its addresses."""
        version, uid = self._meta("    ")
        name = _node_name(index)
        return (
            f'- apiVersion: v1\n  kind: Node\n  metadata:\n    creationTimestamp: "{CREATED}"\n    labels:\n'
            f"      kubernetes.io/arch: amd64\n      kubernetes.io/hostname: {name}\n      kubernetes.io/os: linux\n"
            f"      topology.kubernetes.io/zone: zone-{'abc'[index % 3]}\n    name: {name}\n{version}{uid}"
            f"  spec:\n    podCIDR: 10.{64 + index // 256}.{index % 256}.0/24\n    podCIDRs:\n"
            f"    - 10.{64 + index // 256}.{index % 256}.0/24\n  status:\n    addresses:\n"
            f"    - address: {_node_address(index)}\n      type: InternalIP\n"
            f"    - address: {name}\n      type: Hostname\n"
            f'    capacity:\n      cpu: "8"\n      memory: 32785420Ki\n      pods: "250"\n'
        )

    def policy(self, namespace: str, name: str, spec: str) -> str:
        """One NetworkPolicy; `spec` is its spec's lines, indented by four."""
        version, uid = self._meta("    ")
        return (
            f"- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata:\n"
            f'    creationTimestamp: "{CREATED}"\n'
            f"    generation: 1\n    name: {name}\n    namespace: {namespace}\n{version}{uid}  spec:\n{spec}"
        )

    def pod(self, space: Space, app: App, *, host_network: bool = False) -> str:
        """One running pod of a ReplicaSet, about 4 kB."""
        rng = self._rng
        version, uid = self._meta("    ")
        index = self._pods
        self._pods += 1
        node = index % self._nodes
        host = _node_address(node)
        slot = index // self._nodes
        address = host if host_network else f"10.{64 + node // 256 + 8 * (slot // 250)}.{node % 256}.{2 + slot % 250}"
        template_hash = f"{rng.getrandbits(36):09x}"
        suffix = f"{rng.getrandbits(20):05x}"
        owner = f"{app.name}-{template_hash}"
        label = "k8s-app" if space.name == "kube-system" else "app"
        ports = "".join(
            f"      - containerPort: {number}\n        name: {name}\n"
            f"        protocol: {'UDP' if name == 'dns' else 'TCP'}\n"
            for name, number in app.ports
        )
        probe = next((number for name, number in app.ports if name != "dns"), 8080)
        container_id = f"containerd://{rng.getrandbits(256):064x}"
        image = f"registry.example/{space.team}/{app.name}:v{rng.randrange(1, 9)}.{rng.randrange(0, 30)}"
        return _POD.format(
            hash=template_hash,
            name=f"{owner}-{suffix}",
            namespace=space.name,
            label=label,
            app=app.name,
            tier=app.tier,
            release=rng.choice(("stable", "stable", "canary")),
            team=space.team,
            owner=owner,
            owner_uid=self._uid(),
            version=version,
            uid=uid,
            created=CREATED,
            started=STARTED,
            ports=ports,
            probe=probe,
            image=image,
            container_id=container_id,
            digest=f"{rng.getrandbits(256):064x}",
            token=f"kube-api-access-{suffix}",
            host_network="    hostNetwork: true\n" if host_network else "",
            node=_node_name(node),
            host=host,
            address=address,
            created_by=uuid.UUID(int=rng.getrandbits(128), version=4),
        )


def _node_name(index: int) -> str:
    return f"node-{index:03d}.example.internal"


def _node_address(index: int) -> str:
    return f"192.168.{index // 250}.{1 + index % 250}"


_POD = """\
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      checksum/config: {created_by}
      kubectl.kubernetes.io/restartedAt: "{created}"
    creationTimestamp: "{created}"
    generateName: {owner}-
    labels:
      {label}: {app}
      pod-template-hash: "{hash}"
      release: {release}
      team: {team}
      tier: {tier}
    name: {name}
    namespace: {namespace}
    ownerReferences:
    - apiVersion: apps/v1
      blockOwnerDeletion: true
      controller: true
      kind: ReplicaSet
      name: {owner}
      uid: {owner_uid}
{version}{uid}  spec:
    containers:
    - env:
      - name: POD_NAME
        valueFrom:
          fieldRef:
            apiVersion: v1
            fieldPath: metadata.name
      - name: LOG_LEVEL
        value: info
      - name: DATABASE_URL
        valueFrom:
          secretKeyRef:
            key: url
            name: {app}-database
      image: {image}
      imagePullPolicy: IfNotPresent
      livenessProbe:
        failureThreshold: 3
        httpGet:
          path: /healthz
          port: {probe}
          scheme: HTTP
        periodSeconds: 10
        successThreshold: 1
        timeoutSeconds: 1
      name: {app}
      ports:
{ports}      readinessProbe:
        failureThreshold: 3
        httpGet:
          path: /ready
          port: {probe}
          scheme: HTTP
        periodSeconds: 5
        successThreshold: 1
        timeoutSeconds: 1
      resources:
        limits:
          memory: 512Mi
        requests:
          cpu: 100m
          memory: 256Mi
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
      terminationMessagePath: /dev/termination-log
      terminationMessagePolicy: File
      volumeMounts:
      - mountPath: /etc/{app}
        name: config
        readOnly: true
      - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
        name: {token}
        readOnly: true
    dnsPolicy: ClusterFirst
    enableServiceLinks: true
{host_network}    nodeName: {node}
    preemptionPolicy: PreemptLowerPriority
    priority: 0
    restartPolicy: Always
    schedulerName: default-scheduler
    securityContext:
      fsGroup: 2000
      runAsNonRoot: true
    serviceAccount: {app}
    serviceAccountName: {app}
    terminationGracePeriodSeconds: 30
    tolerations:
    - effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
    - effect: NoExecute
      key: node.kubernetes.io/unreachable
      operator: Exists
      tolerationSeconds: 300
    volumes:
    - configMap:
        defaultMode: 420
        name: {app}
      name: config
    - name: {token}
      projected:
        defaultMode: 420
        sources:
        - serviceAccountToken:
            expirationSeconds: 3607
            path: token
        - configMap:
            items:
            - key: ca.crt
              path: ca.crt
            name: kube-root-ca.crt
        - downwardAPI:
            items:
            - fieldRef:
                apiVersion: v1
                fieldPath: metadata.namespace
              path: namespace
  status:
    conditions:
    - lastProbeTime: null
      lastTransitionTime: "{started}"
      status: "True"
      type: Initialized
    - lastProbeTime: null
      lastTransitionTime: "{started}"
      status: "True"
      type: Ready
    - lastProbeTime: null
      lastTransitionTime: "{started}"
      status: "True"
      type: ContainersReady
    - lastProbeTime: null
      lastTransitionTime: "{created}"
      status: "True"
      type: PodScheduled
    containerStatuses:
    - containerID: {container_id}
      image: {image}
      imageID: registry.example/{team}/{app}@sha256:{digest}
      lastState: {{}}
      name: {app}
      ready: true
      restartCount: 0
      started: true
      state:
        running:
          startedAt: "{started}"
    hostIP: {host}
    hostIPs:
    - ip: {host}
    phase: Running
    podIP: {address}
    podIPs:
    - ip: {address}
    qosClass: Burstable
    startTime: "{created}"
"""

DENY_IN = "    podSelector: {}\n    policyTypes:\n    - Ingress\n"
DENY_BOTH = "    podSelector: {}\n    policyTypes:\n    - Ingress\n    - Egress\n"
ALLOW_DNS = """\
    egress:
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    podSelector: {}
    policyTypes:
    - Egress
"""
WITHIN = """\
    egress:
    - ports:
      - endPort: 9999
        port: 5000
        protocol: TCP
      to:
      - podSelector: {}
    podSelector: {}
    policyTypes:
    - Egress
"""
DB_FROM_API = """\
    ingress:
    - from:
      - podSelector:
          matchLabels:
            app: api
      ports:
      - port: postgres
        protocol: TCP
    podSelector:
      matchLabels:
        app: db
    policyTypes:
    - Ingress
"""
API_FROM_WEB = """\
    ingress:
    - from:
      - podSelector:
          matchExpressions:
          - key: app
            operator: In
            values:
            - web
            - worker
          - key: release
            operator: NotIn
            values:
            - retired
      ports:
      - endPort: 8089
        port: 8080
        protocol: TCP
      - port: grpc
        protocol: TCP
    podSelector:
      matchLabels:
        app: api
    policyTypes:
    - Ingress
"""
WEB_FROM_GATEWAY = """\
    ingress:
    - from:
      - namespaceSelector:
          matchLabels:
            name: ingress
        podSelector:
          matchLabels:
            app: gateway
      ports:
      - port: http
        protocol: TCP
    podSelector:
      matchLabels:
        app: web
    policyTypes:
    - Ingress
"""
METRICS = """\
    ingress:
    - from:
      - namespaceSelector:
          matchExpressions:
          - key: kubernetes.io/metadata.name
            operator: In
            values:
            - monitoring
        podSelector:
          matchExpressions:
          - key: app
            operator: In
            values:
            - prometheus
      ports:
      - port: metrics
        protocol: TCP
    podSelector:
      matchExpressions:
      - key: tier
        operator: Exists
    policyTypes:
    - Ingress
"""
PARTNERS_IN = f"""\
    ingress:
    - from:
      - ipBlock:
          cidr: {PARTNERS}
          except:
          - 203.0.113.64/27
          - 203.0.113.200/32
      ports:
      - port: 8443
        protocol: TCP
    podSelector:
      matchLabels:
        app: api
    policyTypes:
    - Ingress
"""
PARTNERS_OUT = f"""\
    egress:
    - ports:
      - port: 443
        protocol: TCP
      to:
      - ipBlock:
          cidr: {PARTNERS}
          except:
          - 203.0.113.128/26
    podSelector:
      matchExpressions:
      - key: app
        operator: In
        values:
        - api
        - worker
    policyTypes:
    - Egress
"""


def _same_team(team: str, port: int) -> str:
    return (
        "    ingress:\n    - from:\n      - namespaceSelector:\n          matchExpressions:\n          - key: env\n"
        "            operator: NotIn\n            values:\n            - dev\n          matchLabels:\n"
        f"            team: {team}\n        podSelector:\n          matchExpressions:\n          - key: batch\n"
        f"            operator: DoesNotExist\n          matchLabels:\n            app: api\n      ports:\n"
        f"      - port: {port}\n        protocol: TCP\n    podSelector:\n      matchLabels:\n        app: cache\n"
        "    policyTypes:\n    - Ingress\n"
    )


def policies(found: list[Space], count: int, rng: random.Random) -> list[tuple[str, str, str]]:
    """`count` policies as (namespace, name, spec): first what isolates, then what each namespace opens, in turn."""
    chosen: list[tuple[str, str, str]] = []
    queues: list[list[tuple[str, str, str]]] = []
    for space in found:
        if space.team == "platform":
            continue
        if space.closed_in:
            chosen.append((space.name, "default-deny", DENY_BOTH if space.closed_out else DENY_IN))
        queue = [("db-from-api", DB_FROM_API), ("api-from-web", API_FROM_WEB), ("web-from-gateway", WEB_FROM_GATEWAY)]
        if space.closed_out:
            queue += [("dns", ALLOW_DNS), ("within", WITHIN)]
        if space.partners_in:
            queue.append(("partners-in", PARTNERS_IN))
        if space.partners_out:
            queue.append(("partners-out", PARTNERS_OUT))
        queue.append(("metrics", METRICS))
        queue.append(("same-team", _same_team(space.team, 6379)))
        for extra in range(1 + count // max(1, len(found))):
            queue.append((f"same-team-{extra}", _same_team(space.team, rng.randrange(6380, 6500))))
        queues.append([(space.name, name, spec) for name, spec in queue])
    depth = 0
    while len(chosen) < count and any(depth < len(queue) for queue in queues):
        chosen += [queue[depth] for queue in queues if depth < len(queue)]
        depth += 1
    return sorted(chosen[:count])


def invariants(found: list[Space], count: int, rng: random.Random) -> Iterator[str]:
    """`count` sentences of every form, the forms in turn, over namespaces chosen at random."""
    teams = [space for space in found if space.team != "platform"]
    closed = [space for space in teams if space.closed_in]
    sealed = [space for space in closed if space.closed_out]
    opened = [space for space in teams if not space.closed_in]
    admitting = [space for space in closed if space.partners_in]
    quiet = [space for space in closed if not space.partners_in]
    calling = [space for space in sealed if space.partners_out]

    def pick(pool: list[Space]) -> str:
        return rng.choice(pool or teams).name

    forms = (
        lambda: f"{pick(opened)} cannot reach {pick(closed)}/app=db",
        lambda: f"only {(a := pick(closed))}/app=api can reach {a}/app=db on TCP/5432 except host-networked",
        lambda: (
            f"any pod cannot reach {(a := pick(closed))}/app=db on TCP/5432 except from {a}/app=api and host-networked"
        ),
        lambda: f"{(a := pick(closed))}/app=web can reach {a}/app=api on TCP/8080",
        lambda: f"{pick(teams)} cannot reach {pick(opened)}/app=web on TCP/8080",
        lambda: f"internet cannot reach {pick(quiet)}",
        lambda: f"{pick(sealed)} cannot reach internet except {PARTNERS} on TCP/443",
        lambda: f"{pick(sealed)}/app=web is isolated from {pick(closed)}",
        lambda: f"{PARTNERS} cannot reach {pick(admitting)} except on TCP/8443",
        lambda: f"only ingress/app=gateway can reach {pick(closed)}/app=web on TCP/8080 except host-networked",
        lambda: f"{pick(sealed)} can reach kube-system/k8s-app=kube-dns on UDP/53, TCP/53",
        lambda: f"any pod cannot reach {pick(opened)}",
        lambda: (
            f"only ns(team={rng.choice(TEAMS)}) can reach {pick(closed)}/app=cache on TCP/6379 except host-networked"
        ),
        lambda: f"outside cannot reach {pick(closed)}/app=worker",
        lambda: f"ns(env=dev) cannot reach {pick(closed)}/app=db, {pick(closed)}/app=worker",
        lambda: f"{pick(closed)} cannot reach {pick(closed)} on TCP/8000-8100",
        lambda: f"{pick(calling)}/app=api can reach 203.0.113.10 on TCP/443",
        lambda: f"203.0.113.70, 198.51.100.0/24 cannot reach {pick(admitting)}",
        lambda: f"monitoring/app=prometheus can reach {pick(closed)}/app=web on TCP/9090",
        lambda: f"{pick(opened)}/app=worker is isolated",
        lambda: f"nodes cannot reach {pick(closed)}/app=db",
        lambda: (
            "no pod can reach a pod of another namespace except to kube-system on UDP/53, TCP/53 and host-networked"
        ),
        lambda: (
            "no pod can reach a pod with another value of namespace label team"
            f" except from monitoring on TCP/{rng.choice((9090, 9187))}"
        ),
        lambda: f"{pick(closed)} cannot reach anything except to {pick(closed)}",
        lambda: f"any pod can reach {pick(opened)}/app=web on TCP/8080",
    )
    for index in range(count):
        yield forms[index % len(forms)]()


def write(
    out: Path, *, pods: int, namespaces: int, policy_count: int, invariant_count: int, nodes: int, seed: int
) -> None:
    """Write `cluster.yaml` and `netqed.yaml` into `out`, which is created."""
    rng = random.Random(seed)
    found = spaces(namespaces, rng)
    dump = Dump(rng, nodes)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "cluster.yaml").open("w", encoding="utf-8") as file:
        file.write("apiVersion: v1\nitems:\n")
        for space in found:
            file.write(dump.namespace(space))
        for index in range(nodes):
            file.write(dump.node(index))
        for namespace, name, spec in policies(found, policy_count, rng):
            file.write(dump.policy(namespace, name, spec))
        for space, app, host_network in _placements(found, pods):
            file.write(dump.pod(space, app, host_network=host_network))
        file.write('kind: List\nmetadata:\n  resourceVersion: ""\n')
    lines = ["# Generated by benchmarks/generate.py.", "manifests: [cluster.yaml]", "invariants:"]
    for index, sentence in enumerate(invariants(found, invariant_count, rng)):
        scoped = index % 10 == 9
        lines.append(f"  - assert: {sentence}\n    scope: now" if scoped else f"  - {sentence}")
    lines += ["assume:", "  - every namespace has label name with its own name", ""]
    (out / "netqed.yaml").write_text("\n".join(lines), encoding="utf-8")


def _placements(found: list[Space], count: int) -> Iterator[tuple[Space, App, bool]]:
    """`count` pods as (namespace, app, host-networked), spread evenly; a few of kube-system are host-networked."""
    places: list[tuple[Space, App, bool]] = []
    for space in found:
        if space.team != "platform":
            places += [(space, app, False) for app in APPS]
        elif space.name in PLATFORM_APPS:
            places.append((space, PLATFORM_APPS[space.name], False))
        if space.name == "kube-system":
            places.append((space, App("node-agent", "agent", (("metrics", 9100),)), True))
    share, rest = divmod(count, len(places))
    for index, place in enumerate(places):
        for _ in range(share + (index < rest)):
            yield place


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="the folder to write into")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--policies", type=int, default=1_000)
    parser.add_argument("--invariants", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.namespaces < 10:
        parser.error("--namespaces must be at least 10: four are every cluster's, two the platform's")
    write(
        options.out,
        pods=options.pods,
        namespaces=options.namespaces,
        policy_count=options.policies,
        invariant_count=options.invariants,
        nodes=options.nodes,
        seed=options.seed,
    )


if __name__ == "__main__":
    main()
