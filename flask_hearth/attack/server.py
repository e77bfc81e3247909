"""The app as it is deployed: by gunicorn, with its own configuration, on a new SQLite database of its own."""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_hearth.attack.honest import get
from flask_hearth.attack.target import AttackError, Target
from flask_hearth.testing import ports

_START_SECONDS = 60
_STOP_SECONDS = 12


@contextmanager
def serving(folder: Path, app: str, paths: Target) -> Iterator[tuple[Target, int]]:
    """The target with the server's address, and the server's process id. Raises AttackError."""
    with TemporaryDirectory(prefix="attack-") as made, ports.reserve_port() as port:
        environ = {
            **os.environ,
            "APP_ENV": "production",
            "AUTH": "none",
            "DATABASE_URL": f"sqlite://{made}/attacked.sqlite3",
            "PORT": str(port),
            "SECRET_KEY": secrets.token_urlsafe(32),
            # Attacks come from one address, as no honest traffic does.
            "WRITES_PER_MINUTE": "0",
        }
        flask = [sys.executable, "-m", "flask", "--app", app]
        _run([*flask, "db", "upgrade"], folder, environ)
        log = Path(made, "log")
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", f"{app}:create_app()"]
        with log.open("wb") as sink:
            server = subprocess.Popen(
                command,
                cwd=folder,
                env=environ,
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            target = replace(paths, host="127.0.0.1", port=port)
            _wait(target, server, log)
            yield target, server.pid
        finally:
            _stop(server)


def _run(command: list[str], folder: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AttackError(f"{' '.join(command)} failed: {done.stderr.strip()[-2000:]}")


def _wait(target: Target, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            if get(target, target.live)[0] == 200:
                return
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")
    raise AttackError(f"the app does not answer {target.live} with 200. The end of its log:\n{said[-2000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(_STOP_SECONDS)
            return
