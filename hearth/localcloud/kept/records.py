"""Kept resources in the store.

A record has `type`, `project`, `id`, `urn`, `inputs` and `outputs`; by path, in `madeUp`, the outputs that are
placeholders, and in `mark` what is in those whose form lets it. Only `listed` leaves the process without being asked
for by the full id: it tells no values, since any of them may be a secret.
"""

import hashlib
import json
from typing import Any

from hearth.localcloud.store import Document, Store

_ROOT = "kept"
_LISTED = ("type", "project", "id", "urn")


def get(store: Store, type: str, project: str, id: str) -> Document | None:
    return store.get(_key(type, project, id))


def put(store: Store, record: Document) -> None:
    store.put(_key(record["type"], record["project"], record["id"]), record)


def delete(store: Store, type: str, project: str, id: str) -> bool:
    """Whether there was one."""
    return store.delete(_key(type, project, id))


def all_of(store: Store) -> list[Document]:
    """Every record, by type and id."""
    found = (body for _, body in store.children(_ROOT))
    return sorted(found, key=lambda each: (each["type"], each["id"]))


def listed(store: Store) -> list[dict[str, Any]]:
    """What there is, without a value of it."""
    return [{name: each[name] for name in _LISTED} for each in all_of(store)]


def _key(type: str, project: str, id: str) -> str:
    # A hash, since an id may be anything, also what the store would take for a deeper name.
    whole = json.dumps([type, project, id])
    return f"{_ROOT}/{hashlib.sha256(whole.encode()).hexdigest()}"
