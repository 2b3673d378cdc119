"""Syntax of names, labels and port names, as the API server checks it.

Each check returns what is wrong, as the end of a sentence about the text, or None where nothing is. Results are
remembered: a cluster repeats few texts often.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

PROTOCOLS: Final = ("TCP", "UDP", "SCTP")

_REMEMBERED: Final = 1 << 16
_LABEL_NAME: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DNS_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_PORT_NAME: Final = re.compile(r"[a-z0-9-]+")


@lru_cache(maxsize=_REMEMBERED)
def label_value_fault(value: str) -> str | None:
    """Why `value` is no label value: at most 63 characters, empty or of the label charset (A9, fact 58)."""
    if not value:
        return None
    if len(value) > 63:
        return f"has {len(value)} characters; a label value has at most 63"
    if not _LABEL_NAME.fullmatch(value):
        return "is no label value; expected letters, digits, '-', '_' and '.', with a letter or digit at both ends"
    return None


@lru_cache(maxsize=_REMEMBERED)
def label_key_fault(key: str) -> str | None:
    """Why `key` is no label key: an optional DNS subdomain and '/', then a name of 1 to 63 (A9, fact 58)."""
    prefix, slash, name = key.rpartition("/")
    if slash and (fault := dns_subdomain_fault(prefix)) is not None:
        return f"is no label key: its prefix {fault}"
    if not name:
        return "is no label key: its name is empty"
    if len(name) > 63:
        return f"is no label key: its name has {len(name)} characters, and at most 63 are allowed"
    if not _LABEL_NAME.fullmatch(name):
        return "is no label key; expected letters, digits, '-', '_' and '.', with a letter or digit at both ends"
    return None


@lru_cache(maxsize=_REMEMBERED)
def dns_label_fault(name: str) -> str | None:
    """Why `name` is no DNS-1123 label of at most 63 characters, such as a namespace's name (A9, fact 52)."""
    if len(name) > 63:
        return f"has {len(name)} characters; at most 63 are allowed"
    if not _DNS_LABEL.fullmatch(name):
        return "is no DNS label; expected lower-case letters, digits and '-', with a letter or digit at both ends"
    return None


@lru_cache(maxsize=_REMEMBERED)
def dns_subdomain_fault(name: str) -> str | None:
    """Why `name` is no DNS-1123 subdomain of at most 253 characters, such as most objects' names (A9, fact 52)."""
    if len(name) > 253:
        return f"has {len(name)} characters; at most 253 are allowed"
    if not _DNS_SUBDOMAIN.fullmatch(name):
        return (
            "is no DNS subdomain; expected lower-case letters, digits, '-' and '.', "
            "with a letter or digit at both ends of each part"
        )
    return None


@lru_cache(maxsize=4096)
def port_name_fault(name: str) -> str | None:
    """Why `name` is no port name: 1 to 15 of [a-z0-9-], a letter among them, '-' single and inside (A9, fact 53)."""
    if name.isascii() and name.isdigit():
        return f"is a quoted number: write port: {name} without quotes"
    if not name:
        return "is empty; expected a port number or a port name"
    if len(name) > 15:
        return f"has {len(name)} characters; a port name has at most 15"
    if not _PORT_NAME.fullmatch(name):
        return "is no port name; expected lower-case letters, digits and '-'"
    if not any("a" <= letter <= "z" for letter in name):
        return "is no port name: it needs at least one letter"
    if name.startswith("-") or name.endswith("-") or "--" in name:
        return "is no port name: '-' may stand only singly, between other characters"
    return None
