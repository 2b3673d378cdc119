"""Predicates and layers as terms, against a direct interpreter of the policy model."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netqed_smt
from netqed_smt.encoding import Encoder, FlowTerms
from netqed_smt.footprint import Footprint
from netqed_smt.model import (
    FALSE,
    TRUE,
    At,
    Direction,
    InCidr,
    IsExternal,
    IsHost,
    IsHostNetworked,
    IsPod,
    LabelExists,
    LabelIn,
    Layer,
    NamedPort,
    NamespaceIs,
    NamespaceLabelExists,
    NamespaceLabelIn,
    OwnNode,
    PortBetween,
    Predicate,
    ProtocolIs,
    Rule,
    SameEndpoint,
    SameLabel,
    SameNamespace,
    SameNamespaceLabel,
    Side,
    Verb,
    WorkloadIs,
    all_of,
    any_of,
    negate,
)
from netqed_smt.sides import ABSENT, Codes, SideTerms, Vocabulary
from netqed_smt.solver import Answer, Solver, Term
from support.examples import examples
from support.policy_model import End, Flow, holds, lets_through

ENDPOINT: tuple[Predicate, ...] = (
    LabelIn("app", frozenset({"a"})),
    LabelIn("app", frozenset({"a", "b"})),
    LabelIn("app", frozenset()),
    LabelExists("app"),
    LabelExists("tier"),
    NamespaceIs("web"),
    NamespaceIs("db"),
    NamespaceLabelIn("team", frozenset({"x", ""})),
    NamespaceLabelExists("team"),
    InCidr(ip_network("10.0.0.0/8")),
    InCidr(ip_network("10.0.0.1/32")),
    InCidr(ip_network("0.0.0.0/0")),
    InCidr(ip_network("fd00::/64")),
    IsPod(),
    IsHostNetworked(),
    IsHost(),
    IsExternal(),
    WorkloadIs(0),
    WorkloadIs(7),
)
BOTH: tuple[Predicate, ...] = (
    ProtocolIs(6),
    ProtocolIs(1),
    PortBetween(80, 80),
    PortBetween(0, 79),
    PortBetween(80, 65535),
    NamedPort("http", 6),
    NamedPort("http", 17),
    OwnNode(),
    SameEndpoint(),
    SameNamespace(),
    SameLabel("app"),
    SameNamespaceLabel("team"),
    TRUE,
    FALSE,
)
ADDRESSES = {
    4: [ip_address(text) for text in ("10.0.0.1", "10.0.0.2", "11.0.0.1", "0.0.0.0")],
    6: [ip_address(text) for text in ("fd00::1", "fd00:0:0:1::1", "::")],
}


@st.composite
def ends(draw: st.DrawFn, version: int) -> End:
    address = draw(st.sampled_from(ADDRESSES[version]))
    kind = draw(st.sampled_from(("pod", "pod", "pod", "host", "external")))
    if kind != "pod":
        return End(kind=kind, namespace="", address=address)
    labels = st.dictionaries(st.sampled_from(("app", "tier", "unseen")), st.sampled_from(("a", "b", "c", "")))
    return End(
        namespace=draw(st.sampled_from(("web", "db", "elsewhere"))),
        labels=draw(labels),
        namespace_labels=draw(st.dictionaries(st.just("team"), st.sampled_from(("x", "", "z")))),
        host_network=draw(st.booleans()),
        address=address,
        ports=draw(st.frozensets(st.sampled_from((("http", 6, 80), ("http", 17, 80), ("http", 6, 81), ("p", 6, 80))))),
        workload=draw(st.sampled_from((None, 0, 7))),
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    version = draw(st.sampled_from((4, 6)))
    return Flow(
        draw(ends(version)),
        draw(ends(version)),
        draw(st.sampled_from((6, 17, 1))),
        draw(st.sampled_from((0, 1, 79, 80, 81, 65535))),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def predicates(atoms: tuple[Predicate, ...]) -> st.SearchStrategy[Predicate]:
    return st.recursive(
        st.sampled_from(atoms),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(all_of), st.lists(inner, max_size=3).map(any_of), inner.map(negate)
        ),
        max_leaves=5,
    )


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    def rule() -> Rule:
        return Rule(
            draw(predicates(ENDPOINT)),
            draw(predicates(ENDPOINT)),
            draw(predicates(BOTH)),
            draw(st.sampled_from(Verb)),
        )

    return Layer(
        draw(st.sampled_from(Direction)),
        tuple(rule() for _ in range(draw(st.integers(0, 3)))),
        draw(predicates((*ENDPOINT, *BOTH))),
        draw(st.sampled_from(Verb)),
    )


class Pinned:
    """Terms over one vocabulary, each judged on flows whose every variable is pinned."""

    def __init__(self) -> None:
        footprint = Footprint()
        for predicate in (*ENDPOINT, *BOTH):
            footprint.add(predicate)
        self.solver = Solver()
        # "c" is outside the footprint: `other[0]` on both sides, as equal values are.
        self.flow = FlowTerms(self.solver, Vocabulary.of(footprint, (), ()))
        self.workloads = {
            index: {side: self.solver.boolean(f"{side.value} is {index}") for side in Side} for index in (0, 7)
        }
        self.encoder = Encoder(self.solver, self.flow, self.workloads)

    def truth(self, term: Term, flow: Flow) -> bool:
        """The term's truth on the flow, which must not be open."""
        pins = [self.solver.literal(pin, "pin") for pin in self._pins(flow) if pin is not self.solver.true]
        answers = [
            self.solver.check([*pins, self.solver.literal(one, "t")]) for one in (term, self.solver.negation(term))
        ]
        assert set(answers) == {Answer.SAT, Answer.UNSAT}
        return answers[0] is Answer.SAT

    def _pins(self, flow: Flow) -> Iterator[Term]:
        terms = self.flow
        yield terms.protocol_is(flow.protocol)
        yield terms.port_between(flow.port, flow.port)
        yield self._is(terms.ipv6, flow.source.address.version == 6)
        yield self._is(terms.same_endpoint, flow.same)
        yield self._is(terms.own_node, flow.own_node)
        for side in Side:
            yield from self._end(terms.sides[side], flow.end(side), flow.port)

    def _end(self, side: SideTerms, end: End, port: int) -> Iterator[Term]:
        vocabulary = self.flow.vocabulary
        yield self._is(side.pod, end.kind == "pod")
        yield self._is(side.host, end.kind == "host")
        yield self._is(side.host_network, end.host_network)
        yield side.namespace_code(vocabulary.namespaces.code(end.namespace) if end.kind == "pod" else ABSENT)
        for key, codes in vocabulary.labels.items():
            yield side.has_label_code(key, _code(codes, end.labels, key))
        for key, codes in vocabulary.namespace_labels.items():
            yield side.has_namespace_label_code(key, _code(codes, end.namespace_labels, key))
        for (name, protocol), term in side.port_names.items():
            yield self._is(term, (name, protocol, port) in end.ports)
        yield side.address_is(end.address.version, int(end.address))
        for index, by_side in self.workloads.items():
            yield self._is(by_side[side.side], end.workload == index)

    def _is(self, term: Term, value: bool) -> Term:
        return term if value else self.solver.negation(term)


