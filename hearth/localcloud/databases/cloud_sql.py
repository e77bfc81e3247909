"""Cloud SQL's servers as they run: what the API records is carried out on a real Postgres.

A record is made first and taken back when it can't be carried out. What a killed local cloud had recorded and not
carried out is forgotten at the next start, so that whoever asked for it asks again.
"""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.catalog.apis import SQL_ADMIN
from hearth.localcloud.build.folders import remove_unfinished
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases import postgres_programs, sockets
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.postgres import Postgres
from hearth.localcloud.databases.server import Server
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document

log = logging.getLogger(__name__)

_PREFIX = SQL_ADMIN.prefix
_FOLDER = "cloudsql"
# As Postgres itself has it.
_CONNECTIONS = "100"


@dataclass(frozen=True)
class _Running:
    postgres: Postgres
    server: Server
    connection: str


class CloudSql:
    """Instances by relative name, `projects/P/instances/I`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._running: dict[str, _Running] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def start(self) -> None:
        """Run every server that is recorded. One that does not run is said, and keeps no other from running."""
        sockets.remove_all(self._store)
        for project in (self._cloud.databases / _FOLDER).glob("*"):
            remove_unfinished(project)
        recorded = [body for key, body in self._store.below(_PREFIX) if key.split("/")[-2] == "instances"]
        await asyncio.gather(*(self._resume(body) for body in recorded))

    async def stop(self) -> None:
        await asyncio.gather(*(running.server.stop() for running in self._running.values()))
        self._running.clear()
        sockets.remove_all(self._store)

    @asynccontextmanager
    async def changing(self, instance: str) -> AsyncIterator[None]:
        """One change at a time of an instance and what belongs to it; when it fails, their records are as before.

        Raises ApiError (400) in place of DatabaseError.
        """
        key = f"{_PREFIX}/{instance}"
        async with self._locks.setdefault(instance, asyncio.Lock()):
            own = self._store.get(key)
            before = [*self._store.below(key), *([(key, own)] if own else [])]
            try:
                yield
            except DatabaseError as fault:
                with self._store.transaction():
                    self._store.delete_below(key)
                    for name, body in before:
                        self._store.put(name, body)
                raise ApiError(400, str(fault), "FAILED_PRECONDITION") from fault

    async def have(self, instance: str, kind: str, name: str, sent: Mapping[str, Any]) -> None:
        """Carry out that there is an instance, or one of its `databases` or `users`. Raises DatabaseError."""
        if kind == "databases":
            await self._postgres(instance).make_database(name)
        elif kind == "instances":
            await self._have(self._store.get(f"{_PREFIX}/{instance}") or {})
        else:
            await self._postgres(instance).make_user(name, sent.get("password"))

    async def remove(self, instance: str, kind: str, name: str) -> None:
        """Carry out that there is none any more. Raises DatabaseError."""
        if kind == "databases":
            await self._postgres(instance).drop_database(name)
        elif kind == "users":
            await self._postgres(instance).drop_user(name)
        else:
            if running := self._running.pop(instance, None):
                await running.server.stop()
                sockets.remove(self._store, running.connection)
            shutil.rmtree(data_folder(self._cloud, instance), ignore_errors=True)

    async def _have(self, record: Document) -> None:
        name, before = record["name"], self._running.get(record["name"])
        if before and before.server.program.command == before.postgres.program(_connections(record)).command:
            return
        if before:
            await before.server.stop()
        running = await self._open(record)
        try:
            await running.server.start()
            await running.postgres.prepare()
        except DatabaseError:
            if before:
                self._running[name] = before
                before.server.keep_running()
            else:
                await self.remove(name, "instances", name)
            raise

    async def _resume(self, record: Document) -> None:
        try:
            running = await self._open(record)
            await running.server.resume()
            await running.postgres.prepare()
            self._forget_half_made(record["name"], *await running.postgres.names())
        except DatabaseError as fault:
            log.warning("%s does not run: %s", record["name"], fault)

    async def _open(self, record: Document) -> _Running:
        """A server that does not run yet, with its data folder. Raises DatabaseError."""
        name, connection = record["name"], record["connectionName"]
        data = data_folder(self._cloud, name)
        declared = record["databaseVersion"].removeprefix("POSTGRES_")
        programs = await postgres_programs.find(data, declared, self._cloud.environments, log.info)
        folder = sockets.have(self._store, connection, programs.account)
        postgres = Postgres(programs=programs, data=data, sockets=folder)
        await postgres.make()
        log_file = self._cloud.logs / "databases" / f"{data.name}.log"
        server = Server(self._store, postgres.program(_connections(record)), log_file)
        running = self._running[name] = _Running(postgres, server, connection)
        return running

    def _forget_half_made(self, instance: str, databases: set[str], roles: set[str]) -> None:
        for kind, there in (("databases", databases), ("users", roles)):
            for key, _ in self._store.children(f"{_PREFIX}/{instance}/{kind}"):
                if key.rpartition("/")[2] not in there:
                    self._store.delete(key)

    def _postgres(self, instance: str) -> Postgres:
        if instance not in self._running:
            raise DatabaseError(f"The Cloud SQL server of {instance} does not run: `make logs` says why.")
        return self._running[instance].postgres


def data_folder(cloud: Cloud, instance: str) -> Path:
    """Where the server of an instance (relative name) has its data."""
    _, project, _, name = instance.split("/")
    return cloud.databases / _FOLDER / project / name


def _connections(instance: Mapping[str, Any]) -> str:
    flags = {flag["name"]: str(flag["value"]) for flag in instance["settings"].get("databaseFlags", [])}
    return flags.get("max_connections", _CONNECTIONS)
