"""Disagreement between the two readings of the policies: an internal error (exit 5), never a verdict."""

from __future__ import annotations

from netqed.reference.flow import Flow, World

Answer = tuple[bool | None, bool | None]
"""Whether ingress allows the flow, and whether egress does; None where that depends on what a network plugin decides
and nobody knows of it."""


class Disagreement(Exception):
    """The evaluator and the encoding answer differently on one flow. Carries all that a bug report needs."""

    def __init__(
        self, flow: Flow, world: World, *, reference: Answer, encoding: Answer, place: str | None = None
    ) -> None:
        self.flow = flow
        self.world = world
        self.reference = reference
        self.encoding = encoding
        self.place = place
        """file:line:column of the flow, where a user stated it."""
        super().__init__(
            f"the evaluator and the encoding disagree on {place or 'a flow'}: "
            f"evaluator {_words(reference)}, encoding {_words(encoding)}"
        )


def _words(answer: Answer) -> str:
    """An answer in words."""
    words = {True: "allows", False: "denies", None: "leaves open"}
    ingress, egress = (words[allowed] for allowed in answer)
    return f"{ingress} ingress and {egress} egress"
