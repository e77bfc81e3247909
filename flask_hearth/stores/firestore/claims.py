"""Unique fields on Firestore: a document for each value that an object has, which changes in one commit with it.

Firestore has no unique indexes, but no two documents of one id. An object from before its field was unique has no such
document until it is saved again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from google.cloud.firestore import Client, WriteBatch

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.firestore.calls import Calls
from flask_hearth.stores.interface import TakenError
from flask_hearth.stores.writes import Check, Delete, Key, Write, key, naming

COLLECTION: Final = "unique_values"


class Claims:
    def __init__(self, client: Client, calls: Calls) -> None:
        self._collection = client.collection(COLLECTION)
        self._client = client
        self._calls = calls

    def add(self, batch: WriteBatch, writes: Sequence[Write], before: Mapping[Key, Mapping[str, Any]]) -> None:
        """To what is committed, the values that its objects take and give up in turn. Raises TakenError.

        `before` has the fields of the objects that are there. Only those documents need a precondition that nobody
        had: the others change with their owners, which are in the versions that were read.
        """
        changes = list(_changes(writes, before))
        known = self._owners({place for *_, old, new in changes for place in (old, new) if place is not None})
        owners = dict(known)
        described: dict[str, dict[str, str]] = {}
        for write, field, old, new in changes:
            if new is not None and owners[new] not in {None, write.id}:
                with naming(write, writes):
                    raise TakenError(field)
            if old is not None and owners[old] == write.id:
                owners[old] = None
            if new is not None:
                owners[new] = write.id
                described[new] = {
                    "owner": write.id,
                    "collection": write.declaration.name,
                    "field": write.declaration.stored_names[field],
                }
        for place, owner in owners.items():
            document = self._collection.document(place)
            if owner == known[place]:
                continue
            if owner is None:
                batch.delete(document)
            elif known[place] is None:
                batch.create(document, described[place])
            else:
                batch.set(document, described[place])

    def _owners(self, places: set[str]) -> dict[str, str | None]:
        if not places:
            return {}
        documents = [self._collection.document(place) for place in sorted(places)]
        found = self._client.get_all(documents, **self._calls.reading)
        return {each.id: str(each.get("owner")) if each.exists else None for each in found}


def _changes(
    writes: Sequence[Write], before: Mapping[Key, Mapping[str, Any]]
) -> Iterator[tuple[Write, str, str | None, str | None]]:
    """Of each unique field that is written: the documents of its value before and after; None for null."""
    for write in writes:
        if isinstance(write, Check):
            continue
        old = before.get(key(write), {})
        new = {} if isinstance(write, Delete) else write.fields
        for field in write.declaration.unique:
            yield (
                write,
                field,
                _place(write.declaration, field, old.get(field)),
                _place(write.declaration, field, new.get(field)),
            )


def _place(declaration: Declaration, field: str, value: Any) -> str | None:
    if value is None:
        return None
    # A digest, as a document's id may neither be any text nor any length.
    what = json.dumps([declaration.name, declaration.stored_names[field], value])
    return hashlib.sha256(what.encode()).hexdigest()
