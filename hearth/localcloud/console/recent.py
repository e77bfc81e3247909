"""The last lines of the log files, and the last requests to the edge and to services.

Older files of a rotation are left out: `make logs` and an editor show more.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

# Room for some of the longest lines that a service may write (hearth.localcloud.run.output).
_MOST_BYTES = 256 * 1024
# As hearth.localcloud.request_log writes them. Of all fields only a Host header may hold spaces.
_REQUEST = re.compile(
    r"(?P<time>\S+) (?P<method>\S+) (?P<host>.*) (?P<path>\S+) (?P<status>\d{3}) (?P<source>\S+) (?:HIT|MISS) "
    r"\d+B (?P<milliseconds>[\d.]+)ms"
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One that was answered; `source` is who made the answer: edge, file, cache, or a service's name."""

    time: str
    method: str
    host: str
    path: str
    status: str
    source: str
    milliseconds: str


def requests(logs: Iterable[Path], most: int) -> list[Request]:
    """Of all these logs, the latest first. A line that can't be read has nothing but its text, as the path."""
    found = sorted((each for log in logs for each in _dated(log, most)), key=itemgetter(0))
    return [request for _, request in reversed(found[-most:])]


def _dated(log: Path, most: int) -> Iterator[tuple[str, Request]]:
    """Each with its time; that of the one before where a line can't be read."""
    time = ""
    for line in lines(log, most):
        found = _REQUEST.fullmatch(line)
        unread = {**dict.fromkeys(_REQUEST.groupindex, ""), "path": line}
        time = found["time"] if found else time
        yield time, Request(**(found.groupdict() if found else unread))


def lines(log: Path, most: int) -> list[str]:
    """The latest last; none where there is no such file."""
    try:
        with log.open("rb") as file:
            begin = max(0, file.seek(0, os.SEEK_END) - _MOST_BYTES)
            file.seek(begin)
            # Neither what was cut at the beginning, nor what is still being written.
            whole = file.read(_MOST_BYTES).split(b"\n")[1 if begin else 0 : -1]
    except OSError:
        return []
    return [line.decode(errors="replace") for line in whole[-most:]]


def message(line: str) -> str:
    """What a line says: of a structured one its severity, its message and the last line of its traceback, which names
    the error; any other as it is.

    cloud.google.com/logging/docs/structured-logging names the fields.
    """
    writer, bar, said = line.partition(" | ")
    try:
        entry = json.loads(said)
    except (ValueError, RecursionError):
        return line
    if not isinstance(entry, dict) or "message" not in entry:
        return line
    error = str(entry.get("stack_trace", "")).rstrip().rpartition("\n")[2]
    parts = (entry.get("severity", ""), entry["message"], error)
    return f"{writer}{bar}{' '.join(str(part) for part in parts if part)}"