def _code(codes: Codes, labels: Mapping[str, str], key: str) -> int:
    return codes.code(labels[key]) if key in labels else ABSENT


@cache
def pinned() -> Pinned:
    return Pinned()


def _id(atom: Predicate) -> str:
    """The atom in words that do not depend on the order of a set, so that every worker finds the same tests."""
    values = getattr(atom, "values", None)
    return str(atom) if values is None else str(atom).replace(repr(values), repr(sorted(values)))


@pytest.mark.parametrize("atom", ENDPOINT, ids=_id)
@settings(max_examples=examples(8))
@given(flow=flows(), side=st.sampled_from(Side))
def test_each_endpoint_atom_is_encoded_as_it_reads(atom: Predicate, flow: Flow, side: Side) -> None:
    one = pinned()
    assert one.truth(one.encoder.term(atom, side), flow) == holds(atom, flow, side)
    assert one.truth(one.encoder.term(At(side, atom), side.other), flow) == holds(atom, flow, side)


@pytest.mark.parametrize("atom", BOTH, ids=_id)
@settings(max_examples=examples(8))
@given(flow=flows())
def test_each_atom_of_the_flow_is_encoded_as_it_reads(atom: Predicate, flow: Flow) -> None:
    one = pinned()
    assert one.truth(one.encoder.term(atom), flow) == holds(atom, flow)


