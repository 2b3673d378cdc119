"""What can be removed from a policy set, as values: the only thing that reports of it render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from netqed.analysis.removals import Removal, Size, path_of, size_of
from netqed.analysis.results import Basis, Unknown
from netqed.plugins.matters import Matter
from netqed.resources.cluster import Cluster
from netqed.resources.objects import NetworkPolicy
from netqed.sources.position import FieldPath
from netqed.spec.document import Scope

ReasonKind = Literal["matches-nothing", "covered", "open", "blocked", "together", "unexplained"]
"""Why a part is redundant: it matches no flow (a policy: it selects no pod); one other part does what it does; the
policy admits all traffic of the pods that it selects; what it alone admits (or a policy alone holds back), the other
side blocks; several others do together what it does; or nobody asked, or the solver's budget did not suffice to say."""


@dataclass(frozen=True, slots=True)
class Part:
    """A policy, or a rule, peer or port of one."""

    removal: Removal
    policy: NetworkPolicy
    """The policy as it was read."""

    @property
    def size(self) -> Size:
        """What it is."""
        return size_of(self.removal)

    @property
    def path(self) -> FieldPath:
        """Its path in the policy; `()` is the policy itself."""
        return path_of(self.removal)


@dataclass(frozen=True, slots=True)
class Redundant:
    """A part without which the same flows are allowed: proved of it alone, with all others there."""

    part: Part
    reason: ReasonKind
    by: Part | None = None
    """What does all that it does, where the reason is `covered`."""
    rests_on: tuple[str, ...] = ()
    """What the proof needed beside the policies, as in `Proved.rests_on`."""
    matters: tuple[tuple[Matter, bool], ...] = ()
    """Answers that the proof needs: of the plugin that `--cni` names, or of `spec`; without one, that `endPort` is
    honoured."""


@dataclass(frozen=True, slots=True)
class Together:
    """Parts without all of which the same flows are allowed: proved of the policies that are left."""

    parts: tuple[Part, ...]
    """The largest first; none is inside another."""
    rests_on: tuple[str, ...] = ()
    matters: tuple[tuple[Matter, bool], ...] = ()
    complete: bool = True
    """Whether nothing of what is left can be removed; False where the solver's budget did not suffice to tell."""


@dataclass(frozen=True, slots=True)
class Redundancy:
    """What can be removed without changing any flow."""

    scope: Scope
    asked: Mapping[Size, int]
    """How many parts of each size there are: each was asked about."""
    found: tuple[Redundant, ...]
    """What can be removed alone, in the order of the policies, what holds others before them."""
    unknown: tuple[Part, ...]
    """Those for which the solver's budget did not suffice."""
    together: Together | Unknown
    basis: Basis
    before: Cluster
    after: Cluster
    """What was read, without the parts of `together`; as it was read where that is unknown."""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 where nothing is redundant, 1 where something is, 2 where that is unknown."""
        if self.found:
            return 1
        return 2 if self.unknown or isinstance(self.together, Unknown) else 0
