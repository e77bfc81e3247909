"""A real Postgres for tests: the installed server on a socket in a folder of its own, as a user without rights."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from flask_hearth.testing.processes import wait_until

# What a machine's crash may cost is nothing here.
_FAST = ("fsync=off", "full_page_writes=off")
_NEW = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
_CONNECTIONS = 60


class PostgresServer:
    """Programs in `binaries`. `stop` and `start` keep the data; `end` deletes it."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._running: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            # Postgres refuses to run as root.
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        try:
            self._make()
            self.start()
        except BaseException:
            self.end()
            raise

    @staticmethod
    def installed() -> Path | None:
        """Where the server's programs are, if it is installed and can be run."""
        found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), Path(shutil.which("initdb") or "/-")]
        programs = [each.resolve().parent for each in found if each.exists()]
        if os.geteuid() == 0:
            with suppress(KeyError):
                pwd.getpwnam("postgres")
                return programs[-1] if programs and shutil.which("setpriv") else None
            return None
        return programs[-1] if programs else None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def make_database(self, name: str) -> str:
        """A new one; its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def start(self) -> None:
        options = [f"-c{each}" for each in (*_FAST, "listen_addresses=", f"max_connections={_CONNECTIONS}")]
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(
                [*self._unprivileged(), self._binaries / "postgres", "-D", self._data, "-k", self._folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, lambda: (self._folder / "log").read_text(encoding="utf-8"))

    def stop(self) -> None:
        """At once, as a machine that fails."""
        if self._running is not None:
            # Stopped processes would not notice.
            self.thaw()
            self._running.send_signal(signal.SIGQUIT)
            try:
                self._running.wait(10)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
            self._running = None

    def freeze(self) -> None:
        """Keep all its processes from doing anything; their sockets stay open."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self) -> None:
        program = self._binaries / "initdb"
        known = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
        # The order of a language, as most servers have: what relies on that of bytes has to say so.
        language = ["--locale-provider=icu", "--icu-locale=en"] if "--icu-locale" in known else []
        subprocess.run(
            [*self._unprivileged(), program, *_NEW, *language, "-D", self._data],
            check=True,
            capture_output=True,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _processes(self) -> list[psutil.Process]:
        if self._running is None:
            return []
        server = psutil.Process(self._running.pid)
        return [server, *server.children(recursive=True)]

    @staticmethod
    def _unprivileged() -> list[str]:
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