@settings(max_examples=examples(80))
@given(predicate=predicates((*ENDPOINT, *BOTH)), flow=flows(), side=st.sampled_from(Side))
def test_the_algebra_is_encoded_as_it_reads(predicate: Predicate, flow: Flow, side: Side) -> None:
    one = pinned()
    assert one.truth(one.encoder.term(predicate, side), flow) == holds(predicate, flow, side)


@settings(max_examples=examples(50))
@given(stack=st.lists(layers(), max_size=3), flow=flows(), direction=st.sampled_from(Direction))
def test_layers_are_encoded_as_they_read(stack: list[Layer], flow: Flow, direction: Direction) -> None:
    one = pinned()
    assert one.truth(one.encoder.allowed(stack, direction), flow) == lets_through(stack, direction, flow)


def decided(*stack: Layer, flow: Flow | None = None) -> bool:
    one = pinned()
    return one.truth(one.encoder.allowed(stack, Direction.INGRESS), flow or Flow())


def layer(*rules: Rule, governs: Predicate = TRUE, default: Verb = Verb.DENY) -> Layer:
    return Layer(Direction.INGRESS, rules, governs, default)


def rule(action: Verb, traffic: Predicate = TRUE) -> Rule:
    return Rule(TRUE, TRUE, traffic, action)


class TestLayers:
    """What layers mean, case by case; the flow is TCP/80."""

    def test_without_layers_everything_passes(self) -> None:
        assert decided()

    @pytest.mark.parametrize(("first", "passes"), [(Verb.ALLOW, True), (Verb.DENY, False)])
    def test_the_first_rule_that_matches_decides(self, first: Verb, passes: bool) -> None:
        others = [rule(verb) for verb in Verb]
        assert decided(layer(rule(Verb.DENY, PortBetween(1, 79)), rule(first), *others)) is passes

    def test_pass_leaves_the_layer_at_once_whatever_rules_follow_and_whatever_its_default(self) -> None:
        closed, opened = layer(rule(Verb.DENY)), layer(rule(Verb.ALLOW))
        for after in (Verb.ALLOW, Verb.DENY):
            for default in Verb:
                passing = layer(rule(Verb.PASS), rule(after), default=default)
                assert not decided(passing, closed)
                assert decided(passing, opened)
                assert decided(passing)

    @pytest.mark.parametrize(
        ("default", "beyond", "passes"),
        [
            (Verb.ALLOW, Verb.DENY, True),
            (Verb.DENY, Verb.ALLOW, False),
            (Verb.PASS, Verb.ALLOW, True),
            (Verb.PASS, Verb.DENY, False),
        ],
    )
    def test_what_no_rule_matches_takes_the_default_where_the_layer_governs(
        self, default: Verb, beyond: Verb, passes: bool
    ) -> None:
        idle = rule(Verb.ALLOW if default is Verb.DENY else Verb.DENY, PortBetween(81, 90))
        assert decided(layer(idle, default=default), layer(rule(beyond))) is passes

    @pytest.mark.parametrize("default", Verb)
    def test_and_goes_on_where_it_does_not(self, default: Verb) -> None:
        ungoverned = layer(governs=FALSE, default=default)
        assert decided(ungoverned, layer(rule(Verb.ALLOW)))
        assert not decided(ungoverned, layer(rule(Verb.DENY)))
        assert decided(ungoverned)

    def test_rules_of_a_layer_that_does_not_govern_decide_all_the_same(self) -> None:
        assert not decided(layer(rule(Verb.DENY), governs=FALSE))

    def test_the_order_of_rules_and_of_layers_counts(self) -> None:
        allow, deny = rule(Verb.ALLOW), rule(Verb.DENY)
        assert decided(layer(allow, deny)) and not decided(layer(deny, allow))
        assert decided(layer(allow), layer(deny)) and not decided(layer(deny), layer(allow))

    def test_layers_of_the_other_direction_have_no_say(self) -> None:
        assert decided(Layer(Direction.EGRESS, (rule(Verb.DENY),), TRUE, Verb.DENY))

    @pytest.mark.parametrize("direction", Direction)
    def test_the_subject_is_the_governed_side_and_the_peer_is_the_other(self, direction: Direction) -> None:
        one = pinned()
        only = Layer(direction, (Rule(NamespaceIs("web"), NamespaceIs("db"), TRUE),), TRUE, Verb.DENY)
        web, db = End(namespace="web"), End(namespace="db")
        there = Flow(db, web) if direction is Direction.INGRESS else Flow(web, db)
        back = Flow(there.destination, there.source)
        term = one.encoder.allowed([only], direction)
        assert (one.truth(term, there), one.truth(term, back)) == (True, False)


