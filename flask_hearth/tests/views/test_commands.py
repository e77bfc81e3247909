"""`flask hearth …`: what waits is drained, a view is made anew and read once, and what is wrong is found."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from flask_hearth import state, storage
from flask_hearth.stores.interface import Store, UnavailableError
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.views.world import (
    CITY_GUIDES,
    DECLARATIONS,
    KEPT,
    City,
    Country,
    District,
    KeptGuide,
    app_over,
    content,
)
from flask_hearth.views import drain, outbox
from flask_hearth.views.stored import REFRESHES, document_declaration


class Counting:
    """A store that counts the documents that it reads."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.read = 0
        self.largest = 0
        self.fails_after: float = float("inf")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.store, name)
        if name not in {"get", "get_many", "page"}:
            return found

        def call(*arguments: Any, **more: Any) -> Any:
            result = found(*arguments, **more)
            number = 1 if name == "get" else len(getattr(result, "records", result))
            self.read += number
            self.largest = max(self.largest, number)
            if self.read > self.fails_after:
                raise UnavailableError("away")
            return result

        return call


@pytest.fixture
def counting() -> Counting:
    return Counting(MemoryStore())


@pytest.fixture
def app(counting: Counting) -> Iterator[Flask]:
    app = app_over(cast("Store", counting), KEPT)
    with app.app_context():
        yield app


@pytest.fixture
def run(app: Flask) -> Callable[..., tuple[int, str]]:
    runner = FlaskCliRunner(app)

    def run(*arguments: str) -> tuple[int, str]:
        result = runner.invoke(args=["hearth", *arguments])
        return result.exit_code, result.output

    return run


Run = Callable[..., tuple[int, str]]


def unseen(*objects: City | Country | District) -> None:
    """Save them by a store that knows of no views."""
    domain = places().domain
    for each in objects:
        domain.create(each._declaration(), each.id, each._fields())


def places() -> Any:
    found = state.current().places
    assert found is not None
    return found


def test_what_waits_is_drained(run: Run) -> None:
    Country.create(id="it", name="Italy").save()
    for number in range(9):
        City.create(id=f"c{number}", name="City", country="it").save()
    Country.get("it").update(name="Italia")

    assert run("check")[0] == 1
    assert run("drain") == (0, "No view waits to be refreshed.\n")
    assert run("check") == (0, "Every document is as it should be.\n")


def test_check_names_each_document_that_is_missing_stale_or_orphaned(run: Run) -> None:
    unseen(City.create(id="oslo", name="Oslo"))
    for each in ("bern", "rome"):
        City.create(id=each, name=each.title()).save()
    domain = places().domain
    domain.replace(DECLARATIONS[1], "rome", {"name": "Roma", "country": None}, expected=None)
    domain.delete(DECLARATIONS[1], "bern", expected=None)

    code, output = run("check")

    assert code == 1
    assert "kept_guides/oslo is missing." in output
    assert "kept_guides/rome is stale: its objects, or its function, make something else." in output
    assert "kept_guides/bern is orphaned: an object that it needs is gone." in output
    assert "3 documents are not as they should be. Run `flask hearth drain`" in output

    assert run("rebuild", "kept_guides")[0] == 0
    assert run("check")[0] == 0
    assert content("bern") is None


def test_a_new_version_of_the_function_makes_documents_stale_until_they_are_rebuilt(counting: Counting) -> None:
    with app_over(cast("Store", counting), KEPT).app_context():
        City.create(id="rome", name="Rome").save()

    @functools.wraps(KEPT.of)
    def of(**inputs: Any) -> KeptGuide:
        return KEPT.of(**inputs).model_copy(update={"people": 7})

    app = app_over(cast("Store", counting), replace(KEPT, version=2, of=of))
    runner = FlaskCliRunner(app)

    assert "made by version 1 of its function, which is 2 now" in runner.invoke(args=["hearth", "check"]).output
    assert app.test_client().get("/api/v1/kept_guides/rome").get_json()["people"] == 7
    assert runner.invoke(args=["hearth", "rebuild", "kept_guides"]).exit_code == 0
    assert runner.invoke(args=["hearth", "check"]).exit_code == 0


