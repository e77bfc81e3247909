"""The virtual environment of a revision: the checkout's own, unless the revision locks other packages."""

import asyncio
from pathlib import Path

from hearth.localcloud.build import environment
from hearth.preview.errors import PreviewError

_LOCK = "requirements.txt"


def ensure(checkout: Path, revision: Path, kept: Path) -> Path:
    """A folder like `.venv` with the packages that the files in `revision` lock; made ones stay below `kept`.

    Raises PreviewError when the packages can't be had.
    """
    lock = revision / _LOCK
    if lock.read_bytes() == (checkout / _LOCK).read_bytes():
        return checkout / ".venv"
    said: list[str] = []
    try:
        return asyncio.run(environment.ensure(kept, lock, [], said.append))
    except environment.InstallError as fault:
        raise PreviewError(
            f"{_LOCK} of the {revision.name} revision differs from this checkout's, and its packages can't be "
            f"installed: {fault}\n" + "\n".join(said)
        ) from fault
