"""One side that a flow may have in a small world, standing for all that nothing in it tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from netqed.resources.objects import Workload
from support.partition import Address

OTHER_NODE = "some-node"
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One side that a flow may have. `addresses` are interchangeable; a pod's `namespace_labels` hold the name's."""

    kind: Literal["pod", "node", "external"]
    addresses: tuple[Address, ...]
    namespace: str = ""
    namespace_labels: Labels = ()
    labels: Labels = ()
    workload: Workload | None = None
    names: frozenset[str] = frozenset()
    """Names that an invented pod gives to the flow's own port."""
    node: str | None = None

    @property
    def host_network(self) -> bool:
        """Whether it is a pod on its node's network."""
        return self.workload is not None and self.workload.host_network

    def __str__(self) -> str:
        what = self.workload.display if self.workload else f"{self.kind} {self.namespace}"
        parts = [what, str(dict(self.labels))] if self.kind == "pod" else [what]
        parts += [f"namespace {dict(self.namespace_labels)}"] * (self.kind == "pod")
        parts += ["host-networked"] * self.host_network + [f"names {set(self.names)}"] * bool(self.names)
        return " ".join((*parts, f"at {self.addresses[0]}", f"on {self.node}" if self.node else ""))
