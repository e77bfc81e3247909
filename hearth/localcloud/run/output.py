"""What a process writes, line by line: into a log file that others write to as well, and its last lines to keep.

Files of the user's are called in it as in their checkout (`own_names`). Colours are left out: the log is also shown in
messages and on the console, where they would be signs in between.
"""

import asyncio
from collections import deque
from collections.abc import MutableSequence
from pathlib import Path
from typing import TextIO

from hearth.colors import remove_colors
from hearth.localcloud.run.own_names import OwnNames

LONGEST_LINE = 64 * 1024
_LAST_LINES = 20


def last_lines() -> deque[str]:
    """As many as a message about a failure shows."""
    return deque(maxlen=_LAST_LINES)


async def copy(output: asyncio.StreamReader, log: Path, prefix: str, tail: MutableSequence[str]) -> None:
    """Append each line to the log as `PREFIX | LINE`, and to `tail` as it is, until the output ends."""
    # A local cloud's logs lie in folders of `logs`.
    names = OwnNames(log.parents[2])
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8", buffering=1) as file:
        rest = b""
        while chunk := await output.read(LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                _take(line, names, file, prefix, tail)
        if rest:
            _take(rest, names, file, prefix, tail)


def add(line: str, log: Path, prefix: str, tail: MutableSequence[str]) -> None:
    """A line of the local cloud's own, about the process."""
    tail.append(line)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{prefix} | {line}\n")


def _take(line: bytes, names: OwnNames, file: TextIO, prefix: str, tail: MutableSequence[str]) -> None:
    text = names.put_into(remove_colors(line.decode(errors="replace").rstrip("\r")))
    tail.append(text)
    file.write(f"{prefix} | {text}\n")
