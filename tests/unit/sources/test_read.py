"""Paths, files and bytes: what is read, in which order, and what cannot be."""

from __future__ import annotations

import gc
import hashlib
import io
import os
from pathlib import Path

import pytest

from netqed.sources import folder
from netqed.sources.position import Position, Problem
from netqed.sources.read import read
from netqed.sources.reading import Reading

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n"


def write(path: Path, text: str = "", *, name: str = "a") -> Path:
    """A file with that text, or with a pod of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or POD.format(name))
    return path


def names(reading: Reading) -> list[str]:
    return [document.data["metadata"]["name"] for document in reading.documents]


def only(reading: Reading) -> Problem:
    assert len(reading.problems) == 1, reading.problems
    return reading.problems[0]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_directory_is_walked_in_order(here: Path) -> None:
    for name in ["b.yaml", "a.yml", "c/z.json", "c/a.YAML", "d.yaml"]:
        json = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"' + name + '"}}'
        write(here / "k8s" / name, json if name.endswith("json") else "", name=name)
    write(here / "k8s/notes.txt", "no YAML: [")
    write(here / "k8s/.hidden.yaml", "no YAML: [")
    write(here / "k8s/.git/x.yaml", "no YAML: [")
    (here / "k8s/empty").mkdir()
    reading = read(["k8s"])
    assert not reading.problems
    assert names(reading) == ["a.yml", "b.yaml", "c/a.YAML", "c/z.json", "d.yaml"]
    assert [d.file for d in reading.documents][:3] == ["k8s/a.yml", "k8s/b.yaml", "k8s/c/a.YAML"]
    assert reading.files == 5
    assert reading.sources == ("k8s",)


def test_the_current_directory(here: Path) -> None:
    write(here / "a.yaml")
    assert [d.file for d in read(["."]).documents] == ["a.yaml"]


def test_a_named_file_is_read_whatever_its_name(here: Path) -> None:
    write(here / "manifest.txt")
    write(here / ".hidden")
    assert names(read(["manifest.txt", ".hidden"])) == ["a", "a"]


def test_paths_keep_their_order_and_files_are_read_once(here: Path) -> None:
    write(here / "k/a.yaml", name="a")
    write(here / "k/b.yaml", name="b")
    (here / "k/c.yaml").symlink_to("b.yaml")
    reading = read(["k/b.yaml", "k", "./k/../k/a.yaml", "k"])
    assert names(reading) == ["b", "a"]
    assert not reading.problems
    assert reading.files == 2


def test_links_to_directories_above_end(here: Path) -> None:
    write(here / "k/a.yaml")
    (here / "k/loop").symlink_to("..")
    (here / "k/self").symlink_to("self")
    reading = read(["k"])
    assert names(reading) == ["a"]
    assert all("self" in (p.position or Position("")).file for p in reading.problems)


def test_links_in_a_circle(here: Path) -> None:
    write(here / "kustomization.yaml", "patches: [{path: loop.yaml}]\n")
    (here / "loop.yaml").symlink_to("loop.yaml")
    problem = only(read([".", "kustomization.yaml"]))
    assert problem == Problem("cannot be read: too many levels of symbolic links", Position("loop.yaml"))


def test_a_missing_path_named_twice_is_one_problem(here: Path) -> None:
    only(read(["gone", "gone"]))


def test_excluded_files(here: Path) -> None:
    write(here / "k/a.yaml")
    spec = write(here / "k/netqed.yaml", "kind: 7")
    assert not read(["k"], exclude=[spec]).problems
    assert len(read(["k"]).problems) > 0


def test_stdin() -> None:
    stream = io.BytesIO(POD.format("piped").encode())
    reading = read(["-", "-"], stdin=stream)
    assert names(reading) == ["piped"]
    assert reading.documents[0].file == "<stdin>"
    assert reading.sources == ("<stdin>",)
    assert not reading.problems


def test_empty_stdin() -> None:
    assert only(read(["-"], stdin=io.BytesIO())).message == "no Kubernetes objects in <stdin>"


def test_digest(here: Path) -> None:
    a, b = write(here / "a.yaml"), write(here / "b.yaml", name="b")
    expected = hashlib.sha256(a.read_bytes() + b.read_bytes()).hexdigest()
    assert read(["a.yaml", "b.yaml"]).digest == expected
    assert read(["."]).digest == expected
    assert read(["b.yaml", "a.yaml"]).digest != expected


def test_progress(here: Path) -> None:
    write(here / "a.yaml")
    write(here / "b.yaml")
    calls: list[tuple[str, int, int]] = []
    read(["."], progress=lambda *call: calls.append(call))
    assert calls == [("a.yaml", 0, 2), ("b.yaml", 1, 2)]


def test_the_collector_runs_again_afterwards(here: Path) -> None:
    assert gc.isenabled()
    read([str(here)])
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("path", "hint"), [("polices.yaml", "did you mean policies.yaml?"), ("x/y", None), ("quite different", None)]
)
def test_missing(here: Path, path: str, hint: str | None) -> None:
    write(here / "policies.yaml")
    problem = only(read([path]))
    assert problem.message == "no such file or directory"
    assert problem.position == Position(path)
    assert problem.hint == hint


def test_broken_link(here: Path) -> None:
    (here / "a.yaml").symlink_to("gone")
    assert only(read(["a.yaml"])).message == "broken symbolic link to gone"
    assert only(read(["."])).message == "broken symbolic link to gone"


def test_named_pipe_and_device(here: Path) -> None:
    os.mkfifo(here / "pipe.yaml")
    assert only(read(["pipe.yaml"])).message == "a named pipe, not a file"
    assert only(read(["."])).message == "a named pipe, not a file"
    assert only(read(["/dev/null"])).message == "a device, not a file"


def test_names_that_no_file_can_have(here: Path) -> None:
    assert only(read(["a\0b"])).message == "no file can have this name"
    assert "a\\x00b" in str(only(read(["a\0b"])).position)
    assert only(read(["x" * 5000])).message.startswith("cannot be read: file name too long")
    assert only(read([""])).position is not None


def test_names_are_escaped(here: Path) -> None:
    write(here / "a\x1b[31m.yaml", "kind: Pod\n")
    problem = only(read(["."]))
    assert problem.position is not None
    assert problem.position.file == "a\\x1b[31m.yaml"


def test_a_file_that_may_not_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "a.yaml")
    write(here / "b.yaml", name="b")
    real = Path.open

    def refuse(path: Path, *args: str) -> object:
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return real(path, *args)

    monkeypatch.setattr(Path, "open", refuse)
    reading = read(["."])
    assert only(reading).message == "cannot be read: permission denied"
    assert only(reading).position == Position("a.yaml")
    assert names(reading) == ["b"]


def test_a_directory_that_may_not_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "k/a.yaml")
    write(here / "k/secret/b.yaml")
    real = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    reading = read(["k"])
    assert only(reading) == Problem("cannot be read: permission denied", Position("k/secret"))
    assert only(read(["k/secret"])).message == "cannot be read: permission denied"


def test_a_file_that_is_too_large(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "a.yaml")
    monkeypatch.setattr(folder, "MAX_FILE_BYTES", 10)
    assert "the most that is read" in only(read(["a.yaml"])).message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", None),
        ("# nothing\n---\n", None),
        ("replicas: 3\n", "1 document in it passed over: not Kubernetes objects"),
        ("a: 1\n---\nb: 1\n", "2 documents in it passed over: not Kubernetes objects"),
    ],
)
def test_a_path_without_objects(here: Path, text: str, hint: str | None) -> None:
    write(here / "k/values.yaml").write_text(text)
    for path in ("k", "k/values.yaml"):
        problem = only(read([path]))
        assert problem.message == f"no Kubernetes objects in {path}"
        assert problem.hint == hint


def test_an_empty_directory(here: Path) -> None:
    assert only(read(["."])) == Problem("no Kubernetes objects in .", Position("."))


def test_an_unfruitful_file_in_a_fruitful_directory_is_no_problem(here: Path) -> None:
    write(here / "a.yaml")
    write(here / "values.yaml", "a: 1\n")
    reading = read(["."])
    assert not reading.problems
    assert [str(p.position) for p in reading.passed_over] == ["values.yaml:1:1"]


def test_all_problems_of_a_run_are_listed(here: Path) -> None:
    write(here / "b.yaml", "a: [\n")
    write(here / "a.yaml", "kind: Pod\n---\na: 'x\n")
    reading = read(["b.yaml", "a.yaml", "gone.yaml"])
    assert [str(p.position) for p in reading.problems] == ["a.yaml:1:1", "a.yaml:3:4", "b.yaml:1:4", "gone.yaml"]


@pytest.mark.parametrize(
    ("data", "message", "line", "column"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe", "a binary file, not YAML or JSON", 0, 0),
        (b"\x1f\x8b\x08\x00\xff", "a binary file, not YAML or JSON", 0, 0),
        (b"a: 1\nb: \xfc\n", "not UTF-8 text: the byte 0xfc cannot stand here", 2, 4),
        (b"\xef\xbb\xbfa: \xc3\n", "not UTF-8 text: the byte 0xc3 cannot stand here", 1, 4),
        (b"\xff\xfea", "not valid UTF-16, though it begins with its byte order mark", 0, 0),
        (b"a: 1\x00\n", "the control character U+0000 is not allowed in YAML", 1, 5),
    ],
)
@pytest.mark.parametrize("path", ["a.yaml", "."])
def test_bytes_that_are_no_text(here: Path, data: bytes, message: str, line: int, column: int, path: str) -> None:
    (here / "a.yaml").write_bytes(data)
    problem = only(read([path]))
    assert (problem.message.replace("YAML syntax: ", ""), problem.position) == (
        message,
        Position("a.yaml", line, column),
    )
    if line:
        assert problem.line_text is not None and "a" in problem.line_text + "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_encodings(here: Path, encoding: str, line_end: str, name: str) -> None:
    text = POD.format("grün")
    if name == "a.json":
        text = '{"apiVersion": "v1",\n "kind": "Pod",\n "metadata": {\n  "name": "grün"}}'
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    (here / name).write_bytes((mark + text.replace("\n", line_end)).encode(encoding))
    reading = read([name])
    assert names(reading) == ["grün"]
    place = reading.documents[0].span(("metadata", "name")).start
    assert (place.line, place.column) == (4, 3)


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_truncated_files_never_crash(here: Path, cut: int) -> None:
    text = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}'
    (here / "a.json").write_text(text[:cut])
    assert only(read(["a.json"])).position is not None


KUSTOMIZATION = """\
resources: [deployment.yaml, both.yaml]
patches:
- path: patches/labels.yaml
- path: both.yaml
- target: {kind: Pod}
  patch: |-
    - op: remove
