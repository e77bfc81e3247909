"""Queries in Firestore's terms, which has the same operators by the same names."""

from google.cloud import firestore
from google.cloud.firestore import CollectionReference, FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.firestore.documents import to_firestore
from flask_hearth.stores.interface import Position, Query


def finds_nothing(query: Query) -> bool:
    """Whether it is known without asking: Firestore refuses `in` without a value."""
    return any(each.operator == "in" and not each.value for each in query.conditions)


def matching(collection: CollectionReference, declaration: Declaration, query: Query) -> firestore.Query:
    """In any order, for a count."""
    found: firestore.Query = firestore.Query(collection)
    for each in query.conditions:
        some = each.value if each.operator == "in" else [each.value]
        values = [to_firestore(declaration, each.field, value) for value in some]
        wanted = values if each.operator == "in" else values[0]
        found = found.where(filter=FieldFilter(_path(declaration, each.field), each.operator, wanted))
    return found


def ordered(
    collection: CollectionReference,
    declaration: Declaration,
    query: Query,
    *,
    start: Position | None,
    backwards: bool,
) -> firestore.Query:
    """What comes after `start` in the query's order, or in the reverse of it."""
    path = _path(declaration, query.order)
    direction = "DESCENDING" if query.descending != backwards else "ASCENDING"
    found = matching(collection, declaration, query)
    # The document's name as the last key: values may be shared, and all who share one would be skipped.
    found = found.order_by(path, direction=direction).order_by("__name__", direction=direction)
    if start is None:
        return found
    value = to_firestore(declaration, query.order, start.value)
    return found.start_after({path: value, "__name__": collection.document(start.id)})


def _path(declaration: Declaration, field: str) -> str:
    return FieldPath(declaration.stored_names.get(field, field)).to_api_repr()
