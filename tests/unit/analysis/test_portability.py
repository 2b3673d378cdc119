"""Where a refutation happens: what is asked for it, and what is said where the solver or the searches run out."""

from __future__ import annotations

import pytest

from netqed.analysis import portability
from netqed.analysis.results import Portability, Refuted, Unknown
from netqed.plugins.matters import Matter
from netqed.plugins.table import SUPPORTED
from support.manifests import Manifest, namespace, policy
from support.proving import check, prove

BASE = [namespace("web"), namespace("db")]
BLOCK: Manifest = {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 80}]}
SELECTOR: Manifest = {"from": [{"namespaceSelector": {}}], "ports": [{"port": 443}]}
SENTENCE = "web cannot reach db"
EVERY = tuple(one.title for one in SUPPORTED)


def into_db(*rules: Manifest, **fields: object) -> list[Manifest]:
    return [*BASE, policy("into", "db", podSelector={}, ingress=list(rules), **fields)]


def found_of(objects: list[Manifest], sentence: str) -> Portability:
    verdict = prove(objects, sentence).verdict
    assert isinstance(verdict, Refuted), verdict
    assert verdict.portability is not None
    return verdict.portability


def test_every_plugin_is_in_one_list_in_the_order_of_the_table() -> None:
    found = found_of(into_db(BLOCK), SENTENCE)
    lists = (found.refuted_on, found.open_on, found.holds_on)
    assert sorted(sum(lists, ()), key=EVERY.index) == list(EVERY)
    assert all(list(one) == sorted(one, key=EVERY.index) for one in lists)
    assert all(lists)


def test_without_another_search_only_what_the_witness_shows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cilium's answers are all known, and one question tells; of Kube-OVN it is open whether the block matches."""
    objects = into_db(BLOCK, SELECTOR)
    assert found_of(objects, SENTENCE).refuted_on == EVERY
    monkeypatch.setattr(portability, "MOST_SEARCHES", 0)
    found = found_of(objects, SENTENCE)
    assert found.turns_on == ((Matter.BLOCK_PODS, True),)
    assert {"Calico", "Cilium"} <= {*found.refuted_on}
    assert "Kube-OVN" in found.open_on
    assert found.holds_on == ()


def test_a_named_plugin_holds_where_the_list_says_so() -> None:
    """The lists are what `--cni` says of each plugin."""
    objects = into_db(BLOCK, policyTypes=["Ingress"], egress=[])
    for sentence in (SENTENCE, "db cannot reach web"):
        found = found_of(objects, sentence)
        for one in SUPPORTED:
            word = prove(objects, sentence, cni=one.name).verdict.word
            assert (word == "proved") == (one.title in found.holds_on), (sentence, one.title)


@pytest.mark.parametrize("cni", [None, "spec", "cilium", "kube-ovn"])
def test_a_budget_that_runs_out_gives_no_other_verdict(cni: str | None) -> None:
    """Wherever it runs out: at the question, at a wish, or when other plugins are asked about."""
    sentences = (SENTENCE, "db can reach web on TCP/80", "web cannot reach db on TCP/22", "db cannot reach web")
    objects = into_db(BLOCK, SELECTOR)
    wanted = [result.verdict.word for result in check(objects, *sentences, scope="always", cni=cni).results]
    assert set(wanted) == {"proved", "refuted"}
    seen = set()
    for exponent in range(56):
        results = check(objects, *sentences, scope="always", cni=cni, rlimit=int(1.3**exponent)).results
        for result, word in zip(results, wanted, strict=True):
            seen.add(result.verdict.word)
            assert isinstance(result.verdict, Unknown) or result.verdict.word == word
    assert seen == {"proved", "refuted", "unknown"}
