"""Scalars resolve as kubectl's parser resolves them (go-yaml v2, then JSON)."""

from __future__ import annotations

import base64

import pytest

from netqed.sources.scalars import (
    MAX_DIGITS,
    ScalarError,
    key_text,
    plain_key,
    resolve_plain,
    resolve_tagged,
    whole,
)

YAML = "tag:yaml.org,2002:"


@pytest.mark.parametrize("text", ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
def test_words_for_true(text: str) -> None:
    assert resolve_plain(text) is True


@pytest.mark.parametrize("text", ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
def test_words_for_false(text: str) -> None:
    assert resolve_plain(text) is False


@pytest.mark.parametrize("text", ["y", "Y", "n", "N"])
def test_letters_are_texts_and_booleans_only_as_keys(text: str) -> None:
    assert resolve_plain(text) == text
    assert plain_key(text) == ("true" if text in "yY" else "false")


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_words_for_null(text: str) -> None:
    assert resolve_plain(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("8080", 8080),
        ("+12", 12),
        ("-12", -12),
        ("1_000", 1000),
        ("017", 15),
        ("-017", -15),
        ("0o17", 15),
        ("0O17", 15),
        ("0x1f", 31),
        ("0X1F", 31),
        ("-0x1f", -31),
        ("0b101", 5),
        ("-0b101", -5),
        ("18446744073709551615", 2**64 - 1),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("08", 8),  # no octal, so a float, which JSON writes as 8
        ("1e3", 1000),
        ("1E3", 1000),
        ("8080.0", 8080),
        ("1.", 1),
    ],
)
def test_integers(text: str, value: int) -> None:
    resolved = resolve_plain(text)
    assert type(resolved) is int
    assert resolved == value


@pytest.mark.parametrize(
    ("text", "value"), [(".5", 0.5), ("-.5", -0.5), ("1.5", 1.5), ("1_0.5", 10.5), ("1e-2", 0.01), ("1e21", 1e21)]
)
def test_floats(text: str, value: float) -> None:
    resolved = resolve_plain(text)
    assert type(resolved) is float
    assert resolved == value


@pytest.mark.parametrize(
    "text",
    [
        "12:30:45",
        "1:20",
        "2024-05-14",
        "2024-05-14T10:00:00Z",
        "2001-12-14 21:59:43",
        "yEs",
        "nULL",
        "tRue",
        "0x",
        "0xg",
        "0b2",
        "1e",
        "1e999",
        "1.2.3",
        "10.0.0.0/8",
        "_1",
        ".5_0",
        "-",
        "+",
        ".",
        "128Mi",
        "1e3x",
        "١٢",  # digits, but not ASCII
        "<",
    ],
)
def test_texts(text: str) -> None:
    assert resolve_plain(text) == text


@pytest.mark.parametrize("text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "9" * (MAX_DIGITS + 1)])
def test_numbers_that_json_cannot_carry(text: str) -> None:
    with pytest.raises(ScalarError):
        resolve_plain(text)


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("123", "str", "123"),
        ("yes", "str", "yes"),
        ("123", "int", 123),
        ("1", "float", 1),
        ("1.5", "float", 1.5),
        ("no", "bool", False),
        ("y", "bool", True),
        ("", "null", None),
        ("2024-05-14", "timestamp", "2024-05-14"),
        (base64.b64encode("grün".encode()).decode(), "binary", "grün"),
    ],
)
def test_tags(text: str, tag: str, value: object) -> None:
    assert resolve_tagged(text, YAML + tag) == value


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("abc", YAML + "int"),
        ("1.5", YAML + "int"),
        ("1", YAML + "bool"),
        ("x", YAML + "null"),
        ("soon", YAML + "timestamp"),
        ("not base64!", YAML + "binary"),
        ("x", YAML + "python/name:os.system"),
        ("x", "!secret"),
    ],
)
def test_tags_that_do_not_fit(text: str, tag: str) -> None:
    with pytest.raises(ScalarError):
        resolve_tagged(text, tag)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("80", "80"),
        ("0x10", "16"),
        ("yes", "true"),
        ("off", "false"),
        ("1.5", "1.5"),
        ("0.1", "0.1"),
        ("1.0", "1"),
        ("1234567.0", "1.234567e+06"),
        ("100000.0", "100000"),
        ("0.00001", "1e-05"),
        ("16777217.0", "1.6777216e+07"),  # 32 bits are all that a key keeps
        ("-0.0", "-0"),
        ("1e300", ".inf"),
        ("-.inf", "-.inf"),
        ("2024-05-14", "2024-05-14"),
        ("app", "app"),
    ],
)
def test_keys(text: str, key: str) -> None:
    assert plain_key(text) == key


@pytest.mark.parametrize("text", ["~", "null", "9223372036854775808"])
def test_keys_that_kubectl_refuses(text: str) -> None:
    with pytest.raises(ScalarError):
        plain_key(text)


def test_a_boolean_key_is_no_number() -> None:
    assert key_text(True) == "true"
    assert key_text(1) == "1"


def test_whole_keeps_what_json_writes_with_an_exponent() -> None:
    assert type(whole(1e20)) is int
    assert type(whole(1e21)) is float
    assert type(whole(0.5)) is float