def world(cities: int) -> int:
    """Made unseen; how many documents a rebuild needs to read."""
    unseen(*(Country.create(id=f"l{number}", name="Land") for number in range(20)))
    unseen(*(City.create(id=f"c{number}", name="City", country=f"l{number % 20}") for number in range(cities)))
    unseen(*(District.create(id=f"d{number}", name="D", city=f"c{number}") for number in range(cities)))
    return 20 + 2 * cities


def test_a_rebuild_reads_each_object_once_and_holds_a_page_of_them(counting: Counting, run: Run) -> None:
    needed = world(600)
    counting.read = counting.largest = 0

    assert run("rebuild", "kept_guides")[0] == 0
    first = counting.read
    assert counting.largest <= outbox.REBUILD_PAGE
    assert first / needed <= 1.1

    counting.read = 0
    assert run("rebuild", "kept_guides")[0] == 0
    # With the documents, which are there now.
    assert counting.read / (needed + 600) <= 1.1
    assert run("check")[0] == 0


def test_a_rebuild_that_is_stopped_goes_on_where_it_was(counting: Counting, run: Run) -> None:
    world(600)
    counting.read, counting.fails_after = 0, 1200
    code, output = run("rebuild", "kept_guides")
    assert (code, "500 are done; run it again to go on" in output) == (1, True)

    counting.read, counting.fails_after = 0, float("inf")
    code, output = run("rebuild", "kept_guides")

    assert (code, output.splitlines()[0]) == (0, "500 of kept_guides done")
    assert counting.read < 500
    assert run("check")[0] == 0


def test_what_a_view_costs_is_what_the_docs_say(counting: Counting, app: Flask) -> None:
    """With three districts, and a country."""
    Country.create(id="it", name="Italy").save()
    City.create(id="rome", name="Rome", country="it").save()
    for each in "abc":
        District.create(id=each, name=each, city="rome").save()

    def reads(work: Callable[[], object]) -> int:
        counting.read = 0
        work()
        return counting.read

    district = District.get("a")
    client, other = app.test_client(), app_over(cast("Store", counting), CITY_GUIDES).test_client()
    assert reads(lambda: client.get("/api/v1/kept_guides/rome")) == 1
    assert reads(lambda: other.get("/api/v1/city_guides/rome")) == 5
    assert reads(lambda: district.update(people=1)) == 1 + 1 + 5


def test_a_drain_does_as_much_as_it_has_time_for(app: Flask) -> None:
    world(30)
    places().domain.commit([outbox.record(KEPT, ids=["c1"]), outbox.record(KEPT, ids=["c2"])])

    assert not drain(seconds=-1)
    assert drain()
    assert content("c1")
    assert content("c2")


def test_a_record_of_a_view_that_is_no_more_is_dropped(app: Flask) -> None:
    gone = replace(KEPT, name="gone_guides")
    places().domain.commit([outbox.record(gone, ids=["rome"])])

    assert drain()
    assert places().domain.count(REFRESHES) == 0


def test_a_document_without_a_view_is_removed_by_a_rebuild_once_nobody_can_be_writing_it(
    counting: Counting, run: Run
) -> None:
    City.create(id="rome", name="Rome").save()
    City.get("rome").delete()
    documents = document_declaration(KEPT)

    run("rebuild", "kept_guides")
    # The memory's clock is that of the first of January 2026, long ago.
    assert places().views.count(documents) == 0


def test_an_unknown_name_is_told_with_those_that_there_are(run: Run) -> None:
    assert run("rebuild", "city_guides") == (
        1,
        "Error: 'city_guides' is no view with documents. There are: kept_guides.\n",
    )


@pytest.mark.parametrize(
    ("domain", "views", "why"),
    [
        ("firestore://demo-a", "firestore://demo-b", "of Firestore and HEARTH_DATABASE_URL of Firestore"),
        ("sqlite:///a.sqlite3", "sqlite:///b.sqlite3", "of Sqlite and HEARTH_DATABASE_URL of Sqlite"),
        ("postgresql://h/a", "sqlite:///b.sqlite3", "of Sqlite and HEARTH_DATABASE_URL of Postgres"),
    ],
)
def test_other_pairs_of_databases_are_refused_by_name(
    domain: str, views: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    config: Mapping[str, str] = {"HEARTH_DATABASE_URL": domain, "HEARTH_VIEWS_DATABASE_URL": views}

    with pytest.raises(ValueError, match=why):
        app_over(None, KEPT, config=config)
    assert storage.DEFAULTS["HEARTH_VIEWS_DATABASE_URL"] is None
