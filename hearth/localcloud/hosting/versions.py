"""Versions as records: what a deploy consists of, before and after it is public.

A version's files are kept apart from its document, as listing versions would otherwise read every path of each.
"""

import uuid
from datetime import UTC, datetime, timedelta

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.names import PREFIX, SiteName, entity_not_found
from hearth.localcloud.store import Document, Store
from hearth.localcloud.times import now

CREATED = "CREATED"
FINALIZED = "FINALIZED"
DELETED = "DELETED"
ABANDONED = "ABANDONED"
EXPIRED = "EXPIRED"
STATUSES = frozenset({CREATED, FINALIZED, DELETED, ABANDONED, EXPIRED, "CLONING"})

# API reference, `Version.status`: left in CREATED for longer, it is given up.
_ABANDONED_AFTER = timedelta(hours=12)

Manifest = dict[str, str]
"""Path to SHA-256 (hex) of the gzipped content."""


class Versions:
    """The versions of all sites."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, site: SiteName, config: Document, labels: dict[str, str]) -> Document:
        version = uuid.uuid4().hex[:16]
        body: Document = {
            "name": site.label("versions", version),
            "status": CREATED,
            "config": config,
            "createTime": now(),
        }
        if labels:
            body["labels"] = labels
        self._store.put(site.below("versions", version), body)
        return body

    def get(self, site: SiteName, id: str) -> Document:
        """Raises ApiError (404)."""
        body = self._store.get(site.below("versions", id))
        if body is None:
            raise entity_not_found(site.label("versions", id))
        return _aged(body)

    def editable(self, site: SiteName, id: str) -> Document:
        """The version, if files and config may still change. Raises ApiError (404, or 400 FAILED_PRECONDITION)."""
        body = self.get(site, id)
        if body["status"] != CREATED:
            raise ApiError(
                400,
                f"Version '{body['name']}' is {body['status']}; only a CREATED version can be changed or finalized. "
                "Create a new version.",
                "FAILED_PRECONDITION",
            )
        return body

    def list_for(self, site: SiteName) -> list[Document]:
        """Newest first."""
        found = [_aged(body) for _, body in self._store.children(site.below("versions"))]
        return sorted(found, key=lambda body: str(body["createTime"]), reverse=True)

    def put(self, site: SiteName, body: Document) -> None:
        self._store.put(_key(body), body)

    def files(self, site: SiteName, id: str) -> Manifest:
        return (self._store.get(site.below("manifests", id)) or {"files": {}})["files"]  # type: ignore[no-any-return]

    def put_files(self, site: SiteName, id: str, files: Manifest) -> None:
        self._store.put(site.below("manifests", id), {"files": files})

    def retire(self, site: SiteName, body: Document, status: str) -> None:
        """Mark a version DELETED or EXPIRED and drop its list of files.

        The content stays in the blobs, which other versions share.
        """
        self.put(site, body | {"status": status} | ({"deleteTime": now()} if status == DELETED else {}))
        self._store.delete(site.below("manifests", identifier(body)))


def identifier(body: Document) -> str:
    """The last part of a document's name."""
    return str(body["name"]).rpartition("/")[2]


def _key(body: Document) -> str:
    return f"{PREFIX}/{body['name']}"


def _aged(body: Document) -> Document:
    if body["status"] == CREATED and datetime.now(UTC) - datetime.fromisoformat(body["createTime"]) > _ABANDONED_AFTER:
        return body | {"status": ABANDONED}
    return body
