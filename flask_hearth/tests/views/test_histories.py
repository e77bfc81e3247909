"""Whatever happens between two calls of a store, after a drain every view is what it should be.

Writes and refreshes are broken off between any two calls, as by a crash; and in the same place others are done from
beginning to end, refreshes several times and in any order. The same histories each time; one that fails
is printed. `PROPERTY_EXAMPLES=1000` asks for more of them.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from flask_hearth import state, storage
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Store, StoreError
from flask_hearth.stores.writes import Check, Create, Delete, Replace, Write
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.views.world import CITIES, COUNTRIES, DECLARATIONS, DISTRICTS, KEPT, app_over, content
from flask_hearth.views import outbox
from flask_hearth.views.auditing import faults
from flask_hearth.views.inputs import Objects
from flask_hearth.views.refreshing import UnmadeError, document
from flask_hearth.views.stored import REFRESHES, Places, declarations, documents

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES: Final = int(os.environ.get("PROPERTY_EXAMPLES", "25"))
PAIRS: Final = {
    "memory": ("memory", None),
    "memory apart": ("memory", "memory"),
    "sqlite": ("sqlite", None),
    "postgres": ("postgres", None),
    "firestore": ("firestore", None),
    "firestore over sqlite": ("sqlite", "firestore"),
    "firestore over postgres": ("postgres", "firestore"),
}
CALLS: Final = frozenset({"get", "get_many", "page", "create", "replace", "delete", "commit"})


class CrashError(BaseException):
    """Nothing catches it, as nothing survives a killed process."""


class Between:
    """A store that says when one of its calls begins; that is also when the one before has ended."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.happens: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.store, name)
        if name not in CALLS:
            return found

        def call(*arguments: Any, **more: Any) -> Any:
            self.happens()
            return found(*arguments, **more)

        return call


CITY_IDS: Final = ("rome", "oslo")
COUNTRY_IDS: Final = ("it", "fr")
FIELDS: Final = {
    COUNTRIES: some.fixed_dictionaries({"name": some.sampled_from("xy")}),
    CITIES: some.fixed_dictionaries(
        {"name": some.sampled_from("xy"), "country": some.sampled_from((None, *COUNTRY_IDS))}
    ),
    DISTRICTS: some.fixed_dictionaries(
        {"name": some.sampled_from("xy"), "city": some.sampled_from(CITY_IDS), "people": some.integers(0, 1)}
    ),
}
IDS: Final = {COUNTRIES: COUNTRY_IDS, CITIES: CITY_IDS, DISTRICTS: ("a", "b", "c", "d")}
ONE_WRITE: Final = some.one_of(
    *(
        some.one_of(
            some.builds(Create, declaration=some.just(each), id=some.sampled_from(IDS[each]), fields=FIELDS[each]),
            some.builds(
                Replace,
                declaration=some.just(each),
                id=some.sampled_from(IDS[each]),
                fields=FIELDS[each],
                expected=some.sampled_from((None, "as read")),
            ),
            some.builds(Delete, declaration=some.just(each), id=some.sampled_from(IDS[each]), expected=some.none()),
            some.builds(
                Check, declaration=some.just(each), id=some.sampled_from(IDS[each]), expected=some.just("as read")
            ),
        )
        for each in DECLARATIONS
    )
)


@dataclass(frozen=True)
class Writing:
    """In one commit."""

    writes: tuple[Write, ...]

    def do(self, _: Places) -> None:
        writes = {(each.declaration.name, each.id): each for each in self.writes}
        storage.current().commit([_as_read(each) for each in writes.values()])


@dataclass(frozen=True)
class Refreshing:
    """One of the records that wait, begun several times at once: all but one are late."""

    which: int
    times: int

    def do(self, places: Places) -> None:
        if waiting := places.domain.page(REFRESHES, limit=10).records:
            for _ in range(self.times):
                outbox.step(places, [KEPT], waiting[self.which % len(waiting)], limit=1)


@dataclass(frozen=True)
class Rebuilding:
    """All of them, from where it was stopped."""

    def do(self, places: Places) -> None:
        for _ in outbox.rebuild(places, KEPT):
            pass


Doing = Writing | Refreshing | Rebuilding
DOINGS: Final = some.one_of(
    some.builds(Writing, some.lists(ONE_WRITE, min_size=1, max_size=3).map(tuple)),
    some.builds(Refreshing, some.integers(0, 3), some.integers(1, 2)),
    some.builds(Rebuilding),
)
EVENTS: Final = some.dictionaries(some.integers(1, 10), some.one_of(some.none(), DOINGS), max_size=3)
"""By the number of the call before which it happens: another doing, or None for a crash."""


def _as_read(write: Write) -> Write:
    if not isinstance(write, Replace | Check) or write.expected is None:
        return write
    found = storage.current().get_many(write.declaration, [write.id])
    if isinstance(write, Check):
        return replace(write, expected=found[0].version) if found else write
    return replace(write, expected=found[0].version if found else None)


def happen(doing: Doing, events: dict[int, Doing | None], stores: list[Between], places: Places) -> int:
    """Do it, with what happens in between; how many moments there were."""
    moment = 0

    def happens() -> None:
        nonlocal moment
        moment += 1
        if moment in events:
            event = events[moment]
            if event is None:
                raise CrashError
            quietly(event, stores, places)

    for each in stores:
        each.happens = happens
    with suppress(StoreError, CrashError):
        doing.do(places)
    for each in stores:
        each.happens = lambda: None
    return moment


