"""How to read and to ask, for every function of `netqed.api`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from netqed.spec.document import Scope

Progress = Callable[[int, int, str], None]
"""Called as work goes on: steps done, steps in all, what is being done."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to read and to ask; the same for every function that takes it."""

    namespace: str | None = None
    """Of objects that name none; `default` where it is None."""
    ignore_unknown: tuple[str, ...] = ()
    """Kinds of unsupported policies to pass over: the verdicts are then not complete, and say so."""
    scope: Scope | None = None
    """Of invariants that name none; None is `always` for `cannot` and `only`, `now` for `can`."""
    cni: str | None = None
    """The network plugin whose answers hold where the API leaves a matter open, by its name in `netqed cni`, or `spec`;
    None means that every answer must do."""
    why: bool = False
    """Whether proofs come with the policies that they need, and refutations with every way in."""
    proofs: bool = False
    """Whether proofs alone do, which costs less."""
    mend: bool = False
    """Whether refutations come with edits that would mend them."""
    map: bool = False
    """Whether the verdicts on an input come with the map of who can reach whom in it."""
    rlimit: int | None = None
    """Budget of one question to the solver, in its own units of work; None is the default."""
    stdin: str | bytes | None = None
    """What `-` among the paths stands for; None reads standard input when it is needed."""
    stdin_name: str = "<stdin>"
    """What `-` is called in places and sources: the file that it was read from, where that is known."""
    stdin_folder: str | None = None
    """What files are relative to that objects on standard input say they were rendered from, where that is known."""
    blank_files: bool = False
    """Whether a file that is named and holds nothing at all may stand beside others that hold objects. `check` refuses
    it, since a policy file that was rendered empty makes `can` true; a stated flow is judged by what is there."""
    progress: Progress | None = None
    today: date | None = None
    """The day that `until` is compared with; None is the day of the run."""
