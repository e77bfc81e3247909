"""What a stored view costs and saves, against a computed one and against its objects read by hand.

Everything is in this process, by Flask's test client, so that only what the two sides differ in counts. Views are of a
city, one district that refers to it, and one of a few countries. What a rebuild reads is counted at the store, alike on
all of them; as the emulator takes minutes to be filled, Firestore gets a few cities and no rebuild.
"""

import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from flask import Flask
from pydantic import Field

from flask_hearth import Hearth
from flask_hearth.bench.figures import Line, Sample
from flask_hearth.bench.stores import BATCH, Place, opened
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.entity import Entity
from flask_hearth.stores.interface import Page, Record, Store
from flask_hearth.stores.urls import Firestore, parse
from flask_hearth.stores.writes import Create, Write
from flask_hearth.views import drain, outbox, stored
from flask_hearth.views.declaration import Key, Referred, Referring, View
from flask_hearth.views.stored import Places

FEW, MANY = 1_000, 10_000
COUNTRIES_COUNT = 5
TOUCHED: Final = (10, 1_000)
_ON_FIRESTORE = 100
_WRITES = 20

Id = Annotated[str, Field(max_length=64)]


class Country(Entity):
    name: str


class City(Entity):
    name: str
    country: Id


class District(Entity):
    name: str
    city: Id


class Guide(Model):
    """A city with what it is in, and what is in it."""

    name: str
    country: str
    districts: list[str]


def guide(
    city: Annotated[City, Key()],
    country: Annotated[Country, Referred("city.country")],
    districts: Annotated[list[District], Referring("city", at_most=3)],
) -> Guide:
    """Of names alone, so that what is measured is how they are got."""
    return Guide(name=city.name, country=country.name, districts=[each.name for each in districts])


class StoredGuide(Guide):
    """The same, as documents."""


def stored_guide(
    city: Annotated[City, Key()],
    country: Annotated[Country, Referred("city.country")],
    districts: Annotated[list[District], Referring("city", at_most=3)],
) -> StoredGuide:
    """Of the same."""
    return StoredGuide(**guide(city, country, districts).model_dump())


COUNTRIES = Declaration(name="countries", singular="country", model=Country)
CITIES = Declaration(name="cities", singular="city", model=City, indexes=(("country", "created_at"),))
DISTRICTS = Declaration(name="districts", singular="district", model=District, indexes=(("city", "created_at"),))
DOMAIN = (COUNTRIES, CITIES, DISTRICTS)
COMPUTED = View(name="guides", singular="guide", of=guide)
STORED = View(name="stored_guides", singular="stored_guide", of=stored_guide, serve="materialized")


class Counting:
    """A store, and how many documents of the domain were read of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, declaration: Declaration, id: str) -> Record:
        self._count(declaration, 1)
        return self._store.get(declaration, id)

    def get_many(self, declaration: Declaration, ids: Sequence[str]) -> Sequence[Record]:
        found = self._store.get_many(declaration, ids)
        self._count(declaration, len(found))
        return found

    def page(self, declaration: Declaration, *query: Any, **place: Any) -> Page:
        found = self._store.page(declaration, *query, **place)
        self._count(declaration, len(found.records))
        return found

    def _count(self, declaration: Declaration, documents: int) -> None:
        if declaration in DOMAIN:
            self.read += documents


def measure(at: Place, *, rounds: int, say: Callable[[str], None]) -> list[Line]:
    """Lines that compare in time, in documents read, and in memory."""
    on_firestore = isinstance(parse(at.hearth, project=None, data_dir=None), Firestore)
    sizes = (_ON_FIRESTORE,) if on_firestore else (FEW, MANY)
    say(f"{at.kind}: views of {sizes[-1]:,} objects")
    found: dict[str, tuple[Sample, Sample]] = {}
    with opened(at.hearth, (*DOMAIN, *stored.declarations([STORED]))) as store:
        counting = Counting(store)
        app = app_over(counting, COMPUTED, STORED)
        with app.app_context():
            peaks, made = [], 0
            for size in sizes:
                fill(store, range(made, size))
                peaks.append(_rebuild(size, counting, found))
                made = size
            if not on_firestore:
                found[f"memory of a rebuild: of {MANY:,} views, against of {FEW:,}"] = (peaks[1], peaks[0])
            found |= _reading(app, made, rounds) | _writing(store, TOUCHED[:1] if on_firestore else TOUCHED)
    return [Line(what, {at.kind: pair}, first=False) for what, pair in found.items()]


def app_over(store: Any, *views: View[Any]) -> Flask:
    """An app with the views; without any, the domain alone."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(SECRET_KEY="for a benchmark that nobody can reach")  # noqa: S106 - as it says
    Hearth(app, declarations=DOMAIN, views=views, store=store)
    return app


