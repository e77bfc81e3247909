"""The composite indexes that a database needs for what is declared, in the form of Firebase's firestore.indexes.json.

What one field serves, Firestore indexes by itself; more fields need an index of their own, in each direction in which
results are sorted, and pages are read backwards too. An index begins with the fields that are compared with `==` or
`in`, whose direction makes no difference, and ends with the document's name in the direction of the last field. Source:
Firestore, "Index types". Left out: settings of single fields (`fieldOverrides`).
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration

FILE: Final = "firestore.indexes.json"
"""What the Firebase CLI calls it."""

_DIRECTIONS: Final = ("ASCENDING", "DESCENDING")


def text(declarations: Iterable["Declaration"]) -> str:
    """The file's content."""
    indexes = [index for each in declarations for index in _of(each)]
    return json.dumps({"indexes": indexes}, indent=2) + "\n"


def _of(declaration: "Declaration") -> Iterator[dict[str, Any]]:
    # Two that differ in the order of what is compared for equality serve the same queries.
    different = {(frozenset(each[:-1]), each[-1]): each for each in declaration.indexes if len(each) > 1}
    for names in different.values():
        *equal, last = (declaration.stored_names.get(name, name) for name in names)
        for direction in _DIRECTIONS:
            fields = [*((field, _DIRECTIONS[0]) for field in equal), (last, direction), ("__name__", direction)]
            yield {
                "collectionGroup": declaration.name,
                "queryScope": "COLLECTION",
                "fields": [{"fieldPath": path, "order": order} for path, order in fields],
            }
