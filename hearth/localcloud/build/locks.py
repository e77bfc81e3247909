"""A lock file for requirements that are none, resolved once and kept.

Cloud Build installs whatever the index has at the time. Here the first build decides, so that the next one, and every
start of an instance, has the same packages and asks nobody. Left out: keeping it in the checkout, whose files no build
changes.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from hearth.localcloud.build import environment
from hearth.localcloud.build.environment import Log
from hearth.localcloud.build.folders import complete_folder

WARNING = (
    "{name} lists packages without hashes, so Cloud Build may install other versions tomorrow than today. The local "
    "cloud has resolved them once and keeps these versions. To make a lock file of it, rename it and run `make lock`: "
    "mv {name} {loose}"
)

_HASH = b"--hash="
_LOCK = "requirements.txt"


async def resolved(parent: Path, requirements: Path, wheels: Iterable[Path], log: Log) -> Path:
    """The lock file below `parent` for these requirements, made now if there is none yet; a lock file as it is.

    Raises InstallError for what can't be resolved.
    """
    text = requirements.read_bytes()  # noqa: ASYNC240 - kilobytes on a local disk
    if _HASH in text or not text.strip():
        return requirements
    environment.check_alone(requirements, text.decode(errors="replace"))
    folder = parent / hashlib.sha256(b"\0".join([text, sys.version.encode()])).hexdigest()
    if not folder.exists():
        with complete_folder(folder) as making:
            options = ["--quiet", "--no-header", "--generate-hashes", "--python", sys.executable]
            options += [f"--find-links={each}" for each in wheels]
            written = ["--output-file", _LOCK, str(requirements)]
            await environment.uv("pip", "compile", *options, *written, folder=making, log=log)
    return folder / _LOCK