def fill(store: Store, numbers: Sequence[int]) -> None:
    """A city and a district of each number, and the countries, if these are the first."""
    writes: list[Write] = []
    if numbers[0] == 0:
        writes += [_new(COUNTRIES, f"country-{each}", name="Land") for each in range(COUNTRIES_COUNT)]
    for each in numbers:
        writes.append(_new(CITIES, f"city-{each}", name="Town", country=f"country-{each % COUNTRIES_COUNT}"))
        writes.append(_new(DISTRICTS, f"district-{each}", name="Old town", city=f"city-{each}"))
    for begin in range(0, len(writes), BATCH):
        store.commit(writes[begin : begin + BATCH])


def _new(declaration: Declaration, id: str, **fields: str) -> Create:
    return Create(declaration=declaration, id=id, fields=fields)


def _rebuild(size: int, counting: Counting, found: dict[str, tuple[Sample, Sample]]) -> Sample:
    """Rebuild all; the most memory that it took at a time."""
    its: Any = counting
    places = Places(domain=its, views=its)
    counting.read = 0
    tracemalloc.start()
    try:
        for _ in outbox.rebuild(places, STORED):
            pass
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    if size == MANY:
        needed = 2 * size + COUNTRIES_COUNT
        found[f"documents that a rebuild of {size:,} views reads, against how many there are"] = (
            Sample([counting.read], "documents"),
            Sample([needed], "documents"),
        )
    return Sample([peak], "MiB")


def _reading(app: Flask, size: int, rounds: int) -> dict[str, tuple[Sample, Sample]]:
    client = app.test_client()

    def ask(view: View[Any]) -> Callable[[int], object]:
        return lambda number: client.get(f"/api/v1/{view.name}/city-{number % size}")

    def by_hand(number: int) -> None:
        city = City.get(f"city-{number % size}")
        Country.get(city.country)
        list(District.where(("city", "==", city.id)))

    computed, materialized, hand = _in_turns(rounds, ask(COMPUTED), ask(STORED), by_hand)
    return {
        "GET of a view: computed against materialized": (computed, materialized),
        "GET of a computed view, against its objects read in Python": (computed, hand),
    }


def _writing(store: Store, touched: Sequence[int]) -> dict[str, tuple[Sample, Sample]]:
    plain = app_over(store)

    def rename(number: int) -> None:
        City.get("city-0").update(name=f"Town {number}")

    def rename_plain(number: int) -> None:
        with plain.app_context():
            rename(-number)

    one, without = _in_turns(_WRITES, rename, rename_plain)
    found = {"a write that refreshes one stored view, against without stored views": (one, without)}
    for many in touched:
        country = Country.create(id=f"touched-{many}", name="Land")
        country.save()
        _fill_country(store, country.id, many)
        began = time.perf_counter()
        country.update(name="New land")
        while not drain(seconds=600):
            pass
        each = (time.perf_counter() - began) * 1000 / many
        found[f"a write that refreshes {many:,} stored views, for each, against one that refreshes one"] = (
            Sample([each], "ms"),
            one,
        )
    return found


def _fill_country(store: Store, country: str, count: int) -> None:
    """With new cities, whose documents are made by the next write of the country."""
    writes = [_new(CITIES, f"{country}-{each}", name="Town", country=country) for each in range(count)]
    for begin in range(0, count, BATCH):
        store.commit(writes[begin : begin + BATCH])


def _in_turns(rounds: int, *work: Callable[[int], object]) -> list[Sample]:
    """Each as often, one after the other, in milliseconds."""
    took: list[list[float]] = [[] for _ in work]
    for number in range(rounds):
        for each, values in zip(work, took, strict=True):
            began = time.perf_counter()
            each(number)
            values.append((time.perf_counter() - began) * 1000)
    return [Sample(values, "ms") for values in took]
