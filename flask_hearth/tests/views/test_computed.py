"""A view is made of its objects as they are when it is asked for."""

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from flask_hearth.stores.interface import MissingError
from flask_hearth.tests.api.conftest import problem
from flask_hearth.tests.views.world import CITY_GUIDES, City, CityGuide, Country, District
from flask_hearth.views.inputs import TooManyError

if TYPE_CHECKING:
    from collections.abc import Callable

ROME: dict[str, Any] = {"name": "Rome", "country": "Italy", "districts": ["a Trevi", "b Monti"], "people": 30}


def rome() -> City:
    """With a country and two districts, the second of which is older."""
    Country.create(id="it", name="Italy").save()
    city = City.create(id="rome", name="Rome", country="it")
    city.save()
    District.create(id="b", name="Monti", city="rome", people=20).save()
    District.create(id="a", name="Trevi", city="rome", people=10).save()
    District.create(id="c", name="Lingotto", city="turin").save()
    return city


def test_it_is_made_of_the_objects_by_key_and_by_reference(app: Flask) -> None:
    rome()

    assert CITY_GUIDES.get("rome") == CityGuide(**ROME)
    assert app.test_client().get("/api/v1/city_guides/rome").json == {"id": "rome", **ROME}


def test_an_object_that_may_be_missing_is_none(app: Flask) -> None:
    City.create(id="rome", name="Rome").save()
    City.create(id="oslo", name="Oslo", country="gone").save()

    assert (CITY_GUIDES.get("rome").country, CITY_GUIDES.get("oslo").country) == (None, None)


def test_without_the_object_of_its_key_there_is_no_view(app: Flask) -> None:
    with pytest.raises(MissingError):
        CITY_GUIDES.get("rome")

    assert problem(app.test_client().get("/api/v1/city_guides/rome"), 404)["detail"] == "There is no city_guide rome."


def test_more_objects_than_allowed_are_an_error_that_tells_the_service_what_to_do(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    City.create(id="rome", name="Rome").save()
    for each in "abcd":
        District.create(id=each, name=each, city="rome").save()

    with pytest.raises(TooManyError, match="More than 3 objects of District have 'rome' as city"):
        CITY_GUIDES.get("rome")
    assert problem(app.test_client().get("/api/v1/city_guides/rome"), 500)["type"] == "/api/problems/view-too-large"
    assert "Raise at_most" in caplog.text

    District.get("a").delete()
    assert len(CITY_GUIDES.get("rome").districts) == 3


def test_its_etag_changes_with_each_of_its_objects_and_with_nothing_else(app: Flask) -> None:
    city, client = rome(), app.test_client()
    path = "/api/v1/city_guides/rome"
    seen = [client.get(path).headers["ETag"]]
    changes: list[Callable[[], object]] = [
        lambda: city.update(name="Roma"),
        lambda: Country.get("it").update(name="Italia"),
        lambda: District.get("a").update(people=11),
        lambda: District.get("a").update(city="turin"),
        lambda: District.create(id="d", name="Prati", city="rome").save(),
        lambda: Country.get("it").delete(),
    ]
    for change in changes:
        change()
        seen.append(client.get(path).headers["ETag"])
    city.save()
    District.get("c").update(name="Crocetta")

    assert len({*seen}) == len(changes) + 1
    assert client.get(path).headers["ETag"] == seen[-1]


def test_who_has_it_as_it_is_gets_304(app: Flask) -> None:
    rome()
    client = app.test_client()
    etag = client.get("/api/v1/city_guides/rome").headers["ETag"]

    same = client.get("/api/v1/city_guides/rome", headers={"If-None-Match": etag})
    District.get("a").delete()
    other = client.get("/api/v1/city_guides/rome", headers={"If-None-Match": etag})

    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    assert same.headers["Cache-Control"] == "private, no-cache"
    assert other.status_code == 200
    problem(client.get("/api/v1/city_guides/rome", headers={"If-Match": etag}), 412)


def test_a_list_has_one_for_each_object_of_the_key_oldest_first(app: Flask) -> None:
    rome()
    for name in ("sofia", "turin"):
        City.create(id=name, name=name.title()).save()
    client = app.test_client()

    first = client.get("/api/v1/city_guides?per_page=2")
    rest = client.get(f"/api/v1/city_guides?per_page=2&cursor={first.get_json()['next']}")

    assert [each["id"] for each in first.get_json()["city_guides"]] == ["rome", "sofia"]
    assert first.get_json()["city_guides"][0] == {"id": "rome", **ROME}
    assert 'rel="next"' in first.headers["Link"]
    assert [each["districts"] for each in rest.get_json()["city_guides"]] == [["c Lingotto"]]
    assert rest.get_json()["next"] is None
    assert (first.get_json()["total"], rest.get_json()["total"]) == (3, None)
    back = client.get(rest.headers["Link"].split("<")[2].partition(">")[0])
    assert back.get_json()["city_guides"] == first.get_json()["city_guides"]
    known = client.get("/api/v1/city_guides?per_page=2", headers={"If-None-Match": first.headers["ETag"]})
    assert known.status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/city_guides", "/api/v1/city_guides/rome"])
@pytest.mark.parametrize("app", ["memory"], indirect=True)
def test_it_can_be_read_only(app: Flask, path: str, method: str) -> None:
    answer = app.test_client().open(path, method=method, json={})

    problem(answer, 405)
    assert {*answer.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS"}
