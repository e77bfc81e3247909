"""What a process writes into its image's folders, where it may not on Cloud Run: said once, in the process's log.

There an image's files belong to root, unless the Dockerfile gives them to another user, so the image's USER may not
write them; here they belong to whoever runs the local cloud. It is a warning and no refusal, because RUN commands,
which can give folders to users, are not run here. Left out: images whose user is root, who may write anywhere;
bytecode; and an image's own files, which nobody but root can write here either.
"""

import asyncio
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 30.0
"""Between two looks at all files. Most apps write as they start or at their first request, and many never do."""
_BYTECODE = "__pycache__"


@dataclass(frozen=True)
class OwnedByRoot:
    """An image's files."""

    root: Path
    user: str
    """As the Dockerfile's USER says."""

    def warning(self) -> str:
        """About a file that is none of the image's, whose own nobody may write; empty where there is none."""
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(each for each in folders if each != _BYTECODE)
            for name in sorted(names):
                file = Path(folder, name)
                if _is_writable(file):
                    return (
                        f"WARNING: /{file.relative_to(self.root)} was written into the image. On Cloud Run, the "
                        f'Dockerfile\'s USER {self.user} may not: there it is "Permission denied", unless COPY --chown '
                        "or RUN chown gives it that folder. Write below /tmp, which is memory there, or into the "
                        "stack's database; on the local cloud, the folder that HEARTH_DATA_DIR names is kept."
                    )
        return ""


def _is_writable(file: Path) -> bool:
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        # Gone since, as a database's journal is.
        return False
    return stat.S_ISREG(mode) and bool(mode & stat.S_IWUSR)


async def watch(image: OwnedByRoot | None, tell: Callable[[str], None]) -> None:
    """Look, ever less often, until there is something to tell."""
    pause = _FIRST_PAUSE
    while image is not None:
        if found := await asyncio.to_thread(image.warning):
            tell(found)
            return
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 1.5)


def is_root(user: str | None) -> bool:
    """Whether a Dockerfile's USER, of which a group may follow, is root."""
    return (user or "").partition(":")[0] in {"", "0", "root"}
