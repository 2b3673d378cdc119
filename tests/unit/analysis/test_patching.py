"""Edits become diffs that do what they say to the text, and nothing else, however the text is laid out."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from netqed import api
from netqed.analysis.edits import (
    DefaultDeny,
    DropPort,
    Edit,
    MergePeers,
    NarrowPeer,
    Place,
    RemovePeer,
    RemoveRule,
    default_deny,
    edited,
)
from netqed.analysis.patching import Patcher
from netqed.resources.cluster import Cluster
from netqed.sources.located import LocatedDocument
from netqed.sources.position import FieldPath
from support.diffs import FileDiff, parsed
from support.layouts import BLOCK, COMPACT, HEAD, LAYOUTS

FIRST, SECOND, OUT = Place("web/p", "ingress", 0), Place("web/p", "ingress", 1), Place("web/p", "egress", 0)

EDITS: dict[str, tuple[Edit, ...]] = {
    "first-rule": (RemoveRule(FIRST),),
    "last-rule": (RemoveRule(SECOND),),
    "only-rule": (RemoveRule(OUT),),
    "all-rules": (RemoveRule(FIRST), RemoveRule(SECOND)),
    "every-rule": (RemoveRule(FIRST), RemoveRule(SECOND), RemoveRule(OUT)),
    "first-peer": (RemovePeer(FIRST, 0),),
    "middle-peer": (RemovePeer(FIRST, 1),),
    "last-peer": (RemovePeer(FIRST, 2),),
    "two-peers": (RemovePeer(FIRST, 1), RemovePeer(FIRST, 2)),
    "other-two-peers": (RemovePeer(FIRST, 0), RemovePeer(FIRST, 2)),
    "first-port": (DropPort(FIRST, 0),),
    "middle-port": (DropPort(FIRST, 1),),
    "last-port": (DropPort(FIRST, 2),),
    "last-ports": (DropPort(FIRST, 1), DropPort(FIRST, 2)),
    "first-ports": (DropPort(FIRST, 0), DropPort(FIRST, 1)),
    "all-ports": tuple(DropPort(FIRST, port) for port in range(3)),
    "merge": (MergePeers(FIRST, 0),),
    "merge-last": (MergePeers(FIRST, 1),),
    "narrow-labels": (NarrowPeer(FIRST, 0, ("shop",)),),
    "narrow-all": (NarrowPeer(FIRST, 2, ("shop",)),),
    "narrow-expressions": (NarrowPeer(SECOND, 0, ("shop",)),),
    "narrow-labels-to-several": (NarrowPeer(FIRST, 0, ("shop", "7")),),
    "narrow-all-to-several": (NarrowPeer(FIRST, 2, ("shop", "web")),),
    "narrow-expressions-to-several": (NarrowPeer(SECOND, 0, ("shop", "web")),),
    "narrow-to-a-word": (NarrowPeer(FIRST, 0, ("on",)), NarrowPeer(FIRST, 2, ("1e3",))),
    "narrow-and-merge": (NarrowPeer(FIRST, 0, ("shop",)), MergePeers(FIRST, 0)),
    "narrow-and-merge-last": (MergePeers(FIRST, 1), NarrowPeer(FIRST, 2, ("shop",)), DropPort(FIRST, 1)),
    "here-and-there": (RemovePeer(FIRST, 0), DropPort(FIRST, 2), RemoveRule(SECOND)),
    "deny": (DefaultDeny("web", "egress"),),
    "deny-and-drop": (DropPort(FIRST, 0), DefaultDeny("web", "ingress")),
}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "p.yaml") -> Cluster:
    """The cluster of a file with this text."""
    Path(name).write_bytes(text.encode())
    return api.load_cluster([name])


def after(cluster: Cluster, edits: Sequence[Edit]) -> Cluster:
    """The cluster as the edits are meant."""
    policies = [edited(policy, edits).policy for policy in cluster.policies]
    for edit in edits:
        if isinstance(edit, DefaultDeny):
            policies.append(default_deny(edit, (policy.key for policy in policies)))
    return replace(cluster, policies=tuple(policies))


def diff_of(cluster: Cluster, edits: Sequence[Edit]) -> str | None:
    return Patcher(cluster).diff(edits, after(cluster, edits))


def applied(diff: str) -> list[FileDiff]:
    """Apply the diff to the files of the working directory."""
    files = parsed(diff)
    for one in files:
        assert one.old is None or one.old == one.new
        old = "" if one.old is None else Path(one.old).read_bytes().decode()
        Path(one.new).write_bytes(one.applied(old).encode())
    return files


def comments(text: str) -> list[tuple[str, FieldPath]]:
    """The comments with a path, and the path."""
    found = [(match[0], match[1]) for match in re.finditer(r"# @(\S*).*", text)]
    return [
        (comment, tuple(int(step) if step.isdigit() else step for step in path.split("/") if step))
        for comment, path in found
    ]


def gone(cluster: Cluster, edits: Sequence[Edit]) -> list[FieldPath]:
    """Items of the spec of web/p that the edits take out."""
    policy = next(policy for policy in cluster.policies if policy.key == "web/p")
    result = edited(policy, edits)
    paths: list[FieldPath] = []
    for direction, rules in (("ingress", policy.ingress), ("egress", policy.egress)):
        for index, rule in enumerate(rules or ()):
            place = Place("web/p", direction, index)  # type: ignore[arg-type]  # one of two words
            if index not in result.rules[place.direction]:
                paths.append(place.path)
                continue
            merged = {edit.first + 1 for edit in edits if isinstance(edit, MergePeers) and edit.place == place}
            kept = {*result.peers[place.direction, index], *merged}
            paths += [(*place.peers_path, peer) for peer in range(len(rule.peers or ())) if peer not in kept]
            ports = result.ports[place.direction, index]
            paths += [(*place.path, "ports", port) for port in range(len(rule.ports or ())) if port not in ports]
    return paths


def touched(cluster: Cluster, edits: Sequence[Edit]) -> set[int]:
    """The lines, from 0, that a diff may take out: those of what goes or changes, and those that hold its commas and
    its key."""
    document = next(policy.document for policy in cluster.policies if policy.key == "web/p")
    assert isinstance(document, LocatedDocument)
    text = document.source.text

    def line(at: int) -> int:
        return text.count("\n", 0, at)

    changed: list[FieldPath] = gone(cluster, edits)
    for edit in edits:
        if isinstance(edit, NarrowPeer):
            changed.append((*edit.place.peers_path, edit.peer))
        if isinstance(edit, MergePeers):
            changed += [(*edit.place.peers_path, edit.first + more) for more in (0, 1)]
    lines: set[int] = set()
    for path in changed:
        start, end = document.place(path)
        index = path[-1]
        assert isinstance(index, int)
        before = document.place((*path[:-1], index - 1))[1] - 1 if index else document.place(path[:-1])[0]
        # The dash, or the comma of the item before, may stand on an earlier line than the item.
        dash = text.rfind("-", 0, start)
        if dash < 0 or re.sub(r"#.*", "", text[dash + 1 : start]).strip():
            dash = start
        lines |= {line(before), *range(line(dash), line(end) + 1), line(document.place(path[:-1])[0])}
        if text[end - 1] in "]}":  # the bracket of an emptied list
            lines.add(line(document.place(path[:-1])[1] - 1))
    return lines


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_diff_does_what_is_meant_and_nothing_else(layout: str, name: str) -> None:
    edits = EDITS[name]
    cluster = written(LAYOUTS[layout])
    diff = diff_of(cluster, edits)
    assert diff is not None
    files = applied(diff)
    again = api.load_cluster(["."])
    assert sorted(again.policies, key=str) == sorted(after(cluster, edits).policies, key=str)
    assert again.namespaces == cluster.namespaces
    new = Path("p.yaml").read_bytes().decode()
    lost = [path for comment, path in comments(LAYOUTS[layout]) if comment not in new]
    removed = gone(cluster, edits)
    assert [path for path in lost if not any(path[: len(up) - 1] == up[1:] for up in removed)] == []
    for one in files:
        if one.old is not None:
            assert one.taken() <= touched(cluster, edits), diff
    if "crlf" in layout:
        assert not re.search(r"[^\r]\n", new)


@pytest.mark.parametrize("tool", ["git apply", "patch -p1"])
@pytest.mark.parametrize("layout", ["block-plain", "compact-crlf", "flow-lines-no-newline", "block-bom", "json"])
def test_the_usual_tools_apply_it(layout: str, tool: str) -> None:
    command = tool.split()
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    Path("of policies").mkdir()
    name = "of policies/p.yaml"
    cluster = written(LAYOUTS[layout], name)
    edits = (*EDITS["here-and-there"], RemoveRule(OUT), DefaultDeny("web", "egress"))
    diff = diff_of(cluster, edits)
    assert diff is not None
    options = ["--binary"] if command[0] == "patch" else []
    subprocess.run([*command, *options], input=diff.encode(), check=True, capture_output=True)
    again = api.load_cluster(["."])
    assert sorted(again.policies, key=str) == sorted(after(cluster, edits).policies, key=str)


def test_changes_far_apart_are_two_hunks() -> None:
    cluster = written(LAYOUTS["block-plain"])
    diff = diff_of(cluster, (NarrowPeer(FIRST, 0, ("shop",)), NarrowPeer(SECOND, 0, ("shop",))))
    assert diff is not None
    (one,) = parsed(diff)
    assert len(one.hunks) == 2
    assert one.taken() == set()


def test_a_diff_of_several_files() -> None:
    written(LAYOUTS["compact-plain"])
    written(LAYOUTS["json"].replace('"p"', '"q"'), "q.json")
    cluster = api.load_cluster(["p.yaml", "q.json"])
    edits = (DropPort(FIRST, 0), DropPort(replace(FIRST, policy="web/q"), 2))
    diff = diff_of(cluster, edits)
    assert diff is not None
    assert [one.new for one in applied(diff)] == ["p.yaml", "q.json"]
    assert api.load_cluster(["p.yaml", "q.json"]).policies == after(cluster, edits).policies


def test_a_separator_of_lines_that_only_python_knows_separates_none() -> None:
    cluster = written(BLOCK.replace("  name: p\n", '  name: p\n  annotations: {x: "a\u2028 b\x85 c"}\n'))
    edits = EDITS["first-port"]
    diff = diff_of(cluster, edits)
    assert diff is not None
    applied(diff)
    assert api.load_cluster(["."]).policies == after(cluster, edits).policies


def spec_of(text: str) -> str:
    return f"{HEAD}spec:\n  podSelector: {{}}\n{text}"


ANCHORED = spec_of("""\
  ingress:
    - from: &who
        - namespaceSelector: &apps
            matchLabels: &labels {tier: apps}
        - podSelector: {}
      ports: [&one {port: 80}, {port: 81}]
    - from: *who
      ports:
        - *one
        - port: 82
