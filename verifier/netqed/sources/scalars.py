"""Scalars as kubectl resolves them.

kubectl turns YAML into JSON with `sigs.k8s.io/yaml`, whose parser is go-yaml v2 (`goyaml.v2/resolve.go` in that
repository): YAML 1.1's booleans and octals, no sexagesimals, timestamps left as text. The JSON is then read by the
API machinery, for which a number without fraction is an integer however it was written (`1e3` arrives as 1000).

One departure: `y` and `n` as values stay text, as they do in YAML 1.2 and for the programs in other languages that
write manifests (they leave a namespace called y unquoted). kubectl makes booleans of them, and no text field of the
API takes a boolean: no cluster holds an object that this reading and kubectl's understand differently. As keys they
are what kubectl makes of them, since there the API server would not notice.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct

Scalar = str | int | float | bool | None
"""What a scalar can be once it is resolved."""

STR_TAG = "tag:yaml.org,2002:str"
MERGE_TAG = "tag:yaml.org,2002:merge"
_TAG_PREFIX = "tag:yaml.org,2002:"

MAX_DIGITS = 1000
"""Digits that a number may have; no field of the API holds as many as 20, and conversion costs their square."""

_INT64 = range(-(2**63), 2**63)

# goyaml.v2/resolve.go, `resolveMapList`: `y` and `n` are booleans there, unlike in PyYAML.
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_LETTERS = frozenset("yYnN")
_FIRST_OF_NUMBER = frozenset("+-.0123456789")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-")
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[bB](?P<b>[01]+)|0[xX](?P<x>[0-9a-fA-F]+)|0[oO]?(?P<o>[0-7]+)|(?P<d>0|[1-9][0-9]*))"
)
_BASES = {"b": 2, "x": 16, "o": 8, "d": 10}


class ScalarError(ValueError):
    """A scalar that cannot be what its tag says, or that JSON cannot carry; the text says which, for a report."""


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar without a tag.

    Raises ScalarError for a number that JSON cannot carry (infinite, not a number, more than MAX_DIGITS digits).
    """
    if text in _LETTERS:
        return text
    value = _resolve(text)
    if type(value) is float:
        if not math.isfinite(value):
            raise ScalarError(f"{text} is no number that JSON can carry")
        return whole(value)
    return value


def plain_key(text: str) -> str:
    """The key that an unquoted scalar without a tag makes, as `sigs.k8s.io/yaml` (`convertToJSONableObject`) has it.

    Raises ScalarError for what it refuses: null, and integers beyond 64 bits.
    """
    return key_text(_resolve(text))


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with an explicit tag of YAML's own; quotes make no difference then.

    Raises ScalarError where the text is not of that type, or the tag is none that kubectl's parser resolves.
    """
    name = tag.removeprefix(_TAG_PREFIX)
    if tag == STR_TAG:
        return text
    if tag == _TAG_PREFIX + "binary":
        try:
            return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise ScalarError("a !!binary value holds base64 only") from None
    if tag == _TAG_PREFIX + "timestamp":
        if _DATE.match(text):
            return text
        raise ScalarError(f"{text!r} is no timestamp")
    if tag not in (_TAG_PREFIX + kind for kind in ("int", "float", "bool", "null")):
        shown = tag if name == tag else "!!" + name
        raise ScalarError(f"unknown tag {shown}")
    value = _WORDS[text] if text in _LETTERS else resolve_plain(text)
    fits = {
        "int": type(value) is int,
        "float": type(value) in (int, float),
        "bool": type(value) is bool,
        "null": value is None,
    }
    if fits[name]:
        return value
    raise ScalarError(f"{text!r} is no {name}")


def whole(value: float) -> int | float:
    """The number as it comes out of JSON: without fraction and below 1e21, where Go's encoder writes it without an
    exponent and the API machinery reads an integer."""
    if value.is_integer() and abs(value) < 1e21:
        return int(value)
    return value


def key_text(value: Scalar) -> str:
    """The key that a resolved scalar makes. Raises ScalarError as `plain_key` does."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            if value in _INT64:
                return str(value)
            raise ScalarError(f"the number {value} is too large to be a key")
        case float():
            return _float32_text(value)
        case None:
            raise ScalarError("null cannot be a key")


def _resolve(text: str) -> Scalar:
    """The value before it goes through JSON: floats stay floats, also the infinite ones."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _FIRST_OF_NUMBER:
        number = _number(text)
        return text if number is None else number
    return text


def _number(text: str) -> int | float | None:
    """The number that the text writes, or None where it is only text."""
    if _DATE.match(text):
        return None  # `parseTimestamp`, or else not a number: no number has a minus after four digits
    plain = text if text[0] == "." else text.replace("_", "")
    if len(plain) > MAX_DIGITS and (_FLOAT.fullmatch(plain) or _INTEGER.fullmatch(plain)):
        raise ScalarError(f"a number of more than {MAX_DIGITS:,} digits")
    integer = _INTEGER.fullmatch(plain)
    if integer and text[0] != ".":
        kind = integer.lastgroup or "d"
        magnitude = int(integer[kind], _BASES[kind])
        return -magnitude if integer["sign"] == "-" else magnitude
    if _FLOAT.fullmatch(plain):
        value = float(plain)
        # Go's ParseFloat reports a range error, and the resolver goes on to text.
        return None if math.isinf(value) else value
    return None


def _float32_text(value: float) -> str:
    """The shortest text of the value as a 32-bit float, as Go's FormatFloat(value, 'g', -1, 32) writes it."""
    try:
        single = _as_float32(value)
    except OverflowError:
        single = math.copysign(math.inf, value)
    if not math.isfinite(single):
        return ".nan" if math.isnan(single) else ".inf" if single > 0 else "-.inf"
    if single == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    short = next(text for p in range(9) if _as_float32(float(text := f"{single:.{p}e}")) == single)
    mantissa, exponent = short.split("e")
    power = int(exponent)
    if power < -4 or power >= 6:
        return short
    return f"{float(short):.{max(0, len(mantissa.lstrip('-').replace('.', '')) - 1 - power)}f}"


def _as_float32(value: float) -> float:
    """The nearest 32-bit float. Raises OverflowError for finite values beyond them."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
