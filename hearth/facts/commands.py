"""Commands and paths inside an image, as they are written into a setting."""

import posixpath
import shlex


def words(command: str) -> list[str] | None:
    """The words of a command, as a shell splits them; None for quotes that never end."""
    try:
        return shlex.split(command)
    except ValueError:
        return None


def is_inside(path: str) -> bool:
    """Whether a relative path, written with slashes, is that of something below where it begins."""
    return not path.startswith("/") and posixpath.normpath(path).partition("/")[0] not in {".", ".."}