def test_an_endpoint_atom_needs_a_side() -> None:
    with pytest.raises(ValueError, match="no side"):
        pinned().encoder.term(IsPod())


def test_equal_predicates_of_one_side_share_a_term() -> None:
    encoder = pinned().encoder
    one = encoder.term(LabelIn("app", frozenset({"a", "b"})), Side.SOURCE)
    assert encoder.term(LabelIn("app", frozenset({"b", "a"})), Side.SOURCE) is one
    assert encoder.term(LabelIn("app", frozenset({"a", "b"})), Side.DESTINATION) is not one


class TestConstructors:
    """The smart constructors keep the meaning (the laws above hold what they build) and simplify."""

    def test_constants_vanish_or_decide(self) -> None:
        assert all_of([]) == all_of([TRUE]) == TRUE
        assert any_of([]) == any_of([FALSE]) == FALSE
        assert all_of([IsPod(), FALSE]) == FALSE
        assert any_of([IsPod(), TRUE]) == TRUE
        assert all_of([IsPod(), TRUE]) == any_of([IsPod(), FALSE]) == IsPod()

    def test_opposites_decide_and_repeats_vanish(self) -> None:
        assert all_of([IsPod(), negate(IsPod())]) == FALSE
        assert any_of([negate(IsPod()), IsPod()]) == TRUE
        assert all_of([IsPod(), IsPod()]) == IsPod()

    def test_nesting_is_flattened_and_double_negation_vanishes(self) -> None:
        a, b, c = IsPod(), IsHost(), IsExternal()
        assert all_of([a, all_of([b, c])]) == all_of([a, b, c])
        assert any_of([any_of([a, b]), c]) == any_of([a, b, c])
        assert negate(negate(a)) == a
        assert (negate(TRUE), negate(FALSE)) == (FALSE, TRUE)


def test_the_contracts_on_imports_name_every_module_of_the_encoding_that_they_speak_of() -> None:
    """A new module must not slip past the rule that Z3 is imported in one module only, nor past the one on lowering."""
    root = Path(__file__).parents[3]
    contracts = {
        contract["name"]: contract
        for contract in tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    }
    (folder,) = netqed_smt.__path__
    modules = {f"netqed_smt.{path.stem}" for path in Path(folder).glob("*.py") if path.stem != "__init__"}
    assert modules >= {"netqed_smt.solver", "netqed_smt.model"}
    assert [path for path in Path(folder).iterdir() if path.is_dir() and path.name != "__pycache__"] == []
    without_z3 = set(contracts["Z3 is imported in one module"]["source_modules"])
    assert without_z3 == {"netqed", *(modules - {"netqed_smt.solver"})}
    lowering = contracts["Lowering speaks the policy model and nothing else of the encoding"]
    assert set(lowering["forbidden_modules"]) == modules - {"netqed_smt.model"}
