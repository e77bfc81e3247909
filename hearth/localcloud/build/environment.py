"""Virtual environments made from lock files: what stands for the packages inside an image.

One environment per lock file and interpreter, shared by all images that were built with that lock. The interpreter is
the one the local cloud runs on, whatever the base image says.
"""

import asyncio
import hashlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from uv import find_uv_bin

from hearth.localcloud.build.folders import complete_folder

Log = Callable[[str], None]

_OTHER_FILE = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)\b", re.MULTILINE)


class InstallError(Exception):
    """The packages could not be installed; the installer's own words are in the log."""


async def ensure(parent: Path, lock: Path | None, wheels: Iterable[Path], log: Log) -> Path:
    """The environment below `parent` for this lock file, made now if there is none yet; without a lock an empty one.

    `wheels` are folders in which packages are looked for, besides the index. Raises InstallError. Cancelling it ends
    the installer.
    """
    text = lock.read_bytes() if lock else b""  # noqa: ASYNC240 - kilobytes on a local disk
    # The one below the virtual environment that this runs in, of which nothing else is taken over.
    interpreter = os.path.realpath(sys.executable)  # noqa: ASYNC240 - a few links on a local disk
    key = hashlib.sha256(b"\0".join([text, sys.version.encode(), interpreter.encode()])).hexdigest()
    if not (parent / key).exists():
        if lock:
            check_alone(lock, text.decode())
        with complete_folder(parent / key) as folder:
            # Relocatable: its scripts must not name the folder it is made in.
            options = ["--quiet", "--no-project", "--relocatable", "--allow-existing", "--python", sys.executable]
            await uv("venv", *options, ".", folder=folder, log=log)
            if lock:
                options = ["--require-hashes", "--compile-bytecode", "--allow-empty-requirements"]
                options += [f"--find-links={each}" for each in wheels]
                await uv("pip", "sync", *options, "--python", "bin/python", str(lock), folder=folder, log=log)
    return parent / key


def check_alone(lock: Path, text: str) -> None:
    """Raises InstallError for a file that includes others."""
    if _OTHER_FILE.search(text):
        raise InstallError(
            f"{lock.name} includes another file (-r or -c). The local cloud installs a single lock file: compile it "
            "with `uv pip compile --generate-hashes`."
        )


async def uv(*arguments: str, folder: Path, log: Log) -> None:
    """Run uv in a folder. Raises InstallError."""
    # An environment that happens to be active where the local cloud was started must not be the one changed.
    environ = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    code = await run([find_uv_bin(), *arguments], cwd=folder, env=environ, log=log)
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
