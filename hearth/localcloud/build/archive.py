"""Unpack an uploaded build source without letting it write anywhere else.

An archive comes from a client, so it is held to be hostile: absolute names, `..`, links that lead out, devices and
archives that unpack to more than the limit are refused before or while they are read.
"""

import tarfile
from pathlib import Path, PurePosixPath

SIZE_LIMIT = 1 << 30
"""Bytes of all files unpacked."""
COUNT_LIMIT = 50_000


class SourceError(Exception):
    """The source can't be used; says which entry and why."""


def unpack(archive: Path, target: Path, *, size_limit: int = SIZE_LIMIT, count_limit: int = COUNT_LIMIT) -> None:
    """Unpack a .tar.gz (or plain .tar) into the existing, empty folder `target`. Raises SourceError."""
    size = 0
    try:
        with tarfile.open(archive, "r:*") as tar:
            for count, member in enumerate(tar, start=1):
                size += member.size
                if size > size_limit:
                    raise SourceError(
                        f"The unpacked source has more than {size_limit >> 20} MiB. Leave out files that no COPY uses."
                    )
                if count > count_limit:
                    raise SourceError(
                        f"The source has more than {count_limit} files. Leave out files that no COPY uses."
                    )
                name = PurePosixPath(member.name)
                if name.is_absolute() or ".." in name.parts:
                    raise SourceError(f"The source contains a path outside of its folder: {member.name!r}.")
                # The filter refuses links that lead out and special files, and drops set-user-id bits.
                tar.extract(member, target, filter="data")
    except tarfile.FilterError as fault:
        raise SourceError(f"The source contains an entry that can't be unpacked safely: {fault}.") from fault
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise SourceError(f"The source is not a .tar.gz archive, or it is damaged: {fault}.") from fault
