"""An OpenAPI document as people read it: references followed, schemas in words, operations with an example."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_hearth import templating

Node = Mapping[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
# Each pair of keywords, and what they say the range of.
_RANGES: Final = (
    ("minimum", "maximum", ""),
    ("exclusiveMinimum", "exclusiveMaximum", "within, both ends excluded, "),
    ("minLength", "maxLength", "length "),
    ("minItems", "maxItems", "entries: "),
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method on one path, with every reference followed."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Node]
    body_types: list[str]
    body: Node | None
    responses: list[tuple[str, Node]]


class Reader:
    """Finds its way through one document."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def operations(self, tag: str) -> Iterator[Operation]:
        """Those of a tag, in the document's order."""
        for path, item in self._document["paths"].items():
            for method in METHODS:
                if tag in item.get(method, {}).get("tags", ()):
                    yield self._operation(path, method, item)

    def follow(self, node: Node) -> Node:
        """The node itself, or what its reference leads to."""
        while "$ref" in node:
            target: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def kind(self, schema: Node) -> str:
        """A schema's type in a few words, such as `string or null`, `array of Size`."""
        if "$ref" in schema:
            target = self.follow(schema)
            return self.kind(target) if "enum" in target else str(schema["$ref"].rpartition("/")[2])
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return " or ".join(json.dumps(value) for value in schema["enum"])
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return " or ".join(self.kind(branch) for branch in schema[choice])
        named = schema.get("type", "any")
        words = " or ".join(named) if isinstance(named, list) else str(named)
        if words == "array" and "items" in schema:
            return f"array of {self.kind(schema['items'])}"
        return f"{words} ({schema['format']})" if "format" in schema else words

    def bounds(self, schema: Node) -> str:
        """What else holds for its values, such as `length 1 to 10, "" by default`."""
        found = []
        for branch in (schema, *schema.get("anyOf", ())):
            for low, high, what in _RANGES:
                if low in branch and high in branch:
                    found.append(f"{what}{branch[low]} to {branch[high]}")
                elif low in branch:
                    found.append(f"{what}from {branch[low]}")
                elif high in branch:
                    found.append(f"{what}up to {branch[high]}")
        if "default" in schema:
            found.append(f"{json.dumps(schema['default'])} by default")
        return ", ".join(found)

    def branches(self, schema: Node) -> list[tuple[str, Node]]:
        """The schema, or those that it is one of, by name."""
        choices = schema.get("oneOf") or schema.get("anyOf")
        return [(self.kind(each), self.follow(each)) for each in choices] if choices else [("", schema)]

    prose = staticmethod(templating.prose)
    """A description as HTML: of Markdown, which OpenAPI allows in it, the document has code spans only."""

    def _operation(self, path: str, method: str, item: Node) -> Operation:
        operation = item[method]
        content = operation.get("requestBody", {}).get("content", {})
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=operation.get("description", ""),
            parameters=[self.follow(one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]],
            body_types=list(content),
            body=next((self.follow(media["schema"]) for media in content.values()), None),
            responses=[(status, self.follow(one)) for status, one in operation["responses"].items()],
        )