patchesStrategicMerge:
- strategic.yaml
- |-
  kind: Pod
patchesJson6902:
- path: patches/ops.json
replacements: [{path: replacement.yaml}]
configMapGenerator:
- name: c
  files: [dashboard.json, key=./data.yaml, plain]
"""


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
@pytest.mark.parametrize("header", ["", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"])
def test_kustomizations(here: Path, name: str, header: str) -> None:
    base = here / "k/base"
    write(base / name, header + KUSTOMIZATION)
    for other in ("deployment.yaml", "both.yaml"):
        write(base / other, name=other)
    for other in (
        "patches/labels.yaml",
        "strategic.yaml",
        "patches/ops.json",
        "replacement.yaml",
        "dashboard.json",
        "data.yaml",
    ):
        write(base / other, "kind: [")
    write(here / "k/patches/labels.yaml", name="elsewhere")
    reading = read(["k"])
    assert not reading.problems
    assert sorted(names(reading)) == ["both.yaml", "deployment.yaml", "elsewhere"]
    (kustomization,) = reading.kustomizations
    assert kustomization.file == f"k/base/{name}"
    assert kustomization.patches == (
        "k/base/strategic.yaml",
        "k/base/patches/labels.yaml",
        "k/base/patches/ops.json",
    )
    reasons = {p.position.file: p.why for p in reading.passed_over}
    assert reasons["k/base/patches/labels.yaml"] == f"listed as a patch in k/base/{name}"
    assert reasons["k/base/data.yaml"] == f"listed as data in k/base/{name}"
    assert reasons["k/base/replacement.yaml"] == f"listed as configuration in k/base/{name}"
    assert reasons[f"k/base/{name}"] == "a kustomization, which was not rendered"


def test_a_patch_that_is_named_is_read(here: Path) -> None:
    write(here / "k/kustomization.yaml", "patches: [{path: p.yaml}]\n")
    write(here / "k/p.yaml")
    assert names(read(["k/p.yaml"])) == ["a"]
    assert names(read(["k/p.yaml", "k"])) == ["a"]
    assert names(read(["k", "k/p.yaml"])) == ["a"]
    assert names(read(["k"])) == []


def test_a_named_kustomization_holds_no_objects(here: Path) -> None:
    write(here / "kustomization.yaml", "resources: [a.yaml]\n")
    reading = read(["kustomization.yaml"])
    assert only(reading).message == "no Kubernetes objects in kustomization.yaml"
    assert [k.file for k in reading.kustomizations] == ["kustomization.yaml"]


@pytest.mark.parametrize(
    "text", ["patches: 7\n", "patches: [7, {path: [x]}]\n", "- a\n", "resources: [\n", "resources: {a: b}\n"]
)
def test_odd_kustomizations(here: Path, text: str) -> None:
    write(here / "kustomization.yaml", text)
    write(here / "a.yaml")
    assert names(read(["."])) == ["a"]


def test_a_patch_of_one_kustomization_that_is_a_resource_of_another_is_read(here: Path) -> None:
    """It is an object that the base brings, whatever an overlay does with it: left out, a policy could be missing."""
    write(here / "base/kustomization.yaml", "resources: [./kept.yaml]\n")
    write(here / "base/kept.yaml", name="kept")
    write(
        here / "overlay/kustomization.yaml",
        "resources: [../base]\npatches: [{path: ../base/kept.yaml}, {path: p.yaml}]\n",
    )
    write(here / "overlay/p.yaml", name="patch")
    found = read(["."])
    assert names(found) == ["kept"]
    assert "overlay/p.yaml" in {passed.position.file for passed in found.passed_over}
