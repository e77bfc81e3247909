"""How a page of 20 grows with its collection: 10,000 objects against 100, asked of the store itself.

Two collections of one model lie in one database and are asked in turns, so that what else the machine does falls on
both. Of Firestore the documents are counted that its answers hold or have skipped, which is what Google bills; the
emulator has no indexes, so that its times say nothing of Google's. Left out is HTTP, which `listing` has.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from flask_hearth.bench.figures import Line, Sample
from flask_hearth.bench.stores import BATCH, Place, opened
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores import queries
from flask_hearth.stores.interface import OLDEST_FIRST, Page, Query, Store, position
from flask_hearth.stores.urls import Firestore, parse
from flask_hearth.stores.writes import Create

LIMIT = 20
FEW, MANY = 100, 10_000


class Job(Model):
    state: Literal["open", "done"]
    number: float


def _declaration(name: str) -> Declaration:
    return Declaration(name=name, singular="job", model=Job, indexes=(("state", "number"),))


SIZES: Mapping[int, Declaration] = {FEW: _declaration("few_jobs"), MANY: _declaration("many_jobs")}
SORTED = queries.read(SIZES[FEW], [("state", "==", "open")], "-number")


@dataclass(frozen=True)
class Asked:
    """A page, the same for each collection."""

    what: str
    query: Query
    place: Literal["first", "middle", "last"]
    by_number: bool = False
    """By an offset, as `page=` in the API does."""

    def of(self, store: Store, size: int) -> Callable[[], Page]:
        """How to get it. What comes before it is found out here."""
        # Every second one is open; sorted, they come from the end.
        declaration, found = SIZES[size], size if self.query is OLDEST_FIRST else size // 2
        steps = {"first": 0, "middle": found // 2, "last": found - LIMIT}[self.place]
        if self.by_number:
            return lambda: store.page(declaration, self.query, limit=LIMIT, offset=steps)
        if not steps:
            return lambda: store.page(declaration, self.query, limit=LIMIT)
        number = steps - 1 if self.query is OLDEST_FIRST else size - 2 * steps
        after = position(store.get(declaration, _id(number)), self.query)
        return lambda: store.page(declaration, self.query, limit=LIMIT, after=after)


PAGES = (
    *(Asked(f"{place} page, oldest first", OLDEST_FIRST, place) for place in ("first", "middle", "last")),
    *(Asked(f"{place} page, filtered and sorted", SORTED, place) for place in ("first", "middle", "last")),
    Asked("last page by its number", OLDEST_FIRST, "last", by_number=True),
)


def measure(at: Place, *, rounds: int, say: Callable[[str], None]) -> list[Line]:
    """A line for each page, in time or in documents."""
    say(f"{at.kind}: pages of {MANY:,} objects, and of {FEW}")
    with _filled(at.hearth) as store:
        pages = [(asked, asked.of(store, MANY), asked.of(store, FEW)) for asked in PAGES]
        if isinstance(parse(at.hearth, project=None, data_dir=None), Firestore):
            with _counting(store) as read:
                found = [(asked, read(many), read(few)) for asked, many, few in pages]
        else:
            found = [(asked, *_times(many, few, rounds)) for asked, many, few in pages]
    return [
        Line(f"a store's {asked.what}: of {MANY:,} objects, against of {FEW}", {at.kind: (many, few)}, first=False)
        for asked, many, few in found
    ]


def _times(many: Callable[[], Page], few: Callable[[], Page], rounds: int) -> tuple[Sample, Sample]:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for page, values in zip((many, few), took, strict=True):
            began = time.perf_counter()
            page()
            values.append((time.perf_counter() - began) * 1000)
    return Sample(took[0], "ms"), Sample(took[1], "ms")


@contextmanager
def _counting(store: Any) -> Iterator[Callable[[Callable[[], Page]], Sample]]:
    """Gives how many documents Firestore reads for a page."""
    api = store._client._firestore_api  # noqa: SLF001 - no setting of the library's tells what was read
    asked, held, skipped = api.run_query, [0], [0]

    def run_query(*arguments: Any, **more: Any) -> Iterator[Any]:
        for answer in asked(*arguments, **more):
            held.append(bool(answer.document.name))
            # The emulator says it again with each document.
            skipped.append(answer.skipped_results)
            yield answer

    def read(page: Callable[[], Page]) -> Sample:
        held[:], skipped[:] = [], [0]
        page()
        return Sample([sum(held) + max(skipped)], "documents")

    api.run_query = run_query
    try:
        yield read
    finally:
        api.run_query = asked


@contextmanager
def _filled(url: str) -> Iterator[Store]:
    with opened(url, tuple(SIZES.values())) as store:
        for size, declaration in SIZES.items():
            for begin in range(0, size, BATCH):
                fill(store, declaration, range(begin, min(begin + BATCH, size)))
        yield store


def fill(store: Store, declaration: Declaration, numbers: Iterable[int]) -> None:
    """At most as many as a batch takes."""
    states = ("open", "done")
    store.commit(
        [
            Create(declaration=declaration, id=_id(each), fields={"state": states[each % 2], "number": float(each)})
            for each in numbers
        ]
    )


def _id(number: int) -> str:
    return f"job-{number:06}"
