"""Syntax errors of YAML in words that help."""

from __future__ import annotations

import re

import yaml
from yaml.reader import ReaderError

from netqed.sources.composer import TEMPLATE_HINT
from netqed.sources.nodes import MAX_DEPTH
from netqed.sources.position import Problem
from netqed.sources.text import SourceText

# What YAML 1.1 allows in a stream (section 5.1), less the byte order mark inside it: the reader of libyaml and go-yaml.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
# Braces where YAML would have a value or a key; those inside quotes are ordinary text, such as alert rules have.
_BRACES = re.compile(r"^[ \t]*(- +)?\{\{|:[ \t]+\{\{", re.MULTILINE)

_MESSAGES = {
    "mapping values are not allowed in this context": "a colon where no mapping can begin",
    "did not find expected key": "expected a key of the mapping, or its end",
    "did not find expected '-' indicator": "expected another list item (-), or the end of the list",
    "could not find expected ':'": "expected a colon after the key",
    "did not find expected ',' or '}'": "expected a comma or } in the mapping",
    "did not find expected ',' or ']'": "expected a comma or ] in the list",
    "did not find expected <document start>": "expected a new document (---)",
    "did not find expected node content": "expected a value",
    "did not find expected alphabetic or numeric character": "expected a name after * or &",
    "block sequence entries are not allowed in this context": "a list item (-) where no list can begin",
    "found unexpected end of stream": "the file ends inside a quoted text",
    "found unexpected document indicator": "the document ends inside a quoted text",
    "found unknown escape character": "unknown escape in a text in double quotes",
    "found character that cannot start any token": "a value cannot begin with this character",
}
_HINTS = {
    "mapping values are not allowed in this context": "check the indentation, or put the value in quotes",
    "found unknown escape character": "use single quotes to take backslashes as they are",
    "did not find expected alphabetic or numeric character": "put a text that begins with * or & in quotes",
    "found character that cannot start any token": "put a text that begins with @, ` or % in quotes",
}
# Errors that show where something began: what is at fault lies there, not where libyaml noticed.
_AT_CONTEXT = ("found unexpected end of stream", "found unexpected document indicator", "could not find expected ':'")
_COLLECTIONS = {
    "while parsing a block mapping": "mapping",
    "while parsing a block collection": "list",
    "while parsing a flow mapping": "mapping",
    "while parsing a flow sequence": "list",
    "while scanning a simple key": "key",
    "while scanning a block scalar": "block text",
}


def syntax_problem(source: SourceText, begin: int, end: int, error: yaml.YAMLError) -> Problem:
    """The problem for an error that libyaml found in the stretch of the text from `begin` to `end`."""
    if isinstance(error, ReaderError):
        found = _FORBIDDEN.search(source.text, begin, end)
        offset = found.start() if found else begin
        name = f"U+{ord(source.text[offset]):04X}" if found else "a character"
        return source.problem(f"the control character {name} is not allowed in YAML", offset)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return source.problem(f"not YAML: {error}", begin)
    text = str(error.problem)
    if "nesting depth" in text:
        return source.problem(f"nested more than {MAX_DEPTH} levels deep", begin)
    mark = error.problem_mark
    if error.context_mark is not None and text in _AT_CONTEXT:
        mark = error.context_mark
    offset = _on_text(source, begin, begin + int(mark.index), end)
    message, hint = _MESSAGES.get(text, text), _HINTS.get(text)
    if source.text[offset : offset + 1] == "\t" and "character" in text:
        message, hint = "a tab where YAML allows only spaces", "indent with spaces"
    elif error.context in _COLLECTIONS and error.context_mark is not None and text not in _AT_CONTEXT:
        line = source.position(begin + int(error.context_mark.index)).line
        if line != source.position(offset).line:
            message += f" that begins in line {line}" if message.endswith(("mapping", "list")) else ""
            if " that begins" not in message:
                message += f" (inside the {_COLLECTIONS[error.context]} that begins in line {line})"
    if _BRACES.search(source.text, begin, end):
        hint = TEMPLATE_HINT
    return source.problem(f"YAML syntax: {message}", offset, hint)


def _on_text(source: SourceText, begin: int, offset: int, end: int) -> int:
    """The offset, or the last character before it that is no white space where the stretch ends without any more."""
    if source.text[offset:end].strip():
        return offset
    return max(begin, begin + len(source.text[begin : min(offset, end)].rstrip()) - 1)
