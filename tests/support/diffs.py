"""A strict applier of unified diffs: every line that a hunk names must be there, at the place that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True)
class FileDiff:
    """What a diff says of one file; `old` None is a file that it adds."""

    old: str | None
    new: str
    hunks: tuple[tuple[int, int, tuple[tuple[str, str], ...]], ...]
    """The first old line and the first new line, from 0, and (sign, line) pairs."""

    def applied(self, text: str) -> str:
        """The text with the hunks applied."""
        lines = lines_of(text)
        done: list[str] = []
        at = 0
        for old, new, changes in self.hunks:
            done += lines[at:old]
            at = old
            assert len(done) == new, "the hunk names another line of the new file"
            for sign, line in changes:
                if sign in " -":
                    assert lines[at] == line, (lines[at], line)
                    at += 1
                if sign in " +":
                    done.append(line)
        return "".join(done + lines[at:])

    def taken(self) -> set[int]:
        """The old lines, from 0, that the diff takes out."""
        found = set()
        for old, _, changes in self.hunks:
            at = old
            for sign, _ in changes:
                if sign == "-":
                    found.add(at)
                at += sign in " -"
        return found


def lines_of(text: str) -> list[str]:
    """The lines with their ends, which are \\n."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def parsed(diff: str) -> list[FileDiff]:
    """The files of a diff."""
    lines = lines_of(diff)
    files: list[FileDiff] = []
    at = 0
    while at < len(lines):
        old, new = _name(lines[at], "--- ", "a/"), _name(lines[at + 1], "+++ ", "b/")
        assert new is not None
        at += 2
        hunks = []
        while at < len(lines) and (head := HUNK.fullmatch(lines[at])):
            at += 1
            start, count, other, new_count = (1 if part is None else int(part) for part in head.groups())
            changes: list[tuple[str, str]] = []
            left = [count, new_count]
            while left != [0, 0] or (at < len(lines) and lines[at] == NO_NEWLINE):
                if lines[at] == NO_NEWLINE:
                    sign, line = changes[-1]
                    changes[-1] = sign, line.removesuffix("\n")
                else:
                    sign = lines[at][0]
                    assert sign in " -+", lines[at]
                    changes.append((sign, lines[at][1:]))
                    left = [left[0] - (sign in " -"), left[1] - (sign in " +")]
                at += 1
            hunks.append((start - bool(count), other - bool(new_count), tuple(changes)))
        files.append(FileDiff(old, new, tuple(hunks)))
    return files


def _name(line: str, head: str, prefix: str) -> str | None:
    assert line.startswith(head), line
    name = line.removeprefix(head).removesuffix("\n").removesuffix("\t")
    if name == "/dev/null":
        return None
    assert name.startswith(prefix), name
    return name.removeprefix(prefix)
