"""Unique fields on Firestore: a document for each value that an object has, which changes in one commit with it.

Firestore has no unique indexes, but no two documents of one id. An object from before its field was unique has no such
document until it is saved again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from google.cloud.firestore import Client, DocumentReference, WriteBatch

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.firestore.calls import Calls
from flask_hearth.stores.interface import TakenError, UnavailableError

COLLECTION: Final = "unique_values"

_NO_FIELDS: Final[Mapping[str, Any]] = MappingProxyType({})


class Claims:
    def __init__(self, client: Client, calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def commit(
        self,
        declaration: Declaration,
        id: str,
        write: Callable[[WriteBatch], None],
        *,
        before: Mapping[str, Any] = _NO_FIELDS,
        after: Mapping[str, Any] = _NO_FIELDS,
    ) -> Any:
        """What came of one write, which gives the object the values of `after` in place of `before`. Raises TakenError.

        AlreadyExists is of the object itself, or of a value that another took in between (`outrun`).
        """
        batch = self._client.batch()
        write(batch)
        for field in declaration.unique:
            old, new = before.get(field), after.get(field)
            if self._is_free(declaration, id, field, new):
                batch.create(
                    self._place(declaration, field, new),
                    {"owner": id, "collection": declaration.name, "field": declaration.stored_names[field]},
                )
            if old != new and self._owner(declaration, field, old) == id:
                batch.delete(self._place(declaration, field, old))
        return batch.commit(**self._calls.writing)[0]

    def outrun(self, declaration: Declaration, id: str, fields: Mapping[str, Any]) -> UnavailableError:
        """Raises TakenError for what another took in between, unless that one has given it up again since."""
        for field in declaration.unique:
            self._is_free(declaration, id, field, fields[field])
        return UnavailableError("Others keep taking a unique value and giving it up.")

    def _is_free(self, declaration: Declaration, id: str, field: str, value: Any) -> bool:
        """Whether it is to be taken, and not the object's already. Raises TakenError."""
        owner = self._owner(declaration, field, value)
        if owner not in {None, id}:
            raise TakenError(field)
        return value is not None and owner is None

    def _owner(self, declaration: Declaration, field: str, value: Any) -> str | None:
        if value is None:
            return None
        found = self._place(declaration, field, value).get(**self._calls.reading)
        return str(found.get("owner")) if found.exists else None

    def _place(self, declaration: Declaration, field: str, value: Any) -> DocumentReference:
        # A digest, as a document's id may neither be any text nor any length.
        what = json.dumps([declaration.name, declaration.stored_names[field], value])
        return self._client.collection(COLLECTION).document(hashlib.sha256(what.encode()).hexdigest())
