"""Readers of the formats that netqed writes: strict, written from each format's own documentation, and none of them
with netqed's help. What they do not accept is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from markdown_it import MarkdownIt

SCHEMAS = Path(__file__).parent.parent / "schemas"

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "a]]>b",
    "-- a --> b <!-- c -->",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe\u202c",
    "line\nbreak",
    "line\r\nbreak",
    "::error::boo",
    "\n::error file=x::boo",
    "##[error]boo",
    "%0A::error::boo %25",
    "a,b:c=d",
    "`code` ```fence```",
    "a | b || c",
    "</pre></details></summary><script>x</script>",
    "[x](https://example.org) ![y](z)",
    "[spec](1)",
    "\\[x\\](1)",
    "@octocat #1 :tada: www.example.org",
    "&lt;b&gt; &#60;",
    "\x00\x08\ufffe\uffff",
    "\"quoted\" 'twice'",
    "# heading",
    "日本 é",
)
"""What a name, a label or a sentence may hold."""


@dataclass(frozen=True, slots=True)
class Command:
    """A workflow command."""

    name: str
    properties: dict[str, str]
    message: str


_COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^:\r\n]+))?::(?P<data>[^\r\n]*)")


def commands(text: str) -> list[Command]:
    """The workflow commands of a log whose every line is one, by GitHub's rules: `::name key=value,key=value::message`,
    with `%25`, `%0D` and `%0A` in messages, and in values `%3A` and `%2C` as well."""
    assert text.endswith("\n")
    found = []
    for line in text[:-1].split("\n"):
        read = _COMMAND.fullmatch(line)
        assert read is not None, line
        properties = {}
        for part in (read["properties"] or "").split(",") if read["properties"] else ():
            key, equals, value = part.partition("=")
            assert equals and key in ("file", "line", "endLine", "col", "endColumn", "title"), part
            assert key not in properties
            properties[key] = _unescaped(value, {"25": "%", "0D": "\r", "0A": "\n", "3A": ":", "2C": ","})
        assert read["name"] in ("error", "warning", "notice")
        found.append(Command(read["name"], properties, _unescaped(read["data"], {"25": "%", "0D": "\r", "0A": "\n"})))
    return found


def _unescaped(text: str, escapes: dict[str, str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        assert found[1] in escapes, f"no escape: {found[0]}"
        return escapes[found[1]]

    return re.sub(r"%(.{0,2})", replaced, text)


@cache
def _sarif_validator() -> jsonschema.Draft7Validator:
    schema = json.loads((SCHEMAS / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def sarif(text: str) -> dict[str, Any]:
    """The only run of a SARIF log: valid by the schema, and as GitHub's code scanning asks for it."""
    log = json.loads(text)
    _sarif_validator().validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["help"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["locations"]) == 1
        assert re.fullmatch(r"[0-9a-f]{32}:\d+", result["partialFingerprints"]["primaryLocationLineHash"])
        related = result.get("relatedLocations", [])
        assert [one["id"] for one in related] == list(range(1, len(related) + 1))
        steps = [
            step["location"] for flow in result.get("codeFlows", ()) for step in flow["threadFlows"][0]["locations"]
        ]
        for location in (*result["locations"], *related, *steps):
            _require_physical(location["physicalLocation"])
        links = {int(number) for _, number in message_links(result["message"]["text"])}
        assert links == {one["id"] for one in related}
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(hashes)) == len(hashes)
    found: dict[str, Any] = run
    return found


def _require_physical(place: dict[str, Any]) -> None:
    uri, region = place["artifactLocation"]["uri"], place["region"]
    assert uri.startswith("file:///") or re.fullmatch(r"(?!/)(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri), uri
    assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
    assert region["startLine"] == region["endLine"] >= 1
    assert 1 <= region["startColumn"] < region["endColumn"]


_LINK = re.compile(r"(?<!\\)(?:\\\\)*\[((?:\\.|[^\\\[\]])*)\]\((\d+)\)")


def message_links(text: str) -> list[tuple[str, str]]:
    """The embedded links of a SARIF message, as its text and its target. A bracket that is not one has a backslash."""
    bare = re.sub(r"\\.", "", _LINK.sub("", text))
    assert "[" not in bare and "]" not in bare, text
    return _LINK.findall(text)


def message_text(text: str) -> str:
    """A SARIF message without its escapes."""
    return re.sub(r"\\(.)", r"\1", text)


@cache
def _junit_schema() -> Any:
    return xmlschema.XMLSchema(SCHEMAS / "junit" / "junit-10.xsd")


@dataclass(frozen=True, slots=True)
class TestCase:
    """One case of a JUnit report."""

    __test__ = False

    suite: str
    name: str
    state: str
    """passed, failure, error or skipped"""
    type: str | None
    message: str | None
    text: str


def junit(text: str) -> list[TestCase]:
    """The cases of a JUnit report: valid by the schema, and with counts that are right."""
    root = ElementTree.fromstring(text)
    _junit_schema().validate(root)
    found = []
    for suite in root.findall("testsuite"):
        cases = [_test_case(suite.attrib["name"], case) for case in suite.findall("testcase")]
        for key, state in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[key]) == sum(case.state == state for case in cases)
        assert int(suite.attrib["tests"]) == len(cases)
        found += cases
    for key in ("tests", "failures", "errors"):
        assert int(root.attrib[key]) == sum(int(suite.attrib[key]) for suite in root.findall("testsuite"))
    return found


