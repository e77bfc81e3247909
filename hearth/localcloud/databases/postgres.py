"""A Postgres server for one Cloud SQL instance: its data folder made, how it is run, what its administrator does.

Only a socket in a private folder leads to it, no TCP port. As on Cloud SQL, users made by the API belong to
`cloudsqlsuperuser`, which owns the databases, and log in with their password; the administrator is `cloudsqladmin`,
who needs none here. Of the declared flags only `max_connections` counts: others may be of another version.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hearth.localcloud.build.folders import complete_folder
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.postgres_programs import VERSION_FILE, Programs
from hearth.localcloud.databases.server import Program

_ADMINISTRATOR = "cloudsqladmin"
_ACCESS = f"local all {_ADMINISTRATOR} trust\nlocal all all scram-sha-256\n"
# What a `format` makes is run by \gexec; without a row, nothing is.
_HAVE_OWNER = r"""SELECT 'CREATE ROLE cloudsqlsuperuser CREATEDB CREATEROLE'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cloudsqlsuperuser') \gexec"""
_HAVE_DATABASE = r"""SELECT format('CREATE DATABASE %I OWNER cloudsqlsuperuser', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec"""
_HAVE_USER = r"""SELECT format('CREATE ROLE %I LOGIN CREATEDB CREATEROLE IN ROLE cloudsqlsuperuser', :'name')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec"""
_PASSWORD = "HEARTH_PASSWORD"  # noqa: S105 - a variable's name
_SET_PASSWORD = rf"""\getenv password {_PASSWORD}
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', :'password') \gexec"""
# NAMEDATALEN, less the zero byte.
_LONGEST_NAME = 63
# Who fails to set a password must not write it into the server's log.
_UNLOGGED = {"PGOPTIONS": "-c log_min_error_statement=panic"}
# `postmaster.pid` as pg_ctl reads it: the process first, the state on the eighth line.
_STATE_LINE = 7


@dataclass(frozen=True, kw_only=True)
class Postgres:
    programs: Programs
    data: Path
    sockets: Path
    """The folder of its socket. Its path is short, as a socket's has 107 bytes at most (Linux, unix(7))."""

    async def make(self) -> None:
        """Make the data folder, if there is none. Raises DatabaseError."""
        if (self.data / VERSION_FILE).exists():
            return
        # Nothing worth keeping is in a folder without a version.
        shutil.rmtree(self.data, ignore_errors=True)
        with complete_folder(self.data) as folder:
            self._give(folder)
            command = self._command("initdb", "--pgdata", str(folder), f"--username={_ADMINISTRATOR}")
            # Takes a tenth of the time, and only a power cut in the seconds after it could tell.
            await self._run([*command, "--auth=trust", "--encoding=UTF8", "--no-sync", *self._locale()])
            (folder / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")

    def program(self, max_connections: str) -> Program:
        options = {"listen_addresses": "", "max_connections": max_connections}
        return Program(
            command=[
                *self._command("postgres", "-D", str(self.data), "-k", str(self.sockets)),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            folder=self.data,
            env=_environment(),
            answers=self._answers,
            # Fast shutdown: it waits for nobody who is connected.
            stop=signal.SIGINT,
        )

    async def prepare(self) -> None:
        """Have the role that owns the databases. Raises DatabaseError."""
        await self._ask(_HAVE_OWNER)

    async def names(self) -> tuple[set[str], set[str]]:
        """Of its databases and of its roles. Raises DatabaseError."""
        databases = await self._ask("SELECT datname FROM pg_database;")
        return set(databases.splitlines()), set((await self._ask("SELECT rolname FROM pg_roles;")).splitlines())

    async def make_database(self, name: str) -> None:
        """Nothing happens where it exists. Raises DatabaseError."""
        await self._ask(_HAVE_DATABASE, name)

    async def drop_database(self, name: str) -> None:
        """Raises DatabaseError, as while somebody is connected to it."""
        await self._ask(r"SELECT format('DROP DATABASE IF EXISTS %I', :'name') \gexec", name)

    async def make_user(self, name: str, password: str | None) -> None:
        """A user, with this password if one is given. Raises DatabaseError."""
        sql = _HAVE_USER if password is None else f"BEGIN;\n{_HAVE_USER}\n{_SET_PASSWORD}\nCOMMIT;"
        await self._ask(sql, name, password or "")

    async def drop_user(self, name: str) -> None:
        """Raises DatabaseError, as while something belongs to it."""
        await self._ask(r"SELECT format('DROP ROLE IF EXISTS %I', :'name') \gexec", name)

    async def _ask(self, sql: str, name: str = "", password: str = "") -> str:
        """What psql wrote; `sql` may have its variables `name` and `password`."""
        if len(name.encode()) > _LONGEST_NAME or "\0" in name + password:
            raise DatabaseError(f"Postgres takes no name of more than {_LONGEST_NAME} bytes, and no zero byte.")
        command = self._command("psql", "-XAtq", "--set=ON_ERROR_STOP=1", f"--set=name={name}")
        # Where other users of this machine can't read it, as they can a command.
        env = {_PASSWORD: password}
        return await self._run(
            [*command, f"--host={self.sockets}", f"--username={_ADMINISTRATOR}", "postgres"], sql, env
        )

    async def _run(self, command: list[str], given: str = "", env: Mapping[str, str] | None = None) -> str:
        """What a program wrote."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd="/",
            env={**_environment(), **(env or {})},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate(given.encode())
        if process.returncode:
            said = errors.decode(errors="replace").strip()
            raise DatabaseError(f"Postgres {self.programs.version} refused: {said}")
        return out.decode()

    async def _answers(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATE_LINE and lines[0] == str(pid) and lines[_STATE_LINE].strip() == "ready"

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [*self.programs.prefix, str(self.programs.folder / program), *arguments]

    def _give(self, folder: Path) -> None:
        if account := self.programs.account:
            shutil.chown(folder, account, account)

    def _locale(self) -> list[str]:
        """By code point, and alike on every machine. Cloud SQL's default is by language."""
        if int(self.programs.major) >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8", **_UNLOGGED}
