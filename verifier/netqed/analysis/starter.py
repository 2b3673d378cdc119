"""`netqed init`: a starter spec of what is isolated today, for a person to prune."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from netqed.analysis.candidates import EXEMPT_HOSTS, Candidates, inhabited, named, stronger
from netqed.analysis.naming import groups_for, with_groups
from netqed.analysis.questions import default_scope
from netqed.analysis.session import Session
from netqed.analysis.vacuity import idle_selector
from netqed.resources.cluster import BUILT_IN_NAMESPACES, Cluster
from netqed.sources.position import InputError
from netqed.spec.document import Spec, StatedInvariant
from netqed.spec.parse import parse_sentence_invariant
from netqed.spec.rendering import render_endpoint, render_invariant
from netqed.spec.resolve import resolve
from netqed.spec.sentences import AnyOf, CannotReach, Invariant, Pods
from netqed_smt.solver import Answer

NAMES_A_SENTENCE: Final = 5

Holds = Callable[[Sequence[StatedInvariant]], Sequence[bool]]
"""Says of each of some resolved invariants whether it holds, and speaks of something."""


def starter_spec(
    cluster: Cluster,
    holds: Holds | None = None,
    *,
    manifests: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> str:
    """Return the text of a starter `netqed.yaml`: invariants that hold today, by namespace, with comments.

    `holds` decides which of the candidates do; by default the solver, in the scope that `check` would take. `manifests`
    are the paths that the spec names, relative to it. `arguments` are what `check` needs besides, since no spec can
    state it: options that the input was read with, and all paths if standard input (`-`) is one of them. The text is
    the same for the same cluster, and its length is bounded; comments say what was left out.
    """
    candidates = Candidates.of(cluster)
    asked = list(dict.fromkeys(one for section in candidates.sections for one in section.invariants))
    stated = {one: found for one in asked if (found := _stated(one, cluster)) is not None}
    answers = (holds or holds_in(cluster))(tuple(stated.values()))
    holding = {one for one, answer in zip(stated, answers, strict=True) if answer}
    lines = [*_head(manifests, arguments), *_body(candidates, holding, cluster), *_unspoken(candidates)]
    undeclared = [one for one in inhabited(cluster) if one not in cluster.namespaces and one not in BUILT_IN_NAMESPACES]
    if undeclared:
        lines += ["", *_undeclared(undeclared)]
    return "\n".join(lines) + "\n"


def holds_in(cluster: Cluster) -> Holds:
    """Return the judge of invariants over a cluster.

    One holds if no flow in its default scope violates it (UNSAT of the violation), some flow lies between its sides
    (SAT of the subject), and none of its selectors matches nothing.
    """

    def holds(stated: Sequence[StatedInvariant]) -> Sequence[bool]:
        session = Session(cluster, Spec(invariants=tuple(stated)))
        try:
            return [_holds(session, one.invariant) for one in stated]
        finally:
            session.solver.close()

    return holds


def _holds(session: Session, invariant: Invariant) -> bool:
    if idle_selector(session, invariant) is not None:
        return False
    question = session.question_of(invariant)
    literals = session.scope(default_scope(invariant))
    ask = session.questions.ask
    if ask([*literals, *session.violation(question)]) is not Answer.UNSAT:
        return False
    return ask([*literals, session.questions.literal(question.subject)]) is Answer.SAT


def _stated(invariant: Invariant, cluster: Cluster) -> StatedInvariant | None:
    """The candidate as `check` will read it; None where it names what the input does not hold."""
    try:
        stated = parse_sentence_invariant(render_invariant(invariant))
        return resolve(Spec(invariants=(stated,)), cluster).invariants[0]
    except InputError:
        return None


def _body(candidates: Candidates, holding: set[Invariant], cluster: Cluster) -> Iterator[str]:
    """Groups and invariants: of each section what holds and is not said better elsewhere."""
    telling = {
        section.heading: [
            one for one in section.invariants if one in holding and not holding.intersection(stronger(one))
        ]
        for section in candidates.sections
    }
    shown = {heading: invariants for heading, invariants in telling.items() if invariants}
    if not shown:
        yield from _nothing(cluster)
        return
    groups = groups_for((one for invariants in shown.values() for one in invariants), cluster.known_namespaces)
    if groups:
        yield "groups:"
        yield from (f"  {quoted(name)}: {quoted(render_endpoint(pods))}" for pods, name in groups.items())
        yield ""
    exempted = False
    for number, (heading, invariants) in enumerate(shown.items()):
        yield "" if number else "invariants:"
        yield f"  # {heading}"
        if not exempted and any(one.exceptions[-1:] == (EXEMPT_HOSTS,) for one in invariants):
            exempted = True
            yield "  # (Some pods here use their node's network: no policy governs them, so they are excepted.)"
        grouped = [with_groups(one, groups) for one in invariants]
        yield from (f"  - {quoted(sentence)}" for sentence in _sentences(grouped))


def _sentences(invariants: Sequence[Invariant]) -> Iterator[str]:
    """The sentences of invariants; neighbours that shut namespaces out of the same one share some."""
    for same, group in groupby(invariants, _without_source):
        if same is None:
            yield from map(render_invariant, group)
            continue
        sources = [one.source for one in group if isinstance(one, CannotReach)]
        for start in range(0, len(sources), NAMES_A_SENTENCE):
            some = sources[start : start + NAMES_A_SENTENCE]
            yield render_invariant(replace(same, source=some[0] if len(some) == 1 else AnyOf(tuple(some))))


def _without_source(invariant: Invariant) -> CannotReach | None:
    """What two invariants have in common that keep one namespace each out of the same namespace."""
    match invariant:
        case CannotReach(Pods(str()), Pods(str(), None)):
            return replace(invariant, source=AnyOf(()))
        case _:
            return None


def _nothing(cluster: Cluster) -> Iterator[str]:
    if cluster.policies:
        yield "# Nothing that netqed looked for is isolated today, though there are network policies."
    else:
        yield "# Nothing is isolated: there is no network policy, so every pod may reach, and be reached by, anything."
    name = render_endpoint(Pods(next(iter(inhabited(cluster)), "default")))
    yield "# Write what should hold, in this form, and run `netqed check`:"
    yield "#"
    yield "# invariants:"
    yield f"#   - {name} cannot reach internet"
    yield f"#   - internet cannot reach {name}"
    yield "invariants: []"


def _unspoken(candidates: Candidates) -> Iterator[str]:
    """Comments on the policies that no invariant speaks of, and on what was left out for length."""
    if candidates.unread:
        yield from ("", "# Policies that select none of the workloads that were read, so nothing above speaks of their")
        yield f"# pods: {_in_comment(named(candidates.unread))}."
        yield "# If something else makes these pods, such as an operator, state them under `workloads:`, and write what"
        yield "# must hold of them."
    if candidates.on_hosts:
        yield from ("", "# Policies without effect, since all that they select uses its node's network:")
        yield f"# {_in_comment(named(candidates.on_hosts))}."
    if candidates.left_out:
        yield from ("", "# Left out, for length:")
        yield from (f"# - {_in_comment(one)}" for one in candidates.left_out)


def _in_comment(text: str) -> str:
    """Text that does not end the comment that it stands in."""
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def _head(manifests: Sequence[str], arguments: Sequence[str]) -> Iterator[str]:
    yield "# yaml-language-server: $schema=netqed.schema.json"
    yield "# (`netqed schema > netqed.schema.json` writes that file, for your editor.)"
    yield "#"
    yield "# A start, written by `netqed init`: what policies isolate today. All invariants below hold now."
    yield "# Keep those that must hold tomorrow, and delete those that hold by accident: they would fail the next"
    yield "# change that is meant. Add what must work, such as `web can reach api on TCP/8080`, and say `why:`."
    if arguments:
        yield "#"
        yield f"# Check it with: {_in_comment(shlex.join(['netqed', 'check', *arguments]))}"
    if "-" in arguments:
        yield "# (Manifests came from standard input or from -k, which this file cannot name: give them again.)"
    listed = [path for path in manifests if not _SURROGATE.search(path)]
    if listed:
        yield "manifests:"
        yield from (f"  - {quoted(path)}" for path in listed)
    if len(listed) < len(manifests):
        yield "# A path that is no Unicode text cannot be written here, and was left out of `manifests`."
    yield ""


def _undeclared(names: list[str]) -> Iterator[str]:
    shown = ", ".join(names[:NAMES_A_SENTENCE])
    more = f" and {len(names) - NAMES_A_SENTENCE} more" if len(names) > NAMES_A_SENTENCE else ""
    yield f"# No manifest declares namespace {shown}{more}."
    yield "# A proof considers whatever labels such a namespace may have. Where policies select namespaces by label,"
    yield "# more may hold once the labels are stated, in a manifest or here:"
    yield "# namespaces:"
    yield f"#   {names[0]}: {{}}"


def quoted(text: str) -> str:
    """Return a string as YAML that reads back as it: plain where that is safe, else in double quotes. The text must not
    hold surrogates, which no YAML can."""
    if _PLAIN.fullmatch(text) and " #" not in text and not _TYPED.fullmatch(text):
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_PLAIN: Final = re.compile(r"[A-Za-z_./][A-Za-z0-9_./=!(),; -]*(?<! )")
"""Text that is safe as a plain scalar in a block list: no colon, no quote, no indicator in front."""
_TYPED: Final = re.compile(r"null|true|false|yes|no|on|off|y|n|\.(?:inf|nan)|[.\d]+|\.\d.*", re.IGNORECASE)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
