"""The first collection of the API's document and the least that it takes: for trying a service whatever it serves.

Who clones this repository replaces the sample domain, and what tries the service as a whole must not know it.
Left out: formats other than dates, and patterns that letters do not match; a field that has one needs an example
(`Field(examples=[...])`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth import project
from hearth.errors import HearthError

_DATES = {"date": "2024-02-29", "date-time": "2024-02-29T12:00:00Z", "time": "12:00:00Z"}


class NoCollectionError(HearthError):
    """There is none, or no body can be made up for it; the text says what to do."""


@dataclass(frozen=True)
class Collection:
    name: str
    path: str
    body: dict[str, Any]
    """With which an object can be made: the required fields only."""


def first(root: Path) -> Collection:
    """Read it from the committed document of the project at `root`. Raises NoCollectionError and ProjectError."""
    name = project.Table.read(root).openapi
    document: dict[str, Any] = json.loads((root / name).read_text(encoding="utf-8"))
    for path, operations in document["paths"].items():
        if {"get", "post"} <= set(operations) and "{" not in path:
            content = operations["post"]["requestBody"]["content"]["application/json"]
            body = minimal_value(content["schema"], document["components"]["schemas"], path)
            return Collection(path.rpartition("/")[2], path, body)
    raise NoCollectionError(f"{name} describes no collection: declare one, and `make openapi`.")


def minimal_value(schema: Mapping[str, Any], known: Mapping[str, Any], where: str) -> Any:
    """A value that the schema takes, as small as can be. Raises NoCollectionError for one that has to be known."""
    if "const" in schema:
        return schema["const"]
    if given := schema.get("examples") or schema.get("enum"):
        return given[0]
    if "default" in schema:
        return schema["default"]
    if "$ref" in schema:
        return minimal_value(known[schema["$ref"].rpartition("/")[2]], known, where)
    if "anyOf" in schema:
        return minimal_value(schema["anyOf"][0], known, where)
    return _of_type(schema, known, where)


def _of_type(schema: Mapping[str, Any], known: Mapping[str, Any], where: str) -> Any:
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: minimal_value(fields[name], known, f"{where}.{name}") for name in schema.get("required", ())}
    if kind == "array":
        return [minimal_value(schema["items"], known, f"{where}[]")] * schema.get("minItems", 0)
    if kind in {"integer", "number"}:
        return _number(schema)
    plain = {"string": "x" * max(schema.get("minLength", 0), 1), "boolean": False, "null": None}
    if kind == "string" and schema.get("format") in _DATES:
        return _DATES[schema["format"]]
    if kind not in plain or "format" in schema or not _matches(plain[kind], schema.get("pattern")):
        raise NoCollectionError(f"No value can be made up for {where}: give the field one, Field(examples=[...]).")
    return plain[kind]


def _matches(value: object, pattern: str | None) -> bool:
    try:
        return pattern is None or re.search(pattern, str(value)) is not None
    except re.error:
        # JSON Schema's patterns are JavaScript's, and not all of them Python's.
        return False


def _number(schema: Mapping[str, Any]) -> int | float:
    step: int | float = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    if low is None:
        high: int | float = schema.get("maximum", schema.get("exclusiveMaximum", step) - step)
        return min(0, high)
    found: int | float = -(-low // step) * step
    return found + step if found == schema.get("exclusiveMinimum") else found
