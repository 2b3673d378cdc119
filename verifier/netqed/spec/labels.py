"""What the API server accepts as a label's key and value, and as a name (A9, facts 52 and 58)."""

from __future__ import annotations

import re
from typing import Final

NAMESPACE_NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""Carried by every namespace with its own name as the value (A4, fact 31)."""

_SUBDOMAIN: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"

VALUE_PATTERN: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
"""A label value that is not empty, or the name in a label key."""
KEY_PATTERN: Final = rf"(?:{_SUBDOMAIN}/)?{VALUE_PATTERN}"
"""A label key; its prefix may have 253 characters, which the pattern does not say."""
NAMESPACE_PATTERN: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
OBJECT_NAME_PATTERN: Final = _SUBDOMAIN
"""The name of a workload; at most 253 characters, which the pattern does not say."""

_NAME = re.compile(VALUE_PATTERN)
_DNS_LABEL = re.compile(NAMESPACE_PATTERN)
_DNS_SUBDOMAIN = re.compile(_SUBDOMAIN)


def key_fault(key: str) -> str | None:
    """Say what is wrong with a label key, or None: a name of at most 63 characters, after an optional DNS prefix of at
    most 253 and a slash."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _DNS_SUBDOMAIN.fullmatch(prefix)):
        return f"the prefix of label key '{key}' is no DNS name in lower case of at most 253 characters"
    if not _NAME.fullmatch(name):
        return f"'{key}' is no label key: letters, digits, '-', '_' and '.', at most 63 characters after the prefix"
    return None


def value_fault(value: str) -> str | None:
    """Say what is wrong with a label value, or None: empty, or a name of at most 63 characters."""
    if value and not _NAME.fullmatch(value):
        return f"'{value}' is no label value: letters, digits, '-', '_' and '.', at most 63 characters"
    return None


def namespace_fault(name: str) -> str | None:
    """Say what is wrong with a namespace's name, or None: a DNS label of at most 63 characters."""
    if not _DNS_LABEL.fullmatch(name):
        return f"'{name}' is no name of a namespace: lower-case letters, digits and '-', at most 63 characters"
    return None


def object_name_fault(name: str) -> str | None:
    """Say what is wrong with the name of a workload, or None: a DNS subdomain of at most 253 characters."""
    if len(name) > 253 or not _DNS_SUBDOMAIN.fullmatch(name):
        return f"'{name}' is no name of an object: lower-case letters, digits, '-' and '.', at most 253 characters"
    return None
