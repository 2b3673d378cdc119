"""What a user asks `explain` about: the words for two sides and for ports, read."""

from __future__ import annotations

import re
from typing import Final

from netqed.sources.position import InputError, Position, Problem, Span
from netqed.spec.document import StatedInvariant
from netqed.spec.faults import SentenceError
from netqed.spec.grammar import parse_endpoint, parse_ports
from netqed.spec.sentences import Endpoint, Isolated, Ports, WorkloadRef

_POD: Final = re.compile(r"(?!\d[\d.]*/)([A-Za-z0-9][\w.-]*)/([A-Za-z0-9][\w.-]*)", re.ASCII)
"""`namespace/pod`, as reports print pods; no address."""


def stated_side(text: str, file: str) -> StatedInvariant:
    """A side as a sentence that speaks of it alone, so that its names are resolved as those of a spec are. `file` is
    what problems call its place. Raises InputError.

    Beside the endpoints of sentences a side may be `namespace/pod`, as reports print pods.
    """
    pod = _POD.fullmatch(text.strip())
    endpoint: Endpoint
    if pod is not None:
        endpoint = WorkloadRef(pod[1], "pod", pod[2])
    else:
        try:
            endpoint = parse_endpoint(text)
        except SentenceError as error:
            raise _input_error(error, text, file) from None
    span = Span(Position(file, 1, 1), len(text) + 1, text)
    return StatedInvariant(text, Isolated(endpoint), span=span)


def stated_ports(text: str, file: str = "<ports>") -> Ports:
    """The ports that a text names. Raises InputError."""
    try:
        return parse_ports(text)
    except SentenceError as error:
        raise _input_error(error, text, file) from None


def _input_error(error: SentenceError, text: str, file: str) -> InputError:
    place = Position(file, 1, error.offset + 1)
    return InputError([Problem(error.message, place, hint=error.hint, line_text=text)])
