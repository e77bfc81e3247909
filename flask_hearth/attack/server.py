"""The app as it is deployed: by gunicorn, with its own configuration, on a new SQLite database of its own."""

import http.client
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from flask_hearth.attack.honest import get
from flask_hearth.attack.target import AttackError, Target
from flask_hearth.testing import ports
from flask_hearth.testing.processes import Process, wait_until


@contextmanager
def serving(folder: Path, app: str, paths: Target) -> Iterator[tuple[Target, int]]:
    """The target with the server's address, and the server's process id. Raises AttackError."""
    with TemporaryDirectory(prefix="attack-") as made, ports.reserve_port() as port:
        environ = {
            **os.environ,
            "APP_ENV": "production",
            "AUTH": "none",
            "DATABASE_URL": f"sqlite://{quote(made)}/attacked.sqlite3",
            "PORT": str(port),
            "SECRET_KEY": secrets.token_urlsafe(32),
            # Attacks come from one address, as no honest traffic does.
            "WRITES_PER_MINUTE": "0",
        }
        flask = [sys.executable, "-m", "flask", "--app", app]
        _run([*flask, "db", "upgrade"], folder, environ)
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", f"{app}:create_app()"]
        server = Process(command, folder, environ, Path(made, "log"))
        try:
            target = replace(paths, host="127.0.0.1", port=port)
            _wait(target, server)
            yield target, server.running.pid
        finally:
            server.end()


def _run(command: list[str], folder: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AttackError(f"{' '.join(command)} failed: {done.stderr.strip()[-2000:]}")


def _wait(target: Target, server: Process) -> None:
    def answers() -> bool:
        with suppress(OSError, http.client.HTTPException):
            return get(target, target.live)[0] == 200
        return False

    with suppress(TimeoutError):
        wait_until(lambda: server.running.poll() is not None or answers(), lambda: server.output)
    if server.running.poll() is not None or not answers():
        raise AttackError(
            f"the app does not answer {target.live} with 200. The end of its log:\n{server.output[-2000:]}"
        )
