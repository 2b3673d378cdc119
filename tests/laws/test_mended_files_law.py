"""The diffs that are proposed, applied to the files on disk, do what is said of them: `netqed check` on the patched
files proves the invariant and says no worse of the others, and no proper part of the edits would do."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netqed import api
from netqed.analysis.check import check
from netqed.analysis.edits import DefaultDeny, Edit, default_deny, edited
from netqed.analysis.results import Refuted, Result
from netqed.resources.cluster import Cluster
from netqed.resources.objects import LabelSelector, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, Workload
from netqed.spec.document import Spec
from support.broken import INBOUND, OUTBOUND, broken_worlds
from support.diffs import parsed
from support.examples import examples
from support.manifests import Manifest, namespace, pod, policy
from support.worlds import SmallWorld

WORLDS = 45
MENDED = 40
"""Mends that must come with a diff."""


def test_the_patched_files_hold() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(WORLDS), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from([*INBOUND, *OUTBOUND]).flatmap(broken_worlds), st.integers(0, 2**32))
    def law(world: SmallWorld, seed: int) -> None:
        with TemporaryDirectory() as folder:
            hold(world, random.Random(seed), Path(folder), seen)

    law()
    assert seen["with a diff"] >= MENDED, seen
    assert seen["with a diff"] >= 9 * seen["without"], seen
    assert seen["of several edits"] >= 5, seen


def hold(world: SmallWorld, rng: random.Random, folder: Path, seen: Counter[str]) -> None:
    before = folder / "before"
    before.mkdir()
    for name, text in texts(world.cluster, rng).items():
        (before / name).write_bytes(text.encode())
    cluster = api.load_cluster([before])
    assert cluster.policies == tuple(sorted(world.cluster.policies, key=lambda p: p.key))
    results = checked(before, world.spec, mend=True)
    for index, result in enumerate(results):
        if not isinstance(result.verdict, Refuted):
            continue
        for number, mend in enumerate(result.verdict.mends or ()):
            seen["of several edits"] += len(mend.changes) > 1
            if mend.diff is None:
                seen["without"] += 1
                continue
            seen["with a diff"] += 1
            patched = folder / f"after-{index}-{number}"
            apply(mend.diff, before, patched)
            told = f"{mend.diff}\n{result.stated}"
            now = checked(patched, world.spec)
            assert now[index].verdict.word == "proved", told
            for old, new in zip(results, now, strict=True):
                assert new.verdict.word in (old.verdict.word, "proved"), told
                assert new.stated.title not in mend.also or new.verdict.word == "proved", told
            edits = [change.edit for change in mend.changes if change.edit is not None]
            assert len(edits) == len(mend.changes)
            for size in range(1, len(edits)):
                for part in combinations(edits, size):
                    assert word_after(cluster, world.spec, result, part) == "refuted", told


def checked(folder: Path, spec: Spec, *, mend: bool = False) -> tuple[Result, ...]:
    """The results on the files of a folder."""
    (one,) = api.check([folder], spec=spec, settings=api.Settings(mend=mend, cni="spec")).inputs
    return one.results


def word_after(cluster: Cluster, spec: Spec, result: Result, edits: tuple[Edit, ...]) -> str:
    """The verdict on the invariant under some of the edits."""
    policies = [edited(policy, edits).policy for policy in cluster.policies]
    for edit in edits:
        if isinstance(edit, DefaultDeny):
            policies.append(default_deny(edit, [policy.key for policy in policies]))
    alone = replace(spec, invariants=(result.stated,))
    (now,) = check(replace(cluster, policies=tuple(policies)), alone, cni="spec").results
    return now.verdict.word


def apply(diff: str, before: Path, after: Path) -> None:
    """A copy of the folder with the diff applied."""
    shutil.copytree(before, after)
    for one in parsed(diff):
        file = after / Path(one.new).name
        old = "" if one.old is None else file.read_bytes().decode()
        assert (one.old is None) is not file.exists()
        file.write_bytes(one.applied(old).encode())


def texts(cluster: Cluster, rng: random.Random) -> dict[str, str]:
    """The world as files: each policy in a style of its own, one or more to a file."""
    others = [namespace(name, **one.labels) for name, one in cluster.namespaces.items()]
    others += [pod_value(one) for one in cluster.workloads]
    files = {"world.yaml": "---\n".join(yaml.safe_dump(one, sort_keys=False) for one in others)}
    policies = [styled(policy_value(one), rng) for one in cluster.policies]
    if len(policies) > 1 and rng.random() < 0.5:
        policies = ["---\n".join(policies)]
    for number, text in enumerate(policies):
        files[f"policies-{number}.yaml"] = text.replace("\n", "\r\n") if rng.random() < 0.2 else text
    return files


def styled(value: Manifest, rng: random.Random) -> str:
    """The policy as YAML: block, flow at the leaves or flow throughout, with comments between the lines of block."""
    flow = rng.choice([False, False, None, None, True])
    text = yaml.safe_dump(value, sort_keys=rng.random() < 0.3, default_flow_style=flow, indent=rng.choice([2, 4]))
    if flow:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if rng.random() < 0.2:
            lines.append(f"{' ' * indent}# - about what follows: {{x}}")
        lines.append(f"{line}  # at {indent}" if rng.random() < 0.2 else line)
        if rng.random() < 0.1:
            lines.append("")
    return "\n".join(lines) + "\n"


def policy_value(one: NetworkPolicy) -> Manifest:
    spec: dict[str, Any] = {"podSelector": selector_value(one.pod_selector or LabelSelector())}
    if one.policy_types is not None:
        spec["policyTypes"] = list(one.policy_types)
    if one.ingress is not None:
        spec["ingress"] = [rule_value(rule, "from") for rule in one.ingress]
    if one.egress is not None:
        spec["egress"] = [rule_value(rule, "to") for rule in one.egress]
    return policy(one.name, one.namespace, **spec)


def rule_value(rule: PolicyRule, key: str) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if rule.peers is not None:
        value[key] = [peer_value(peer) for peer in rule.peers]
    if rule.ports is not None:
        value["ports"] = [port_value(port) for port in rule.ports]
    return value


def peer_value(peer: PolicyPeer) -> dict[str, Any]:
    assert peer.ip_block is None, "no broken world has one"
    parts = {"namespaceSelector": peer.namespace_selector, "podSelector": peer.pod_selector}
    return {key: selector_value(selector) for key, selector in parts.items() if selector is not None}


def selector_value(selector: LabelSelector) -> dict[str, Any]:
    assert not selector.match_expressions, "no broken world has one"
    return {"matchLabels": dict(selector.match_labels)} if selector.match_labels else {}


def port_value(port: PolicyPort) -> dict[str, Any]:
    return {"protocol": port.protocol, "port": port.port}


def pod_value(one: Workload) -> Manifest:
    ports = [{"containerPort": port.number, "name": port.name} for port in one.container_ports]
    return pod(one.name, one.namespace, dict(one.labels), spec={"containers": [{"name": "c", "ports": ports}]})
