"""The command that tries a witness's connection in a real cluster."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from netqed.analysis.results import Witness, WitnessEnd

_EXEC: Final[Mapping[str, str]] = {
    "Pod": "pod",
    "Deployment": "deploy",
    "StatefulSet": "sts",
    "DaemonSet": "ds",
    "ReplicaSet": "rs",
    "ReplicationController": "rc",
    "Job": "job",
}
"""Kinds that `kubectl exec KIND/NAME` finds a pod of."""

TCP: Final = 6


def replay(witness: Witness) -> str | None:
    """A shell command that makes the witness's connection, or None where that is not meaningful.

    That is: from or to what does not exist, between two pods of one workload (either may answer), from outside the
    cluster, or over a protocol whose silence tells nothing (all but TCP).
    """
    source, destination = witness.source, witness.destination
    if (
        same_workload(witness)
        or not witness.real
        or witness.protocol != TCP
        or witness.port is None
        or source.workload is None
    ):
        return None
    kind = _EXEC.get(source.workload.kind)
    target = _target(destination, witness.family)
    if kind is None or target is None:
        return None
    workload = source.workload
    return (
        f"kubectl exec -n {shlex.quote(workload.namespace)} {shlex.quote(f'{kind}/{workload.name}')} -- "
        f"nc -zvw2 {target} {witness.port}"
    )


def same_workload(witness: Witness) -> bool:
    """Whether the flow is between two pods of one workload."""
    one, two = witness.source.workload, witness.destination.workload
    return one is not None and two is not None and one.display == two.display


def _target(end: WitnessEnd, family: str) -> str | None:
    if end.workload is None:
        return shlex.quote(end.address) if end.address else None
    workload = end.workload
    known = workload.addresses or (workload.node_addresses if workload.host_network else ())
    if known:
        colon = family == "IPv6"
        matching = [address for address in known if (":" in address) == colon]
        return shlex.quote(matching[0]) if matching else None
    if workload.kind == "Pod":
        which = f"pod {shlex.quote(workload.name)} -o jsonpath='{{.status.podIP}}'"
    elif workload.labels:
        chosen = ",".join(f"{key}={value}" for key, value in workload.labels.items())
        which = f"pod -l {shlex.quote(chosen)} -o jsonpath='{{.items[0].status.podIP}}'"
    else:
        return None
    return f'"$(kubectl get -n {shlex.quote(workload.namespace)} {which})"'
