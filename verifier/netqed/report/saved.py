"""A JSON result read back: values that say where they lie when they are not what is expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FORMATS: Final = {"netqed/report": 1, "netqed/difference": 1}
"""What can be rendered again: the name of each format and the version that is understood."""

MAPS: Final = {"netqed/map": 1}
"""The same of what the page of a check can show beside its verdicts."""


class Malformed(Exception):
    """The document is no saved result, or not one of a known version; the message says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of the document, and its path in it for errors. Keys that nobody asks for may be anything: a later
    netqed adds some."""

    value: dict[str, Any]
    path: str = ""

    def text(self, key: str) -> str:
        """The text at the key."""
        found: str = self._typed(key, str, "a text")
        return found

    def maybe_text(self, key: str) -> str | None:
        """The text at the key, or None for null."""
        return None if self._get(key) is None else self.text(key)

    def number(self, key: str) -> int:
        """The integer at the key."""
        found: int = self._typed(key, int, "an integer")
        return found

    def maybe_number(self, key: str) -> int | None:
        """The integer at the key, or None for null."""
        return None if self._get(key) is None else self.number(key)

    def seconds(self, key: str) -> float:
        """The number at the key: finite, not below 0."""
        found: float = self._typed(key, (int, float), "a number")
        if not 0 <= found < float("inf"):
            raise self._wrong(key, "a number of seconds")
        return float(found)

    def flag(self, key: str) -> bool:
        """The truth value at the key."""
        found = self._get(key)
        if not isinstance(found, bool):
            raise self._wrong(key, "true or false")
        return found

    def maybe_flag(self, key: str) -> bool | None:
        """The truth value at the key, or None for null."""
        return None if self._get(key) is None else self.flag(key)

    def entry(self, key: str) -> Entry:
        """The object at the key."""
        return Entry(self._typed(key, dict, "an object"), self._at(key))

    def maybe(self, key: str) -> Entry | None:
        """The object at the key, or None for null."""
        return None if self._get(key) is None else self.entry(key)

    def entries(self, key: str) -> tuple[Entry, ...]:
        """The objects of the list at the key."""
        found = self._typed(key, list, "a list")
        for index, one in enumerate(found):
            if not isinstance(one, dict):
                raise self._wrong(f"{key}[{index}]", "an object")
        return tuple(Entry(one, f"{self._at(key)}[{index}]") for index, one in enumerate(found))

    def maybe_entries(self, key: str) -> tuple[Entry, ...]:
        """The objects of the list at the key; none for null."""
        return () if self._get(key) is None else self.entries(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list at the key."""
        found = self._typed(key, list, "a list")
        for index, one in enumerate(found):
            if not isinstance(one, str):
                raise self._wrong(f"{key}[{index}]", "a text")
        return tuple(found)

    def numbers(self, key: str) -> tuple[int, ...]:
        """The integers of the list at the key."""
        found = self._typed(key, list, "a list")
        for index, one in enumerate(found):
            if not isinstance(one, int) or isinstance(one, bool):
                raise self._wrong(f"{key}[{index}]", "an integer")
        return tuple(found)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """The pairs of texts of the list at the key."""
        found = self._typed(key, list, "a list")
        for index, one in enumerate(found):
            if not isinstance(one, list) or len(one) != 2 or not all(isinstance(each, str) for each in one):
                raise self._wrong(f"{key}[{index}]", "a pair of texts")
        return tuple((first, last) for first, last in found)

    def one_of(self, key: str, *words: str) -> str:
        """The text at the key, which is one of the words."""
        found = self.text(key)
        if found not in words:
            raise self._wrong(key, f"one of {', '.join(words)}")
        return found

    def _typed(self, key: str, kind: type | tuple[type, ...], words: str) -> Any:
        found = self._get(key)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self._wrong(key, words)
        return found

    def _get(self, key: str) -> Any:
        if key not in self.value:
            raise Malformed(f"no {self._at(key)}: not a whole result")
        return self.value[key]

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _wrong(self, key: str, words: str) -> Malformed:
        return Malformed(f"{self._at(key)} is not {words}")


def read_saved(text: str, formats: Mapping[str, int] = FORMATS) -> Entry:
    """A saved result of one of the formats, by default of a check or a diff. Raises Malformed for anything else."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise Malformed("nested too deep to be a result") from error
    if not isinstance(value, dict) or value.get("format") not in list(formats):
        raise Malformed(f"not a saved result: its format is not {' or '.join(formats)}")
    version = value.get("version")
    if version != formats[value["format"]]:
        raise Malformed(f"a result of version {version!r}, and this netqed reads version {formats[value['format']]}")
    return Entry(value)
