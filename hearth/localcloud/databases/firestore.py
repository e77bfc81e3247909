"""Firestore's databases as they run: all on one emulator, which keeps them in memory, and here in files as well.

They are saved every ten seconds and at each stop; an emulator that a killed local cloud left running is asked before it
is ended. So only an emulator that is killed itself loses something, what was written since it was saved last.
"""

import asyncio
import contextlib
import logging
import shutil
from pathlib import Path

from hearth.catalog.apis import FIRESTORE
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases import emulator
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.server import Program, Server
from hearth.localcloud.run import ports, processes
from hearth.localcloud.run.launch import FIRESTORE_VARIABLE
from hearth.localcloud.store import Store

log = logging.getLogger(__name__)

_FOLDER = "firestore"
_EMULATOR = "databases/firestore"
_SAVE_SECONDS = 10.0


class Firestore:
    """Databases by relative name, `projects/P/databases/D`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._server: Server | None = None
        self._port = 0
        self._changing = asyncio.Lock()
        self._keeping = asyncio.Lock()
        """Held while files of documents are written or deleted: a save must not bring back what is being removed."""
        self._saving: asyncio.Task[None] | None = None

    async def rescue(self) -> None:
        """Save what an emulator knows that a killed local cloud left running; not one that was still being filled."""
        left = self._store.get(_EMULATOR)
        if left and processes.is_running(self._store, left.get("filled", 0)):
            self._port = left["port"]
            try:
                await self._save()
            except DatabaseError as fault:
                log.warning("Firestore was not saved: %s", fault)

    async def start(self) -> None:
        """Run the emulator, if there are databases. If it can't be run, that is said, and all else runs."""
        self._store.delete(_EMULATOR)
        if not self._databases():
            return
        try:
            await self._open().resume()
        except DatabaseError as fault:
            log.warning("Firestore does not run: %s", fault)

    async def stop(self) -> None:
        if self._saving:
            self._saving.cancel()
            await asyncio.gather(self._saving, return_exceptions=True)
        if self._server:
            await self._save_if_ready()
            await self._server.stop()
        self._server = self._saving = None
        self._store.delete(_EMULATOR)

    async def have(self) -> None:
        """Run the emulator, if it does not run yet. Raises DatabaseError; then nothing has changed."""
        async with self._changing:
            if self._server is None:
                try:
                    await self._open().start()
                except DatabaseError:
                    await self.stop()
                    raise

    async def remove(self, database: str) -> None:
        """Forget the documents of a database that is recorded no more; without any, the emulator is stopped."""
        async with self._changing:
            if self._databases():
                with contextlib.suppress(DatabaseError):
                    await emulator.clear(self._port, database)
            else:
                await self.stop()
            async with self._keeping:
                shutil.rmtree(self._place(database), ignore_errors=True)

    def _open(self) -> Server:
        """The server, which does not run yet. Raises DatabaseError."""
        folder(self._cloud).mkdir(parents=True, exist_ok=True)
        self._port = ports.free()
        log_file = self._cloud.logs / "databases" / "firestore.log"
        server = self._server = Server(self._store, self._program(), log_file, again=self._program)
        self._saving = asyncio.create_task(self._keep_saving(), name="save Firestore")
        return server

    def _program(self) -> Program:
        """On the port that it had, or on another one if somebody took that while it was down."""
        if not ports.is_free(self._port):
            self._port = ports.free()
        self._store.put(_EMULATOR, {"port": self._port})
        return emulator.program(self._port, folder(self._cloud), self._load)

    async def _load(self, pid: int) -> None:
        for database in self._databases():
            await emulator.load(self._port, database, self._place(database))
        self._store.put(_EMULATOR, {"port": self._port, "filled": pid})
        # Instances that were told another port are started again, and told this one.
        processes.ask_to_end(self._store, FIRESTORE_VARIABLE, other_than=host(self._store))

    async def _keep_saving(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            async with self._keeping:
                await self._save_if_ready()

    async def _save_if_ready(self) -> None:
        """Not from an emulator that has just begun: it knows nothing yet."""
        try:
            if self._server and self._server.is_ready:
                await self._save()
        except DatabaseError as fault:
            log.warning("Firestore was not saved: %s", fault)

    async def _save(self) -> None:
        for database in self._databases():
            await emulator.save(self._port, database, self._place(database))

    def _databases(self) -> list[str]:
        return [body["name"] for key, body in self._store.below(FIRESTORE.prefix) if key.split("/")[-2] == "databases"]

    def _place(self, database: str) -> Path:
        _, project, _, name = database.split("/")
        return folder(self._cloud) / project / name


def folder(cloud: Cloud) -> Path:
    """Where the databases are kept: a folder a database, `PROJECT/DATABASE/`."""
    return cloud.databases / _FOLDER


def host(store: Store) -> str:
    """For FIRESTORE_EMULATOR_HOST; empty while none runs."""
    found = store.get(_EMULATOR)
    return f"127.0.0.1:{found['port']}" if found else ""