def _test_case(suite: str, element: ElementTree.Element) -> TestCase:
    told = [child for child in element if child.tag in ("failure", "error", "skipped")]
    assert len(told) <= 1
    text = "".join(child.text or "" for child in element)
    if not told:
        return TestCase(suite, element.attrib["name"], "passed", None, None, text)
    return TestCase(suite, element.attrib["name"], told[0].tag, told[0].attrib["type"], told[0].attrib["message"], text)


def gitlab(text: str) -> list[dict[str, Any]]:
    """The issues of a Code Quality report, with the keys that GitLab's documentation lists."""
    issues: list[dict[str, Any]] = json.loads(text)
    assert isinstance(issues, list)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert all(isinstance(issue[key], str) and issue[key] for key in ("description", "check_name", "fingerprint"))
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert set(issue["location"]) == {"path", "lines"}
        assert issue["location"]["path"] and not issue["location"]["path"].startswith("./")
        assert set(issue["location"]["lines"]) == {"begin"}
        assert isinstance(issue["location"]["lines"]["begin"], int) and issue["location"]["lines"]["begin"] >= 1
    fingerprints = [issue["fingerprint"] for issue in issues]
    assert len(set(fingerprints)) == len(fingerprints)
    return issues


@dataclass
class Page(HTMLParser):
    """A rendered comment: its tables as rows of texts, its folded blocks as summary and text, all text in order."""

    tables: list[list[list[str]]] = field(default_factory=list)
    folded: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    _open: list[str] = field(default_factory=list)

    ALLOWED = frozenset(
        ("p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre")
    )
    """The only elements that a comment may become."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.ALLOWED, tag
        assert not [name for name, _ in attrs if name != "style"], attrs
        self._open.append(tag)
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "td" | "th":
                self.tables[-1][-1].append("")
            case "details":
                self.folded.append(("", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "td" in self._open or "th" in self._open:
            self.tables[-1][-1][-1] += data
        if "summary" in self._open:
            self.folded[-1] = (self.folded[-1][0] + data, self.folded[-1][1])
        elif "pre" in self._open:
            self.folded[-1] = (self.folded[-1][0], self.folded[-1][1] + data)

    def close(self) -> None:
        super().close()
        assert self._open == []

    @property
    def rows(self) -> Iterator[list[str]]:
        """The rows of the first table, without its head."""
        yield from self.tables[0][1:] if self.tables else ()


def page(markdown: str, marker: str) -> Page:
    """A comment as CommonMark with GitHub's tables makes it. The marker is its first line and its only comment; it
    has no element that a name in the input could have made."""
    assert markdown.startswith(f"{marker}\n") and markdown.endswith("\n")
    assert len(markdown) < 65_536
    assert "<!--" not in markdown.removeprefix(marker)
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    read = Page()
    read.feed(rendered)
    read.close()
    for name in ("table", "tr", "td", "summary"):
        assert rendered.count(f"<{name}>") + rendered.count(f"<{name} ") == rendered.count(f"</{name}>")
    return read


class _Document(HTMLParser):
    """The elements of a whole page, and the text of each script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data


def html_data(text: str) -> dict[str, Any]:
    """What a page shows: the JSON of its only script element that is no code. The page names nothing to load, and its
    policy admits nothing but scripts and styles by hash. No name in the input can have made an element of it: there are
    as many scripts as hashes, and no elements of other sorts than its own."""
    assert text.startswith("<!DOCTYPE html>\n") and text.endswith("</html>\n")
    read = _Document()
    read.feed(text)
    read.close()
    tags = [tag for tag, _ in read.elements]
    assert not {"img", "iframe", "object", "embed", "link", "base", "form", "svg"} & set(tags)
    for tag, attributes in read.elements:
        assert not {"src", "srcset", "action", "data", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert attributes.get("href", "#").startswith("#"), tag
    (policy,) = [one["content"] for tag, one in read.elements if tag == "meta" and "http-equiv" in one]
    assert policy is not None
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert set(directives) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    hashes = (directives["script-src"] + " " + directives["style-src"]).split()
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", one) for one in hashes)
    scripts = [one for tag, one in read.elements if tag == "script"]
    (index,) = [number for number, one in enumerate(scripts) if one]
    assert scripts[index] == {"type": "application/json", "id": "data"}
    assert len(scripts) == len(directives["script-src"].split()) + 1
    assert read.scripts[index].isascii() and not set("<>&") & set(read.scripts[index])
    found: dict[str, Any] = json.loads(read.scripts[index])
    return found
