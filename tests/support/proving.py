"""Small inputs and specs in memory, and the verdicts on them through the public interface."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from netqed import api
from netqed.analysis.results import InputResult, Refuted, Result, Witness, WitnessEnd
from netqed.analysis.session import Session
from netqed.spec.resolve import resolve
from support.manifests import Manifest


def as_text(objects: Sequence[Manifest]) -> str:
    """The objects as a stream of documents, in their order."""
    return "---\n".join(json.dumps(item) + "\n" for item in objects)


def spec_of(*invariants: str | dict[str, Any], **others: Any) -> api.Spec:
    """A spec with these invariants; `others` are further keys of the file (`assume`, `cluster`, …)."""
    loaded = api.load_spec("netqed.yaml", text=yaml.safe_dump({**others, "invariants": list(invariants)}))
    assert loaded is not None
    return loaded


def check(
    objects: Sequence[Manifest],
    *invariants: str | dict[str, Any],
    today: date | None = None,
    rlimit: int | None = None,
    scope: api.Scope | None = None,
    cni: str | None = None,
    **others: Any,
) -> InputResult:
    """The verdicts on the objects."""
    settings = api.Settings(stdin=as_text(objects), today=today, rlimit=rlimit, scope=scope, cni=cni)
    (one,) = api.check(["-"], spec=spec_of(*invariants, **others), settings=settings).inputs
    return one


def prove(objects: Sequence[Manifest], sentence: str, **others: Any) -> Result:
    """The verdict on one sentence."""
    (result,) = check(objects, sentence, **others).results
    return result


def problems(objects: Sequence[Manifest], *invariants: str | dict[str, Any], **others: Any) -> list[str]:
    """The messages of a check that the input or the spec makes impossible."""
    try:
        check(objects, *invariants, **others)
    except api.InputError as error:
        return [problem.message for problem in error.problems]
    return []


def session(objects: Sequence[Manifest], *invariants: str | dict[str, Any], **others: Any) -> Session:
    """The objects under the spec, encoded."""
    cluster = api.load_cluster(["-"], settings=api.Settings(stdin=as_text(objects)))
    return Session(cluster, resolve(spec_of(*invariants, **others), cluster))


def witness_of(objects: Sequence[Manifest], sentence: str, **others: Any) -> Witness:
    """The witness that refutes the sentence, which must be refuted."""
    verdict = prove(objects, sentence, **others).verdict
    assert isinstance(verdict, Refuted), verdict
    return verdict.witness


def shown(witness: Witness) -> str:
    """A witness in one line: both sides with what is invented about them, and the traffic.

    Addresses stand where no name does: the other ones say nothing to a reader.
    """
    return f"{_end(witness.source)} -> {_end(witness.destination)} {witness.traffic}"


def refuted_by(objects: Sequence[Manifest], sentence: str, **others: Any) -> str:
    """The witness of `witness_of` in one line."""
    return shown(witness_of(objects, sentence, **others))


def _end(end: WitnessEnd) -> str:
    facts = ([] if end.exists else ["new"]) + ([] if end.namespace_exists else ["namespace undeclared"])
    facts += end.invented
    return end.name + (f" [{'; '.join(facts)}]" if facts else "")
