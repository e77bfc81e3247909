"""A page of a list: the first, the middle and the last one, at several numbers of items."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from flask_hearth.bench.figures import Line, Sample
from flask_hearth.bench.servers import BenchError, Server
from flask_hearth.bench.sides import hearth, peer
from flask_hearth.bench.stores import Place, fill

PER_PAGE = 20
PLACES = ("first", "middle", "last")

_STRIDE = 100
"""per_page of the way to a cursor; the most that there is."""

_WARM = 20
"""Answers before anything is measured."""

Say = Callable[[str], None]


def measure(at: Place, folder: Path, *, sizes: Sequence[int], rounds: int, seconds: float, say: Say) -> list[Line]:
    """Up to `rounds` of each page on each side, as many as fit into `seconds` for each size, at least two."""
    lines: list[Line] = []
    flat: dict[tuple[int, str], Sample] = {}
    log = folder / "listing.log"
    # Kept running while the lists grow, so that nothing is measured on a server that is still cold.
    with Server(hearth(at.hearth, at.environ), log) as ours, Server(peer(at.peer, at.environ), log) as theirs:
        for number, size in enumerate(sizes):
            say(f"{at.kind}: {size} items")
            fill(at, size, already=sizes[number - 1] if number else 0)
            samples = _compare(ours, theirs, size, rounds, seconds)
            flat |= {(size, where): samples["alone", where] for where in PLACES}
            lines += [
                Line(
                    f"{where} page of {size:,} items: peer's time against Hearth's",
                    {at.kind: (samples["peer", where], samples["Hearth", where])},
                    # What grows shows at the longest list.
                    first=size == sizes[-1],
                )
                for where in PLACES
            ]
    few, many = sizes[0], sizes[-1]
    for where in PLACES:
        what = f"Hearth: {where} page of {many:,} items, against of {few:,}"
        lines.append(Line(what, {at.kind: (flat[many, where], flat[few, where])}))
    return lines


def _compare(ours: Server, theirs: Server, size: int, rounds: int, seconds: float) -> dict[tuple[str, str], Sample]:
    pages = -(-size // PER_PAGE)
    numbers = dict(zip(PLACES, (1, max(1, pages // 2), pages), strict=True))
    cursors = dict(_cursors(ours, size))
    paths = {
        ("peer", where): f"{theirs.side.path}?page={number}&per_page={PER_PAGE}" for where, number in numbers.items()
    }
    paths |= {("Hearth", where): f"{ours.side.path}?per_page={PER_PAGE}{cursors[where]}" for where in PLACES}
    servers = {"Hearth": ours, "peer": theirs}
    # How our pages grow is measured without the other side, whose work, growing too, empties the CPU's caches.
    alone = {where: Sample(_alone(ours, paths["Hearth", where], rounds), "ms") for where in PLACES}
    took: dict[tuple[str, str], list[float]] = {key: [] for key in paths}
    began = time.monotonic()
    for number in range(rounds):
        if number >= 2 and time.monotonic() - began > seconds:
            break
        # In turns, so that what else the machine does falls on both.
        for key, path in paths.items():
            # Once unmeasured, for the same reason.
            servers[key[0]].ask(path)
            took[key].append(servers[key[0]].timed(path) * 1000)
    compared = {key: Sample(values, "ms") for key, values in took.items()}
    return compared | {("alone", where): sample for where, sample in alone.items()}


def _alone(server: Server, path: str, rounds: int) -> list[float]:
    """Milliseconds of each of so many answers, after some unmeasured ones."""
    for _ in range(min(rounds, _WARM)):
        server.ask(path)
    return [server.timed(path) * 1000 for _ in range(rounds)]


def _cursors(server: Server, size: int) -> Iterator[tuple[str, str]]:
    """What to add to the address for each page. A list is walked by its `next`, as clients do."""
    yield "first", ""
    side, cursor, seen, middle = server.side, "", 0, ""
    # By long strides to the last of them, then page by page.
    while True:
        stride = _STRIDE if size - seen > _STRIDE else PER_PAGE
        answer = server.ask(f"{side.path}?per_page={stride}{cursor}")
        # Beside a cursor, there is no total.
        if answer["total"] not in {size, None}:
            raise BenchError(f"{server.side.name} counts {answer['total']} items where there are {size}")
        seen += len(answer[side.kept])
        if not middle and seen >= size // 2:
            middle = cursor
        if not answer.get("next"):
            break
        cursor = f"&cursor={quote(answer['next'])}"
    if seen != size:
        raise BenchError(f"{server.side.name} lists {seen} items where there are {size}")
    yield "middle", middle
    yield "last", cursor
