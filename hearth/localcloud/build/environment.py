"""Virtual environments made from lock files: what stands for the packages inside an image.

One environment per lock file and interpreter, shared by all images that were built with that lock. An environment
appears under its final name complete or not at all, so a killed build leaves nothing that looks usable. The
interpreter is the one the local cloud runs on, whatever the base image says.
"""

import asyncio
import hashlib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from uv import find_uv_bin

Log = Callable[[str], None]

_OTHER_FILE = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)\b", re.MULTILINE)


class InstallError(Exception):
    """The packages could not be installed; the installer's own words are in the log."""


class Environments:
    """The environments below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._making: dict[str, asyncio.Lock] = {}

    async def ensure(self, lock: Path | None, log: Log) -> Path:
        """The environment for this lock file, made now if there is none yet; without a lock an empty one.

        Raises InstallError. Cancelling it ends the installer.
        """
        text = lock.read_bytes() if lock else b""  # noqa: ASYNC240 - kilobytes on a local disk
        key = hashlib.sha256(b"\0".join([text, sys.version.encode(), sys.executable.encode()])).hexdigest()
        path = self._folder / key
        async with self._making.setdefault(key, asyncio.Lock()):
            if not path.exists():
                await self._make(path, lock, text, log)
        return path

    def remove_unfinished(self) -> None:
        """Delete what killed builds left behind. Call it while none is running."""
        for left in self._folder.glob("*.making"):
            shutil.rmtree(left, ignore_errors=True)

    async def _make(self, path: Path, lock: Path | None, text: bytes, log: Log) -> None:
        if lock and _OTHER_FILE.search(text.decode()):
            raise InstallError(
                f"{lock.name} includes another file (-r or -c). Installed is one lock file that stands alone: "
                "compile it with `uv pip compile --generate-hashes`."
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(suffix=".making", dir=self._folder))
        try:
            # Relocatable: its scripts must not name the folder it is made in.
            options = ["--quiet", "--no-project", "--relocatable", "--allow-existing", "--python", sys.executable]
            await self._uv("venv", *options, str(unfinished), log=log)
            if lock:
                options = ["--require-hashes", "--compile-bytecode", "--allow-empty-requirements"]
                python = unfinished / "bin" / "python"
                await self._uv("pip", "sync", *options, "--python", str(python), str(lock), log=log)
            unfinished.rename(path)  # noqa: ASYNC240 - a rename does not block
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    async def _uv(self, *arguments: str, log: Log) -> None:
        # An environment that happens to be active where the local cloud was started must not be the one changed.
        environ = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
        code = await run([find_uv_bin(), *arguments], cwd=self._folder, env=environ, log=log)
        if code != 0:
            raise InstallError(f"`uv {' '.join(arguments[:2])}` failed with exit code {code}.")


async def run(command: Sequence[str], *, cwd: Path, env: dict[str, str], log: Log) -> int:
    """Run a command to its end, in a process group of its own, its output going to `log` line by line."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    try:
        async for line in process.stdout:
            log(line.decode(errors="replace").rstrip())
        return await process.wait()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
