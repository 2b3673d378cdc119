"""Pods and the templates that they stem from: each counts once.

A live pod says what exists now; its controller's template says what will exist after the next restart. Where both say
the same, the pod stands for both. Where they differ (a template newer than its pods, labels that an operator or a mesh
added), both are kept, so that nothing that exists or is about to is left out of a proof.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netqed.resources.cluster import Note
from netqed.resources.objects import Labels, Workload

Owner = tuple[str, str]

CONTROLLER_KEYS: Final = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "job-name",
        "controller-uid",
    }
)
"""Labels that controllers add to a template's pods; every key under `batch.kubernetes.io/` is one too."""

_CONTROLLER_PREFIX: Final = "batch.kubernetes.io/"
_DEFAULT_ACCOUNT: Final = "default"
# A CronJob's Jobs are called by it, a dash, and the scheduled minute since 1970.
_SCHEDULED: Final = re.compile(r"(.+)-[0-9]{7,}")
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """The workloads that count, and what was left out or is worth noting."""

    workloads: tuple[Workload, ...]
    superseded: tuple[Workload, ...] = ()
    """The templates that do not count, since what they made or what made them stands for them."""
    left_out: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()


def is_controller_key(key: str) -> bool:
    """Whether controllers add the label `key` to the pods of a template."""
    return key in CONTROLLER_KEYS or key.startswith(_CONTROLLER_PREFIX)


def count_once(workloads: Sequence[Workload]) -> Counted:
    """The workloads without the templates that add nothing to what they made, with every owner of each filled in."""
    templates = {(w.namespace, w.kind, w.name): w for w in workloads if w.is_template}
    chains: dict[tuple[str, Owner, str], tuple[Owner, ...]] = {}
    owned = [_with_owners(workload, templates, chains) if workload.owners else workload for workload in workloads]
    if not any(w.owners for w in owned):
        return Counted(tuple(owned))
    made: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
    for workload in owned:
        if workload.kind == "Pod":
            for kind, name in workload.owners:
                made[workload.namespace, kind, name].append(workload)
    kept: list[Workload] = []
    dropped: list[Workload] = []
    differing: list[Workload] = []
    for workload in owned:
        if not workload.is_template:
            kept.append(workload)
            continue
        pods = made.get((workload.namespace, workload.kind, workload.name), [])
        # Workloads that own each other have no first one that could stand for all.
        circular = (workload.kind, workload.name) in workload.owners
        above = () if circular else workload.owners
        sources = [templates.get((workload.namespace, kind, name)) for kind, name in above]
        signature = _signature(workload)
        if any(other is not None and _signature(other) == signature for other in (*pods, *sources)):
            dropped.append(workload)
            continue
        kept.append(workload)
        if pods:
            differing.append(workload)
    return Counted(
        tuple(kept), tuple(dropped), _left_out(Counter(workload.kind for workload in dropped)), _notes(differing)
    )


def _with_owners(
    workload: Workload,
    templates: Mapping[tuple[str, str, str], Workload],
    chains: dict[tuple[str, Owner, str], tuple[Owner, ...]],
) -> Workload:
    """The workload with its whole chain of owners; `chains` remembers those of its siblings."""
    key = (workload.namespace, workload.owners[0], workload.labels.get("pod-template-hash", ""))
    chain = chains.get(key)
    if chain is None:
        chain = chains[key] = _chain(workload, templates)
    return workload if chain == workload.owners else replace(workload, owners=chain)


def _chain(workload: Workload, templates: Mapping[tuple[str, str, str], Workload]) -> tuple[Owner, ...]:
    """All controllers from the nearest on: as ownerReferences say, and across a ReplicaSet or Job that is not in the
    input as the names that their controllers give them say."""
    chain: list[Owner] = []
    labels: Labels = workload.labels
    following = workload.owners[0] if workload.owners else None
    while following is not None and following not in chain:
        chain.append(following)
        kind, name = following
        owner = templates.get((workload.namespace, kind, name))
        if owner is not None:
            labels = owner.labels
            following = owner.owners[0] if owner.owners else None
        else:
            following = _named_after(kind, name, labels)
            if following is not None and (workload.namespace, *following) not in templates:
                following = None
    return tuple(chain)


def _named_after(kind: str, name: str, labels: Labels) -> Owner | None:
    """The Deployment or CronJob that a ReplicaSet or Job of this name stems from by convention, if any."""
    if kind == "ReplicaSet":
        suffix = "-" + labels.get("pod-template-hash", "")
        return ("Deployment", name.removesuffix(suffix)) if len(suffix) > 1 and name.endswith(suffix) else None
    if kind == "Job" and (match := _SCHEDULED.fullmatch(name)) is not None:
        return "CronJob", match[1]
    return None


def _signature(
    workload: Workload,
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[int, str | None, str]], bool, str]:
    """What tells pods of a workload from others: labels without those of controllers, ports, host network, account."""
    return (
        frozenset(item for item in workload.labels.items() if not is_controller_key(item[0])),
        frozenset((port.number, port.name, port.protocol or "TCP") for port in workload.container_ports),
        workload.host_network,
        workload.service_account or _DEFAULT_ACCOUNT,
    )


def _left_out(dropped: Counter[str]) -> tuple[Note, ...]:
    if not dropped:
        return ()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(dropped.items()))
    return (Note(f"counted once, through what they made or what made them: {kinds}"),)


def _notes(differing: Sequence[Workload]) -> tuple[Note, ...]:
    if not differing:
        return ()
    names = sorted(workload.display for workload in differing)
    differ = "template differs" if len(names) == 1 else "templates differ"
    which = "in labels, ports, host network or service account"
    text = f"{len(names)} {differ} from every pod in the input that it made, {which}, so both count: "
    if len(names) <= _SHOWN:
        return (Note(text + ", ".join(names)),)
    few = f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return (Note(text + few, unfolded=text + ", ".join(names)),)
