"""The vocabulary that the schemas of all reports are written in."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
ORDINAL: Final[Schema] = {"type": "integer", "minimum": 1}


def object_of(**properties: Schema) -> Schema:
    """An object with exactly these keys, all of them present."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def or_null(schema: Schema) -> Schema:
    """What the schema describes, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """The definition of this name."""
    return {"$ref": f"#/$defs/{name}"}


def list_of(name: str) -> Schema:
    """A list of what the definition of this name describes."""
    return {"type": "array", "items": ref(name)}
