"""Several objects written all or not at all, each on the condition that it has alone.

What is said in the block is written when it ends, by one call of the store's; nothing is read, and nothing is written
on its own. Left out is a transaction that reads: `check` says at the end whether what was read still holds.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from flask_hearth import storage
from flask_hearth.model.entity import Entity
from flask_hearth.stores.interface import Record
from flask_hearth.stores.writes import Write, key


class Batch:
    """`with Batch() as batch: batch.save(rome); batch.delete(paris)`. Objects of several models may be part of it.

    Until the block ends, and where nothing is written because of an error, every object stays as it is: its version,
    and the fields that `update` names. Then the error's `write` is the one that was refused. Raises as the objects'
    own methods do, and TooLargeError for more than `flask_hearth.stores.writes` allows together.
    """

    def __init__(self) -> None:
        self._writes: list[Write] = []
        self._written: list[Callable[[Record | None], None]] = []
        self._is_open = False

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(self, error: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._is_open = False
        if error is None and self._writes:
            for written, record in zip(self._written, storage.current().commit(self._writes), strict=True):
                written(record)

    def save(self, entity: Entity) -> None:
        """Write the fields that the object has now: what is assigned later in the block is not part of it."""
        self._add(entity._saving(), entity._remember)

    def update(self, entity: Entity, **fields: Any) -> None:
        """Set some fields, checked together now, and save."""
        changed = entity._changed(fields)

        def written(record: Record | None) -> None:
            entity._become(changed, fields)
            entity._remember(record)

        self._add(entity._saving(changed), written)

    def delete(self, entity: Entity) -> None:
        self._add(entity._deleting(), entity._remember)

    def check(self, entity: Entity) -> None:
        """Write the others only if the object is still in the state that was read. It is not written itself."""
        self._add(entity._checking(), lambda _: None)

    def _add(self, write: Write, written: Callable[[Record | None], None]) -> None:
        if not self._is_open:
            raise RuntimeError(
                "This batch is not open: what is added now would never be written. Use `with Batch() as batch:`."
            )
        if key(write) in {key(each) for each in self._writes}:
            raise ValueError(
                f"{'/'.join(key(write))} is twice in one batch. Write its last state alone, which checks it too."
            )
        self._writes.append(write)
        self._written.append(written)
