"""A database for `make serve`: the same servers as the local cloud's, without the rest of it.

Its data is apart from the local cloud's, in `.local/serve`, and stays. One `make serve` at a time has it.
"""

import asyncio
import secrets
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from hearth.catalog.apis import FIRESTORE, SQL_ADMIN
from hearth.errors import HearthError
from hearth.localcloud import server
from hearth.localcloud.cloud import RECORDED, Cloud, Part
from hearth.localcloud.databases import firestore, sockets
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.part import Databases
from hearth.localcloud.locking import AlreadyRunningError
from hearth.localcloud.run.launch import FIRESTORE_VARIABLE

# Of no version, so that the newest of this machine counts.
_INSTANCE = {
    "name": "projects/demo-serve/instances/serve",
    "connectionName": "demo-serve:local:serve",
    "databaseVersion": "",
    "settings": {},
}
_DATABASE = {"name": "projects/demo-serve/databases/(default)"}
_NAME = "service"
# By which flask_hearth knows that it may migrate this one; it reads a variable of the same name.
_SERVED = "SERVED_DATABASE_URL"


@contextmanager
def running(root: Path, kind: str) -> Iterator[Mapping[str, str]]:
    """Variables that lead an app to a `postgres` or `firestore`, which runs for as long as the context is open.

    Raises HearthError.
    """
    # As Ctrl-C, so that no server outlives this, nor what is still starting.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun: Future[Mapping[str, str]] = Future()
    ended = threading.Event()

    async def serve() -> None:
        parts: list[Databases] = []

        def compose(cloud: Cloud) -> Sequence[Part]:
            parts.append(Databases(cloud))
            return parts

        try:
            async with server.running(root / ".local" / "serve", RECORDED, compose) as cloud:
                begun.set_result(await (_postgres if kind == "postgres" else _firestore)(cloud, parts[0]))
                await asyncio.to_thread(ended.wait)
        except BaseException as fault:
            if begun.done():
                raise
            begun.set_exception(fault)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="database")
    thread.start()
    try:
        yield begun.result()
    except DatabaseError as fault:
        raise HearthError(str(fault)) from fault
    except AlreadyRunningError as fault:
        raise HearthError("Another `make serve` of this checkout has the database: end it first.") from fault
    finally:
        ended.set()
        thread.join()


async def _postgres(cloud: Cloud, databases: Databases) -> dict[str, str]:
    instance, password = str(_INSTANCE["name"]), secrets.token_urlsafe()
    cloud.store.put(f"{SQL_ADMIN.prefix}/{instance}", _INSTANCE)
    await databases.cloud_sql.have(instance, "instances", "serve", {})
    await databases.cloud_sql.have(instance, "databases", _NAME, {})
    await databases.cloud_sql.have(instance, "users", _NAME, {"password": password})
    folder = sockets.have(cloud.store, str(_INSTANCE["connectionName"]), None)
    url = f"postgresql://{_NAME}:{password}@/{_NAME}?host={folder}"
    return {"DATABASE_URL": url, _SERVED: url}


async def _firestore(cloud: Cloud, databases: Databases) -> dict[str, str]:
    cloud.store.put(f"{FIRESTORE.prefix}/{_DATABASE['name']}", _DATABASE)
    await databases.firestore.have()
    return {"DATABASE_URL": "firestore://demo-serve", FIRESTORE_VARIABLE: firestore.host(cloud.store)}
