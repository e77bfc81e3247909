"""A store that keeps writes, so that code which saves objects one by one can be committed as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.clock import utc_now
from flask_hearth.stores.interface import Record, Store
from flask_hearth.stores.writes import Check, Create, Delete, Replace, Write, key


class Collected:
    """A `Store` in front of another, which is only read: it knows nothing of what is kept here.

    An object that is saved has the version that it had. Raises ValueError where it is written once more.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes: list[Write] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def create(self, declaration: Declaration, id: str, fields: Mapping[str, Any]) -> Record | None:
        return self.commit([Create(declaration=declaration, id=id, fields=fields)])[0]

    def replace(
        self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None
    ) -> Record | None:
        return self.commit([Replace(declaration=declaration, id=id, fields=fields, expected=expected)])[0]

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        self.commit([Delete(declaration=declaration, id=id, expected=expected)])

    def commit(self, writes: Sequence[Write]) -> Sequence[Record | None]:
        for each in writes:
            if key(each) in map(key, self.writes):
                raise ValueError(
                    f"{'/'.join(key(each))} is written twice in one change. Write its last state alone, such as by one "
                    "`update` of all fields."
                )
            self.writes.append(each)
        return [_kept(each) for each in writes]


def _kept(write: Write) -> Record | None:
    if isinstance(write, Delete | Check):
        return None
    version = "" if isinstance(write, Create) else write.expected or ""
    now = utc_now()
    return Record(id=write.id, version=version, created_at=now, updated_at=now, fields=write.fields)
