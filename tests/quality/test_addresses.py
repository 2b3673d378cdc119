"""Addresses that a witness rests on though the input does not give them, and names that nobody has."""

from __future__ import annotations

from support.manifests import Manifest, namespace, pod, policy, workload
from support.proving import witness_of

SITE = pod("site", "web", labels={"app": "site"}, status={"phase": "Running", "podIP": "10.2.0.9"})
STORE = workload("Deployment", "store", "db", {"app": "store"})
BASE: list[Manifest] = [namespace("web"), namespace("db"), SITE, STORE]


def test_an_address_that_the_sentence_goes_by_is_invented() -> None:
    witness = witness_of(BASE, "web cannot reach 10.7.0.0/16")
    assert (witness.destination.name, witness.destination.invented) == ("db/deployment/store", ("address 10.7.0.1",))
    assert witness.source.invented == ()
    assert witness.rests_on_invented


def test_an_address_that_a_policy_goes_by_is_invented() -> None:
    admit = policy("admit", "web", podSelector={}, ingress=[{"from": [{"ipBlock": {"cidr": "10.7.0.0/16"}}]}])
    witness = witness_of([*BASE, admit], "db cannot reach web")
    assert (witness.source.name, witness.source.invented) == ("db/deployment/store", ("address 10.7.0.1",))


def test_an_address_that_nothing_turns_on_is_not_spoken_of() -> None:
    witness = witness_of(BASE, "web cannot reach db")
    assert witness.source.invented == witness.destination.invented == ()


def test_an_invented_pod_has_no_name_that_a_workload_has() -> None:
    only_new = policy(
        "admit",
        "db",
        podSelector={},
        ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "store", "role": "new"}}}]}],
    )
    witness = witness_of([*BASE, only_new], "any pod cannot reach db")
    assert not witness.source.exists
    assert witness.source.name == "db/another-store"