def quietly(doing: Doing, stores: list[Between], places: Places) -> None:
    """Do it, with nothing in between."""
    before = [each.happens for each in stores]
    for each in stores:
        each.happens = lambda: None
    with suppress(StoreError):
        doing.do(places)
    for each, happens in zip(stores, before, strict=True):
        each.happens = happens


def assert_right(places: Places) -> None:
    assert outbox.drain(places, [KEPT], seconds=60)
    for each in CITY_IDS:
        try:
            expected = document(KEPT, each, Objects(places.domain))["content"]
        except UnmadeError:
            expected = None
        assert content(each) == expected, each
    assert [each for each in faults(places, KEPT) if "can't be made" not in each] == []


def open_pair(pair: str, databases: Databases) -> tuple[list[Between], Flask]:
    """The stores, without objects, and an app over them."""
    domain_kind, views_kind = PAIRS[pair]

    def opened(kind: str, declared: Sequence[Declaration]) -> Between:
        return Between(MemoryStore() if kind == "memory" else databases.open(kind, declared))

    stores = [opened(domain_kind, [*DECLARATIONS, *declarations([KEPT], apart=views_kind is not None)])]
    if views_kind is not None:
        stores.append(opened(views_kind, documents([KEPT])))
    apart = cast("Store", stores[-1]) if views_kind else None
    return stores, app_over(cast("Store", stores[0]), KEPT, view_store=apart)


def emptied(places: Places) -> Places:
    """Without objects, documents and records."""
    domain = [*DECLARATIONS, REFRESHES]
    for store, declared in ((places.domain, domain), (places.views, documents([KEPT]))):
        for each in declared:
            for record in store.page(each, limit=100).records:
                store.delete(each, record.id, expected=None)
    return places


def current() -> Places:
    places = state.current().places
    assert places is not None
    return places


def put(declaration: Declaration, id: str, **fields: Any) -> Doing:
    return Writing((Replace(declaration=declaration, id=id, fields=fields, expected=None),))


def make(declaration: Declaration, id: str, **fields: Any) -> Doing:
    return Writing((Create(declaration=declaration, id=id, fields=fields),))


def remove(declaration: Declaration, id: str) -> Doing:
    return Writing((Delete(declaration=declaration, id=id, expected=None),))


BEFORE: Final = (
    make(COUNTRIES, "it", name="Italy"),
    make(CITIES, "rome", name="Rome", country="it"),
    make(DISTRICTS, "a", name="A", city="rome", people=1),
    make(DISTRICTS, "b", name="B", city="oslo", people=1),
)
MEETING: Final = {
    "a district is renamed": put(DISTRICTS, "a", name="A2", city="rome", people=2),
    "a district moves away": put(DISTRICTS, "a", name="A", city="oslo", people=1),
    "a district is new": make(DISTRICTS, "c", name="C", city="rome", people=1),
    "a district of a city to be is new": make(DISTRICTS, "d", name="D", city="oslo", people=1),
    "a district goes": remove(DISTRICTS, "a"),
    "a city is renamed": put(CITIES, "rome", name="Roma", country="it"),
    "a city is new": make(CITIES, "oslo", name="Oslo", country="it"),
    "a city leaves its country": put(CITIES, "rome", name="Rome", country=None),
    "a city goes": remove(CITIES, "rome"),
    "a country is renamed": put(COUNTRIES, "it", name="Italia"),
    "a country goes": remove(COUNTRIES, "it"),
    "one record is refreshed twice": Refreshing(0, 2),
    "all is rebuilt": Rebuilding(),
}
WAITING: Final = Writing((Create(declaration=REFRESHES, id="w", fields=outbox.record(KEPT, ids=["rome"]).fields),))


@pytest.mark.parametrize("doing", MEETING.values(), ids=MEETING)
@pytest.mark.parametrize("pair", ["memory", "memory apart"])
def test_no_two_that_meet_miss_each_other(pair: str, doing: Doing, databases: Databases) -> None:
    """Each other one at each moment of this one, and a crash at each."""
    stores, app = open_pair(pair, databases)
    with app.app_context():
        for other in [None, *MEETING.values()]:
            moment = 1
            while True:
                places = emptied(current())
                for each in BEFORE:
                    quietly(each, stores, places)
                # Only where it is met: else its drain would mend what others leave.
                if Refreshing in {type(doing), type(other)}:
                    quietly(WAITING, stores, places)
                moments = happen(doing, {moment: other}, stores, places)
                assert_right(places)
                if moment > moments:
                    break
                moment += 1


@pytest.mark.parametrize("pair", PAIRS)
def test_after_a_drain_every_view_is_what_it_should_be(pair: str, databases: Databases) -> None:
    stores, app = open_pair(pair, databases)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(some.lists(some.tuples(DOINGS, EVENTS), min_size=1, max_size=8))
    def history(doings: list[tuple[Doing, dict[int, Doing | None]]]) -> None:
        with app.app_context():
            places = emptied(current())
            for doing, events in doings:
                happen(doing, events, stores, places)
            assert_right(places)

    history()
