"""Documents of views are what their views are, after each write, wherever it comes from."""

from collections.abc import Callable

import pytest
from flask import Flask

from flask_hearth import state, storage
from flask_hearth.model.batch import Batch
from flask_hearth.task_names import IN_MEMORY
from flask_hearth.tasks import Tasks, run_pending
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.views.world import KEPT, City, Country, District, app_over, content
from flask_hearth.views import drain
from flask_hearth.views.auditing import faults
from flask_hearth.views.stored import REFRESHES, document_declaration


def assert_right(*, unmade: bool = False) -> None:
    """Nothing waits, and every document is what its view would be now; `unmade`: but for one that can't be made."""
    places = state.current().places
    assert places is not None
    assert places.domain.page(REFRESHES, limit=1).records == []
    assert [each for each in faults(places, KEPT) if not (unmade and "can't be made" in each)] == []


def rome() -> City:
    Country.create(id="it", name="Italy").save()
    city = City.create(id="rome", name="Rome", country="it")
    city.save()
    District.create(id="monti", name="Monti", city="rome", people=20).save()
    return city


def batch() -> None:
    with Batch() as together:
        together.update(City.get("rome"), name="Roma")
        together.save(District.create(id="b", name="B", city="rome"))
        together.delete(District.get("monti"))


def three_more() -> None:
    for each in "abc":
        District.create(id=each, name=each, city="rome").save()


def test_a_check_refreshes_nothing(kept: Flask) -> None:
    city = rome()
    places = state.current().places
    assert places is not None
    before = places.views.page(document_declaration(KEPT), limit=10).records

    with Batch() as together:
        together.check(city)
        together.check(Country.get("it"))
        together.check(District.get("monti"))

    assert places.views.page(document_declaration(KEPT), limit=10).records == before
    assert_right()


CHANGES: dict[str, Callable[[Flask], object]] = {
    "the object of the key": lambda _: City.get("rome").update(name="Roma"),
    "an object that refers to it": lambda _: District.get("monti").update(people=21),
    "one more": lambda _: District.create(id="b", name="B", city="rome").save(),
    "one that refers to another one now": lambda _: District.get("monti").update(city="oslo"),
    "one less": lambda _: District.get("monti").delete(),
    "the object that it refers to": lambda _: Country.get("it").update(name="Italia"),
    "that one gone": lambda _: Country.get("it").delete(),
    "another one that it refers to": lambda _: City.get("rome").update(country=None),
    "more than the view allows": lambda _: three_more(),
    "its object gone": lambda _: City.get("rome").delete(),
    "several in one batch": lambda _: batch(),
    "PUT without a precondition": lambda app: app.test_client().put(
        "/api/v1/districts/monti", json={"name": "M", "city": "oslo"}
    ),
    "PATCH": lambda app: app.test_client().patch("/api/v1/cities/rome", json={"name": "Roma"}),
    "DELETE": lambda app: app.test_client().delete("/api/v1/districts/monti"),
    "POST": lambda app: app.test_client().post("/api/v1/districts", json={"name": "New", "city": "rome"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_write_refreshes_what_it_touches_before_it_is_answered(
    kept: Flask, change: Callable[[Flask], object]
) -> None:
    rome()
    City.create(id="oslo", name="Oslo").save()
    before = content("rome"), content("oslo")

    change(kept)

    assert (content("rome"), content("oslo")) != before
    assert_right(unmade=change is CHANGES["more than the view allows"])


def test_a_document_of_an_object_that_comes_later_has_what_refers_to_it_already(kept: Flask) -> None:
    District.create(id="monti", name="Monti", city="rome").save()
    assert content("rome") is None

    City.create(id="rome", name="Rome").save()

    assert content("rome") == {"name": "Rome", "country": None, "districts": ["monti Monti"], "people": 0}


def test_more_views_than_the_bound_wait_and_are_refreshed_by_drain(kept: Flask) -> None:
    Country.create(id="it", name="Italy").save()
    for number in range(7):
        City.create(id=f"c{number}", name="City", country="it").save()

    Country.get("it").update(name="Italia")

    done = [found["country"] for number in range(7) if (found := content(f"c{number}"))]
    assert sorted(done) == ["Italia"] * KEPT.at_once + ["Italy"] * (7 - KEPT.at_once)
    assert drain()
    assert_right()


@pytest.mark.parametrize("views", [MemoryStore(), None], ids=["apart", "together"])
def test_what_waits_is_refreshed_by_a_task(views: MemoryStore | None) -> None:
    app = app_over(MemoryStore(), KEPT, view_store=views, tasks=Tasks(), config={"HEARTH_TASKS_QUEUE": IN_MEMORY})
    with app.app_context():
        with Batch() as together:
            for number in range(7):
                together.save(City.create(id=f"c{number}", name="City"))
        assert content("c6") is None

        assert run_pending(app) == 1

        assert content("c6") is not None
        assert_right()
        assert run_pending(app) == 0


def test_without_a_queue_the_record_waits_for_the_next_drain() -> None:
    app = app_over(MemoryStore(), KEPT, view_store=MemoryStore(), tasks=Tasks())
    with app.app_context():
        City.create(id="rome", name="Rome").save()
        assert content("rome") is None
        assert drain()
        assert content("rome") is not None


def test_a_batch_that_touches_more_than_the_bound_waits(kept: Flask) -> None:
    with Batch() as together:
        for number in range(7):
            together.save(City.create(id=f"c{number}", name="City"))

    assert drain()
    assert content("c6") is not None
    assert_right()


def test_a_get_reads_the_document_alone(kept: Flask) -> None:
    rome()
    client = kept.test_client()
    etag = client.get("/api/v1/city_guides/rome").headers["ETag"]
    stored = client.get("/api/v1/kept_guides/rome")

    assert stored.headers["ETag"] == etag
    assert stored.get_json() == client.get("/api/v1/city_guides/rome").get_json()
    assert client.get("/api/v1/kept_guides/rome", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/api/v1/kept_guides").get_json()["kept_guides"] == [stored.get_json()]


def test_a_fault_of_a_view_stops_no_write(kept: Flask, caplog: pytest.LogCaptureFixture) -> None:
    rome()
    City.get("rome").update(name="fault")

    assert content("rome") is None
    assert "its function failed" in caplog.text
    places = state.current().places
    assert places is not None
    assert "kept_guides/rome can't be made: its function failed" in next(iter(faults(places, KEPT)))

    City.get("rome").update(name="Rome")
    assert_right()


def test_what_the_domain_refuses_is_refused_as_without_views(kept: Flask) -> None:
    city = rome()
    other = City.get("rome")
    other.update(name="Roma")
    with pytest.raises(Exception, match="rome") as refused:
        city.save()

    assert type(refused.value).__name__ == "VersionError"
    assert storage.current().get_many(state.current().declarations[1], ["rome"])[0].fields["name"] == "Roma"
    assert_right()
