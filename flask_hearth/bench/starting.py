"""From exec to the first 200: against the bare imports that no start can do without, and without bytecode."""

import sys
from functools import partial
from pathlib import Path

from flask_hearth.bench.figures import Line, Sample
from flask_hearth.bench.servers import Server, measure_seconds
from flask_hearth.bench.sides import Side, hearth, peer
from flask_hearth.bench.stores import Place

_ALWAYS = ("flask", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "pydantic")
_DRIVERS = {
    "SQLite": ("sqlalchemy", "sqlite3"),
    "Postgres": ("sqlalchemy", "psycopg"),
    "Firestore": ("google.cloud.firestore",),
}


def measure(at: Place, folder: Path, *, rounds: int) -> list[Line]:
    """One round more is run first and dropped: it makes the bytecode, and warms the disk's cache."""
    ours, theirs = hearth(at.hearth, at.environ), peer(at.peer, at.environ)
    # Nothing is found there and nothing is written: as in an image that was built without compiling.
    none = {"PYTHONPYCACHEPREFIX": str(folder / "no-bytecode"), "PYTHONDONTWRITEBYTECODE": "1"}
    # Ends at once: clearing up what was imported is no part of a start.
    imports = f"import os, {', '.join((*_ALWAYS, *_DRIVERS[at.kind]))}; os._exit(0)"

    def start(side: Side, **environ: str) -> float:
        with Server(side, folder / "starting.log", **environ) as server:
            return server.started

    tries = {
        "bare": partial(measure_seconds, [sys.executable, "-c", imports], ours.environ),
        "ours": partial(start, ours),
        "theirs": partial(start, theirs),
        "uncompiled": partial(start, ours, **none),
    }
    took: dict[str, list[float]] = {name: [] for name in tries}
    for number in range(rounds + 1):
        for name, begin in tries.items():
            # The slowest by far, and the furthest from the others: two say enough.
            if name == "uncompiled" and number > 2:
                continue
            seconds = begin()
            if number:
                took[name].append(seconds * 1000)
    samples = {name: Sample(values, "ms") for name, values in took.items()}
    pairs = {
        "Hearth: exec to first 200, against importing the same packages": ("ours", "bare"),
        "exec to first 200: peer's against Hearth's": ("theirs", "ours"),
        "Hearth: exec to first 200 without bytecode, against with": ("uncompiled", "ours"),
    }
    return [Line(what, {at.kind: (samples[above], samples[below])}) for what, (above, below) in pairs.items()]
