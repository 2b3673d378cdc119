"""The page of a check: the verdicts and the map of what was checked, in one run and of saved results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from netqed import api
from netqed.analysis import reach_map
from netqed.cli import cli
from support.formats import html_data
from support.shop import write_shop

SPEC = "invariants:\n  - shop/app=api cannot reach shop/app=cart\n  - internet cannot reach shop\n"
READING = "The map reads policies as spec (what the NetworkPolicy API and its conformance tests define)"


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shop(tmp_path / "k8s")
    (tmp_path / ".git").mkdir()
    (tmp_path / "netqed.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=stdin)


def page(*arguments: str, stdin: str | None = None) -> dict[str, Any]:
    """What the page of a run shows."""
    done = run(*arguments, "-o", "html", stdin=stdin)
    assert done.exit_code in (0, 1), done.output
    return html_data(done.stdout)


def of_map(data: dict[str, Any]) -> dict[str, Any]:
    """What the only map of a page shows, without what it says of the verdicts beside it."""
    (found,) = data["maps"]
    return {key: value for key, value in found.items() if key != "reading"}


def test_verdicts_and_the_map_stand_on_one_page() -> None:
    data = page("check", "k8s")
    assert [one["title"] for one in data["cases"]] == [
        "shop/app=api cannot reach shop/app=cart",
        "internet cannot reach shop",
    ]
    assert of_map(data) == of_map(page("map", "k8s"))
    saved("map", "k8s", file="map.json")
    found = json.loads(Path("map.json").read_text())
    assert of_map(data)["edges"] == found["edges"] != []
    assert of_map(data)["restricted"] == found["restricted"]
    for one, node in zip(of_map(data)["nodes"], found["nodes"], strict=True):
        alike = set(one) - {"labels", "workloads"}
        assert {key: one[key] for key in alike} == {key: node[key] for key in alike}


def test_a_proof_of_one_sentence_has_the_map_too() -> None:
    assert of_map(page("prove", "shop/app=api cannot reach shop/app=cart", "k8s")) == of_map(page("map", "k8s"))


def test_the_map_says_by_which_answers_it_reads_policies() -> None:
    (found,) = page("check", "k8s")["maps"]
    verdicts = "the verdicts are about any network plugin, so the two may differ where plugins do."
    assert found["reading"] == f"{READING}; {verdicts}"
    (found,) = page("check", "k8s", "--cni", "spec")["maps"]
    assert found["reading"] == f"{READING}, as the verdicts do."
    (found,) = page("check", "k8s", "--cni", "calico")["maps"]
    assert found["reading"] == "The map reads policies as calico, as the verdicts do."
    assert of_map(page("check", "k8s", "--cni", "calico")) == of_map(page("map", "k8s", "--cni", "calico"))
    (found,) = page("map", "k8s")["maps"]
    assert found["reading"] == f"{READING}."


def test_standard_input_is_read_once() -> None:
    text = "---\n".join(file.read_text() for file in sorted(Path("k8s").glob("*.yaml")))
    arguments = ["-", "--spec", "netqed.yaml"]
    data = page("check", *arguments, stdin=text)
    assert len(data["cases"]) == 2
    assert of_map(data) == of_map(page("map", *arguments, stdin=text))


def test_each_input_has_its_map() -> None:
    write_shop(Path("other"), ["api", "cart", "db"])
    spec = "inputs: {blue: [k8s], green: [other]}\ninvariants: [internet cannot reach shop]\n"
    Path("netqed.yaml").write_text(spec)
    blue, green = page("check")["maps"]
    assert (blue["input"], green["input"]) == ("blue", "green")
    assert blue["nodes"] == of_map(page("map", "k8s"))["nodes"] != green["nodes"]
    assert green["nodes"] == of_map(page("map", "other"))["nodes"]


@pytest.mark.parametrize("arguments", [[], ["-o", "json"], ["-o", "junit=x.xml"]])
def test_nothing_is_mapped_where_nobody_asked(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a map was made")

    monkeypatch.setattr(reach_map, "reach_map", never)
    assert run("check", "k8s", *arguments).exit_code == 1
    with pytest.raises(AssertionError, match="a map was made"):
        api.check(["k8s"], spec=api.load_spec(), settings=api.Settings(map=True))


def test_a_comparison_has_no_map() -> None:
    assert page("diff", "k8s", "k8s")["maps"] == []


def test_an_input_without_workloads_has_a_map_without_any() -> None:
    Path("empty").mkdir()
    Path("empty/namespace.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: web}}\n")
    (found,) = page("prove", "internet cannot reach web", "empty")["maps"]
    assert not [one for one in found["nodes"] if one["kind"] == "pods"]


def saved(*arguments: str, file: str) -> None:
    assert run(*arguments, "-o", f"json={file}").exit_code in (0, 1)


def test_a_saved_result_has_verdicts_and_the_map_that_is_given() -> None:
    saved("check", "k8s", file="result.json")
    saved("map", "k8s", "--from", "internet", file="map.json")
    assert page("render", "result.json")["maps"] == []
    (found,) = page("render", "result.json", "--map", "map.json")["maps"]
    assert found["restricted"]["from"] == "internet"
    assert found["reading"].startswith(f"{READING}; the verdicts are about any network plugin")


def test_maps_find_their_inputs_by_what_they_are_about() -> None:
    write_shop(Path("other"))
    Path("other/more.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: more}}\n")
    Path("netqed.yaml").write_text("inputs: {blue: [k8s], green: [other]}\ninvariants: [internet cannot reach shop]\n")
    saved("check", file="result.json")
    saved("map", "k8s", file="blue.json")
    saved("map", "other", file="green.json")
    live = page("check")["maps"]
    assert [one["input"] for one in live] == ["blue", "green"]
    assert page("render", "result.json", "--map", "green.json", "--map", "blue.json")["maps"] == live
    assert [one["input"] for one in page("render", "result.json", "--map", "green.json")["maps"]] == ["green"]


def test_inputs_with_the_same_manifests_have_maps_of_their_own() -> None:
    write_shop(Path("twin"))
    Path("netqed.yaml").write_text("inputs: {blue: [k8s], green: [twin]}\ninvariants: [internet cannot reach shop]\n")
    live = page("check")["maps"]
    assert [one["input"] for one in live] == ["blue", "green"]
    assert [any("from twin" in line for line in one["lines"]) for one in live] == [False, True]
    saved("check", file="result.json")
    for folder in ("k8s", "twin"):
        saved("map", folder, file=f"{folder}.json")
    assert page("render", "result.json", "--map", "k8s.json", "--map", "twin.json")["maps"] == live
    (blue, green) = page("render", "result.json", "--map", "k8s.json")["maps"]
    assert {**green, "input": "blue"} == blue


def spoiled(key: str, value: Any) -> str:
    found = json.loads(Path("map.json").read_text())
    found[key] = value
    return json.dumps(found)


def test_what_is_no_map_of_the_result_is_refused() -> None:
    saved("check", "k8s", file="result.json")
    saved("map", "k8s", file="map.json")
    Path("one.yaml").write_text("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n")
    saved("map", "one.yaml", file="other.json")
    saved("diff", "k8s", "k8s", file="difference.json")
    for text, said in (
        ("x", "not JSON"),
        ("{}", "its format is not netqed/map"),
        (Path("result.json").read_text(), "its format is not netqed/map"),
        (Path("other.json").read_text(), "a map of something else than what the result is about"),
        (spoiled("version", 2), "a result of version 2"),
        (spoiled("nodes", [{}]), "no nodes[0].asked"),
        (spoiled("nodes", []), "edges[0] joins what is not among the nodes"),
        (spoiled("edges", [{"sources": ["1"]}]), "edges[0].sources[0] is not an integer"),
        (spoiled("basis", 7), "basis is not an object"),
    ):
        Path("wrong.json").write_text(text)
        done = run("render", "result.json", "--map", "wrong.json", "-o", "html=page.html")
        assert (done.exit_code, done.stdout) == (3, "")
        assert said in done.stderr and "wrong.json" in done.stderr
        assert not Path("page.html").exists()
    for arguments, said in (
        (["result.json", "--map", "map.json", "--map", "map.json"], "a second map of the same input"),
        (["difference.json", "--map", "map.json"], "a comparison has no map"),
        (["result.json", "--map", "nowhere.json"], "cannot read the saved map"),
        (["-", "--map", "-"], "standard input cannot be two things"),
    ):
        done = run("render", *arguments, "-o", "html")
        assert (done.exit_code, done.stdout) == (3, "")
        assert said in done.stderr
