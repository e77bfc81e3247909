"""The virtual environment of a revision: the checkout's own, unless the revision locks other packages."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from hearth.preview import processes
from hearth.preview.errors import PreviewError

_LOCK = "requirements.txt"


def ensure(checkout: Path, revision: Path, kept: Path) -> Path:
    """A folder like `.venv` with the packages that the files in `revision` lock; made ones stay below `kept`.

    Raises PreviewError when the packages can't be had.
    """
    own = checkout / ".venv"
    lock = (revision / _LOCK).read_bytes()
    if lock == (checkout / _LOCK).read_bytes():
        return own
    made = kept / hashlib.sha256(lock).hexdigest()[:16]
    if not made.exists():
        kept.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="making-", dir=kept))
        try:
            _make(own, unfinished, revision)
            unfinished.rename(made)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return made


def _make(own: Path, folder: Path, revision: Path) -> None:
    uv, python = own / "bin" / "uv", own / "bin" / "python"
    # Relocatable: it moves to its place when it is whole.
    commands: list[processes.Command] = [
        [uv, "venv", "--quiet", "--relocatable", "--allow-existing", "--python", python, folder],
        [uv, "pip", "sync", "--quiet", "--python", folder / "bin" / "python", "--require-hashes", revision / _LOCK],
    ]
    for command in commands:
        done = processes.run(command, revision)
        if done.returncode:
            raise PreviewError(
                f"The packages that {_LOCK} of the {revision.name} revision locks, which differ from this checkout's, "
                f"can't be installed: {done.stderr.decode(errors='replace').strip()}"
            )
