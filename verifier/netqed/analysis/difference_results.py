"""What two policy sets differ in, as values, all evidence included: the only thing that reports of it render."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from netqed.analysis.results import Basis, Cube, Result, Unknown, Witness
from netqed.plugins.matters import Matter, Reading
from netqed.reference.flow import Direction
from netqed.resources.cluster import Note
from netqed.spec.document import Scope, StatedInvariant

Outcome = Literal["equivalent", "narrower", "wider", "incomparable", "unknown"]
Requirement = Literal["equivalent", "no-new-access", "no-lost-access"]
"""What `--require` takes."""

Sign = Literal["gained", "lost"]
"""Of a flow on which the sides differ: NEW allows it and OLD does not, or the other way round."""
SIGNS: Final[tuple[Sign, Sign]] = ("gained", "lost")


@dataclass(frozen=True, slots=True)
class DifferingFlow:
    """One flow between the same two endpoints, judged on either side by what that side says of them and of its
    policies: one side allows it, and the other blocks it."""

    old: Witness
    new: Witness

    @property
    def sign(self) -> Sign:
        """Whether NEW or OLD is the side that allows it."""
        return "gained" if self.new.decision.allowed else "lost"

    @property
    def allowing(self) -> Witness:
        """The flow on the side that allows it; its decision says by which rules, or that no policy selects a side."""
        return self.new if self.sign == "gained" else self.old

    @property
    def blocking(self) -> Witness:
        """The flow on the side that blocks it; its decision says which policies isolate and have no rule for it."""
        return self.old if self.sign == "gained" else self.new

    @property
    def blocked_in(self) -> tuple[Direction, ...]:
        """The directions in which the blocking side blocks it: ingress, egress, or both."""
        decision = self.blocking.decision
        return tuple(one.direction for one in (decision.ingress, decision.egress) if not one.allowed)

    @property
    def reading(self) -> Reading:
        """How the matters left to network plugins are decided, on both sides alike."""
        return self.new.world.reading


@dataclass(frozen=True, slots=True)
class Family:
    """Flows of one direction's difference: in that direction the allowing side lets every flow of the cube through and
    the blocking side none. The cube cannot be widened, and no family of its list can be left out."""

    cube: Cube
    direction: Direction
    conditional: bool
    """Whether only those of its flows are in the difference that the allowing side's other direction lets through,
    which some are: "where NEW's egress allows". False where it lets all of them through."""
    example: DifferingFlow
    """One flow of the cube that is in the difference."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No flow at all: proved."""

    rests_on: tuple[str, ...] = ()
    """What the proof needed beside the policies, as in `Proved.rests_on`."""
    matters: tuple[tuple[Matter, bool], ...] = ()
    """Answers that the proof needs: of the plugin that `--cni` names, or of `spec`; without one, that `endPort` is
    honoured."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one side allows and the other does not."""

    example: DifferingFlow
    """The most natural such flow."""
    families: tuple[Family, ...] | None = None
    """All of it, where `left_out` is 0; None where nobody asked, or the budget did not suffice: `left_out` is then
    None."""
    left_out: int | None = 0
    """How many families more there are; None where only that there are more is known."""


Part = Nothing | Delta | Unknown
"""What is gained, or lost."""


@dataclass(frozen=True, slots=True)
class BothVerdicts:
    """An invariant's verdicts on either side."""

    stated: StatedInvariant
    old: Result
    new: Result

    @property
    def changed(self) -> bool:
        """Whether the words of the verdicts differ."""
        return self.old.verdict.word != self.new.verdict.word


@dataclass(frozen=True, slots=True)
class Difference:
    """How the flows that NEW allows compare with those that OLD allows, over the same endpoints."""

    scope: Scope
    gained: Part
    """What NEW allows and OLD does not."""
    lost: Part
    """What OLD allows and NEW does not."""
    old: Basis
    new: Basis
    notes: tuple[Note, ...] = ()
    """What one side alone declares and was taken to be the same on both."""
    verdicts: tuple[BothVerdicts, ...] | None = None
    """Every invariant of the spec; None where none was given."""
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """What NEW is compared with OLD; unknown unless both parts are known."""
        match self.gained, self.lost:
            case Nothing(), Nothing():
                return "equivalent"
            case Nothing(), Delta():
                return "narrower"
            case Delta(), Nothing():
                return "wider"
            case Delta(), Delta():
                return "incomparable"
            case _:
                return "unknown"

    @property
    def deltas(self) -> Iterator[tuple[Sign, Delta]]:
        """The parts that are not empty, what is gained first."""
        if isinstance(self.gained, Delta):
            yield "gained", self.gained
        if isinstance(self.lost, Delta):
            yield "lost", self.lost

    @property
    def changed_verdicts(self) -> tuple[BothVerdicts, ...]:
        """The invariants whose verdicts differ."""
        return tuple(one for one in self.verdicts or () if one.changed)

    def meets(self, requirement: Requirement) -> bool | None:
        """Whether the requirement holds; None where the solver's budget did not suffice to tell."""
        match requirement:
            case "no-new-access":
                parts: tuple[Part, ...] = (self.gained,)
            case "no-lost-access":
                parts = (self.lost,)
            case "equivalent":
                parts = (self.gained, self.lost)
        if any(isinstance(part, Delta) for part in parts):
            return False
        return None if any(isinstance(part, Unknown) for part in parts) else True

    def exit_code(self, requirement: Requirement = "equivalent") -> int:
        """0 where the requirement holds (without one: where the sides are equivalent), 1 where it does not, 2 where
        that is unknown."""
        return {True: 0, False: 1, None: 2}[self.meets(requirement)]
