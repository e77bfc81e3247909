"""Placeholders that would reach what runs: where a text comes from that only Google could compute.

A kept resource does nothing, so whoever got its address would wait for an answer that never comes. Left out: what a
program makes of a placeholder beyond recognition, a hash of it, and numbers of which only a part is used.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hearth.localcloud.kept import records
from hearth.localcloud.records import cloud_sql
from hearth.localcloud.store import Document, Store

_SHORTEST_BASE64 = 16


@dataclass(frozen=True)
class Origin:
    """The output that a placeholder stands for."""

    type: str
    name: str
    """The resource's logical name in the program."""
    path: str

    def __str__(self) -> str:
        return f"{self.path} of {self.type} {self.name}"


class Placeholders:
    """Those of every record that the store has now, and of played types that have some."""

    def __init__(self, store: Store) -> None:
        self._records = [*records.all_of(store), *cloud_sql.placeholders(store)]

    def origin(self, text: str) -> Origin | None:
        """Whose placeholder the text holds; None where it holds none."""
        forms = list(_forms(text))
        for record in self._records:
            if (path := _path(record, forms)) is not None:
                return Origin(record["type"], record["urn"].rpartition("::")[2], path)
        return None


def _forms(text: str) -> Iterator[str]:
    yield text.lower()
    if len(text) >= _SHORTEST_BASE64:
        try:
            yield base64.b64decode(text, validate=True).decode().lower()
        except (binascii.Error, ValueError):
            return


def _path(record: Document, forms: list[str]) -> str | None:
    whole = sorted(record["madeUp"].items(), key=lambda each: -len(str(each[1])))
    for path, value in whole:
        # Neither `6379` in `16379` nor `198.18.0.1` in `198.18.0.12`.
        pattern = rf"(?<![0-9a-z]){re.escape(str(value).lower())}(?![0-9a-z])"
        if any(re.search(pattern, form) for form in forms):
            return str(path)
    if any(record["mark"] in form for form in forms):
        return next((path for path, value in whole if record["mark"] in str(value)), "id")
    return None