""")


@pytest.mark.parametrize(
    ("edits", "safe"),
    [
        ((RemoveRule(SECOND),), True),
        ((DropPort(SECOND, 0),), False),
        ((DropPort(SECOND, 1),), True),
        ((DropPort(FIRST, 1),), True),
        ((RemoveRule(FIRST),), False),
        ((DropPort(FIRST, 0),), False),
        ((NarrowPeer(FIRST, 0, ("shop",)),), False),
        ((NarrowPeer(SECOND, 0, ("shop",)),), False),
        ((RemovePeer(SECOND, 0),), False),
        ((MergePeers(FIRST, 0),), False),
        ((MergePeers(FIRST, 0), MergePeers(SECOND, 0)), False),
    ],
)
def test_what_is_written_once_and_used_twice_is_edited_only_where_that_is_safe(
    edits: tuple[Edit, ...], safe: bool
) -> None:
    cluster = written(ANCHORED)
    diff = diff_of(cluster, edits)
    assert (diff is not None) == safe
    if diff is not None:
        applied(diff)
        assert api.load_cluster(["."]).policies == after(cluster, edits).policies


@pytest.mark.parametrize(
    ("selector", "namespaces"),
    [
        ("namespaceSelector: {matchLabels: {}}", ("shop",)),
        ("namespaceSelector: {matchLabels: {}, matchExpressions: [{key: a, operator: Exists}]}", ("shop",)),
        ("namespaceSelector: {matchLabels: {a: b}, matchExpressions: []}", ("shop", "web")),
        ("namespaceSelector: &all {}", ("shop",)),
        ("namespaceSelector:  # every one\n            {}", ("shop",)),
        ("namespaceSelector:\n            matchLabels:\n            matchExpressions:", ("shop", "web")),
    ],
)
def test_a_selector_with_empty_parts_is_narrowed(selector: str, namespaces: tuple[str, ...]) -> None:
    cluster = written(spec_of(f"  ingress:\n    - from:\n        - {selector}\n"))
    edits = (NarrowPeer(FIRST, 0, namespaces),)
    diff = diff_of(cluster, edits)
    assert diff is not None
    applied(diff)
    assert api.load_cluster(["."]).policies == after(cluster, edits).policies
    assert ("# every one" in selector) == ("# every one" in Path("p.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("types", ["[]", "", "null", "[Ingress]"])
def test_a_direction_that_loses_its_rules_stays_isolated(types: str) -> None:
    cluster = written(spec_of(f"  policyTypes: {types}\n  ingress:\n    - {{}}\n"))
    diff = diff_of(cluster, (RemoveRule(FIRST),))
    assert diff is not None
    applied(diff)
    (policy,) = api.load_cluster(["."]).policies
    assert (policy.ingress, policy.policy_types) == ((), ("Ingress",))


def test_a_file_that_changed_since_is_not_edited() -> None:
    cluster = written(LAYOUTS["block-plain"])
    Path("p.yaml").write_text(LAYOUTS["compact-plain"], encoding="utf-8")
    assert diff_of(cluster, EDITS["first-peer"]) is None


def test_what_is_no_file_is_not_edited() -> None:
    cluster = api.load_cluster(["-"], settings=api.Settings(stdin=COMPACT))
    assert diff_of(cluster, EDITS["first-peer"]) is None
    assert diff_of(cluster, EDITS["deny"]) is None


def test_utf_16_is_not_edited() -> None:
    Path("p.yaml").write_bytes(COMPACT.encode("utf-16"))
    assert diff_of(api.load_cluster(["p.yaml"]), EDITS["first-peer"]) is None


@pytest.mark.parametrize("name", ["{here}/sub/p.yaml", "sub/../sub/p.yaml", "./sub/p.yaml"])
def test_files_are_named_from_the_working_directory(name: str) -> None:
    Path("sub").mkdir()
    diff = diff_of(written(BLOCK, name.format(here=Path.cwd())), EDITS["deny-and-drop"])
    assert diff is not None
    assert [one.new for one in parsed(diff)] == ["sub/p.yaml", "sub/web-default-deny-ingress.yaml"]


def test_a_new_file_has_a_name_of_its_own() -> None:
    cluster = written(BLOCK)
    Path("web-default-deny-egress.yaml").touch()
    diff = diff_of(cluster, EDITS["deny"])
    assert diff is not None
    assert [one.new for one in parsed(diff)] == ["web-default-deny-egress-2.yaml"]


@pytest.mark.parametrize("namespace", ["7", "on", "null", "1e3", "0x1f", "a-b"])
def test_a_new_policy_names_its_namespace_as_text(namespace: str) -> None:
    cluster = written(BLOCK.replace("namespace: web", f'namespace: "{namespace}"'))
    edits = (DefaultDeny(namespace, "ingress"), DefaultDeny(namespace, "egress"))
    diff = diff_of(cluster, edits)
    assert diff is not None
    assert len(applied(diff)) == 2
    assert sorted(api.load_cluster(["."]).policies, key=str) == sorted(after(cluster, edits).policies, key=str)


def test_a_policy_that_stands_in_the_input_twice_is_left_alone(tmp_path: Path) -> None:
    """With one of the two edited they would differ, and the input be refused."""
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(BLOCK, encoding="utf-8")
    cluster = api.load_cluster([tmp_path])
    edits = EDITS["first-rule"]
    policies = tuple(edited(policy, edits).policy for policy in cluster.policies)
    assert Patcher(cluster).diff(edits, replace(cluster, policies=policies)) is None
    (tmp_path / "two.yaml").unlink()
    alone = api.load_cluster([tmp_path])
    assert Patcher(alone).diff(edits, replace(alone, policies=policies)) is not None


def test_a_dump_of_a_cluster_is_not_read_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.yaml").write_text(BLOCK, encoding="utf-8")
    cluster = api.load_cluster([tmp_path])
    edits = EDITS["first-rule"]
    after = replace(cluster, policies=tuple(edited(policy, edits).policy for policy in cluster.policies))
    monkeypatch.setattr("netqed.analysis.patching.LONGEST", len(BLOCK) - 1)
    assert Patcher(cluster).diff(edits, after) is None
