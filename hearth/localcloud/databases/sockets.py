"""Where a container finds the sockets of Cloud SQL: on Cloud Run below the path of its mount, here in a private folder.

Nobody but root could make `/cloudsql` on this machine, and a folder of the checkout may be too long for a socket. So
whoever starts a container replaces `MOUNT/PROJECT:REGION:NAME` in its variables and its command. What an app puts
together by itself, from a variable with the server's name alone, is not found.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.store import Store

_RECORDS = "databases/sockets"
# Not TMPDIR, which on macOS has half the bytes that a socket's path may have.
_SHORT = Path("/tmp")  # noqa: S108 - mkdtemp makes a folder there that is nobody else's
_NAME_ENDS = r"(?![a-z0-9-])"


def have(store: Store, connection: str, account: str | None) -> Path:
    """The folder of the server with this connection name, made now if there is none, the account's alone."""
    if record := store.get(f"{_RECORDS}/{connection}"):
        return Path(record["folder"])
    folder = Path(tempfile.mkdtemp(prefix="hearth-", dir=_SHORT))
    store.put(f"{_RECORDS}/{connection}", {"folder": str(folder)})
    if account:
        shutil.chown(folder, account, account)
    return folder


def remove(store: Store, connection: str) -> None:
    if record := store.get(f"{_RECORDS}/{connection}"):
        shutil.rmtree(record["folder"], ignore_errors=True)
        store.delete(f"{_RECORDS}/{connection}")


def remove_all(store: Store) -> None:
    """Also those that a killed local cloud left behind."""
    for name, _ in store.children(_RECORDS):
        remove(store, name.rpartition("/")[2])


def replacing(store: Store, container: Mapping[str, Any], volumes: Iterable[Mapping[str, Any]]) -> Callable[[str], str]:
    """What puts the folders of this machine in place of those of the container's mounts, as they are and in URLs.

    Raises DatabaseError for a mount of a server that does not run here.
    """
    servers = {volume.get("name"): volume.get("cloudSqlInstance", {}).get("instances", []) for volume in volumes}
    folders = {}
    for mount in container.get("volumeMounts", []):
        for connection in servers.get(mount["name"], []):
            record = store.get(f"{_RECORDS}/{connection}")
            if record is None:
                raise DatabaseError(
                    f"The container mounts the socket of the Cloud SQL server {connection}, which does not run on this "
                    "local cloud: `make status` shows the servers that do."
                )
            path = f"{mount['mountPath'].rstrip('/')}/{connection}"
            folders[path] = record["folder"]
            folders[quote(path, safe="")] = quote(record["folder"], safe="")
    if not folders:
        return lambda text: text
    pattern = re.compile(f"({'|'.join(map(re.escape, folders))}){_NAME_ENDS}")
    return lambda text: pattern.sub(lambda found: folders[found[1]], text)
