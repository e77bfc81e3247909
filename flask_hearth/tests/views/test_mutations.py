"""A view is changed by the functions that it declares, and by nothing else: what they write is written as a whole."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from pydantic import Field

from flask_hearth import identity, state
from flask_hearth.api import openapi
from flask_hearth.api.body import invalid_body
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, ReadOnly
from flask_hearth.model.entity import Entity
from flask_hearth.model.permissions import NOBODY, SIGNED_IN, Claim, Owner, Permissions
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.tests.api.conftest import problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.test_permissions import EVERYBODY, USERS, ask
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.views.world import (
    CITY_GUIDES,
    DECLARATIONS,
    KEPT,
    City,
    CityGuide,
    Country,
    District,
    app_over,
    content,
)
from flask_hearth.views import mutations
from flask_hearth.views.declaration import Key, View
from flask_hearth.views.mutations import perform
from flask_hearth.views.stored import declarations

if TYPE_CHECKING:
    from flask_hearth.views.changes import Operation

Name = Annotated[str, Field(min_length=1, max_length=20)]


class NewGuide(Model):
    """A city to be, with its first districts."""

    name: Name
    country: str | None = None
    districts: Annotated[list[Name], Field(max_length=10, default_factory=list)]


class GuideChange(Model):
    """What is to be another."""

    name: Name | None = None
    country: str | None = None
    renamed: Annotated[dict[Name, Name], Field(default_factory=dict)]


def found(id: str, guide: NewGuide) -> None:
    """A city with its districts."""
    if guide.country is not None:
        Country.get(guide.country)
    City.create(id=id, name=guide.name, country=guide.country).save()
    for each in guide.districts:
        District.create(id=each, name=each, city=id).save()


def rename(city: City, districts: list[District], change: GuideChange) -> None:
    """The city, and some of its districts."""
    if change.name == "Atlantis":
        raise invalid_body([("/name", "has sunk")])
    if change.name is not None:
        city.update(name=change.name)
    for each in districts:
        if each.id in change.renamed:
            each.update(name=change.renamed[each.id])


def close(city: City, districts: list[District]) -> None:
    """The city with all that is in it."""
    for each in districts:
        each.delete()
    city.delete()


GUIDES = replace(CITY_GUIDES, create=found, update=rename, delete=close)
KEPT_GUIDES = replace(KEPT, create=found, update=rename, delete=close)
ROME = "/api/v1/city_guides/rome"


@pytest.fixture(params=["memory", *KINDS])
def app(request: pytest.FixtureRequest, databases: Databases) -> Flask:
    """Over each store, with a stored view beside."""
    held = [*DECLARATIONS, *declarations([KEPT_GUIDES])]
    store = MemoryStore() if request.param == "memory" else databases.open(request.param, held)
    return app_over(store, GUIDES, KEPT_GUIDES)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Of an app with Rome and two districts."""
    with app.app_context():
        Country.create(id="it", name="Italy").save()
        City.create(id="rome", name="Rome", country="it").save()
        for each in ("a", "b"):
            District.create(id=each, name=each, city="rome", people=1).save()
    return app.test_client()


in_memory = pytest.mark.parametrize("app", ["memory"], indirect=True)


def test_a_change_writes_the_domain_and_answers_with_the_view_after_it(app: Flask, client: FlaskClient) -> None:
    answer = client.patch(ROME, json={"name": "Roma", "renamed": {"a": "Monti"}})

    assert (answer.status_code, answer.headers["ETag"]) == (200, client.get(ROME).headers["ETag"])
    assert answer.json == client.get(ROME).json == {
        "id": "rome", "name": "Roma", "country": "Italy", "districts": ["a Monti", "b b"], "people": 2,
    }  # fmt: skip
    with app.app_context():
        assert (City.get("rome").name, District.get("a").name) == ("Roma", "Monti")
        assert (content("rome") or {})["districts"] == ["a Monti", "b b"]


def test_a_new_one_is_made_with_its_objects_and_once_for_a_key(app: Flask, client: FlaskClient) -> None:
    body = {"name": "Oslo", "country": "it", "districts": ["x", "y"]}
    answers = [client.post("/api/v1/city_guides", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json == client.get(answers[0].headers["Location"]).json
    assert answers[0].headers["ETag"] == client.get(answers[0].headers["Location"]).headers["ETag"]
    with app.app_context():
        assert (City.count(), District.count()) == (2, 4)


@in_memory
def test_a_request_that_is_sent_again_finds_what_was_made_when_its_answer_was_lost(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise UnavailableError("gone after the commit")

    body, headers = {"name": "Oslo"}, {"Idempotency-Key": "k"}
    with monkeypatch.context() as patch:
        patch.setattr("flask_hearth.views.change_routes._created", lost)
        problem(client.post("/api/v1/city_guides", json=body, headers=headers), 503)
    again = client.post("/api/v1/city_guides", json=body, headers=headers)

    assert (again.status_code, (again.json or {})["name"]) == (201, "Oslo")
    with app.app_context():
        assert City.count() == 2


def test_what_is_removed_is_gone_with_its_objects(app: Flask, client: FlaskClient) -> None:
    answer = client.delete(ROME)

    assert (answer.status_code, answer.data) == (204, b"")
    problem(client.get(ROME), 404)
    problem(client.delete(ROME), 404)
    with app.app_context():
        assert (City.count(), District.count(), content("rome")) == (0, 0, None)


@pytest.mark.parametrize(
    ("method", "body", "refused"),
    [
        ("PATCH", {"name": ""}, (422, ["/name"])),
        ("PATCH", {"name": 1, "title": ""}, (422, ["/name", "/title"])),
        ("PATCH", {"name": "Atlantis"}, (422, ["/name"])),
        ("PATCH", {"id": "oslo"}, (422, ["/id"])),
        ("PATCH", {"people": 3}, (422, ["/people"])),
        ("PATCH", [], (422, [""])),
        ("POST", {}, (422, ["/name"])),
        ("POST", {"name": "Oslo", "country": "gone"}, (422, ["/country"])),
        ("POST", {"name": "Oslo", "districts": [*"wxyz"]}, (500, [])),
        ("POST", {"name": "Oslo", "districts": ["a"]}, (409, [])),
    ],
)
@in_memory
def test_what_is_refused_names_the_field_and_writes_nothing(
    client: FlaskClient, method: str, body: Any, refused: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_hearth.api.attempts.time.sleep", lambda _: None)
    status, pointers = refused
    before = client.get(ROME).json
    answer = client.open(ROME if method == "PATCH" else "/api/v1/city_guides", method=method, json=body)

    assert [each["pointer"] for each in problem(answer, status).get("errors", [])] == pointers
    assert client.get(ROME).json == before
    with client.application.app_context():
        assert (City.count(), District.count()) == (1, 2)


@in_memory
def test_a_body_that_is_no_json_of_the_right_type_is_refused_as_elsewhere(client: FlaskClient) -> None:
    problem(client.patch(ROME, data='{"name": "a", "name": "b"}', content_type="application/json"), 400)
    assert problem(client.patch(ROME, data="name=a", content_type="text/plain"), 415)
    problem(client.post("/api/v1/city_guides", data=b"[" * 3_000_000, content_type="application/json"), 413)


@in_memory
def test_what_was_read_may_be_sent_back(client: FlaskClient) -> None:
    seen = {**(client.get(ROME).json or {}), "name": "Roma"}
    del seen["country"]

    assert client.patch(ROME, json=seen).status_code == 200


def test_only_the_state_that_was_seen_is_changed(app: Flask, client: FlaskClient) -> None:
    etag = client.get(ROME).headers["ETag"]
    assert client.patch(ROME, json={"renamed": {"a": "A"}}, headers={"If-Match": etag}).status_code == 200

    problem(client.patch(ROME, json={"name": "Roma"}, headers={"If-Match": etag}), 412)
    problem(client.delete(ROME, headers={"If-Match": etag}), 412)
    problem(client.patch(ROME, json={"name": "Roma"}, headers={"Idempotency-Key": "k"}), 400)
    with app.app_context():
        assert City.get("rome").name == "Rome"


@pytest.mark.parametrize("headers", [{}, {"If-Match": ""}], ids=["anyhow", "if it is as seen"])
def test_somebody_elses_change_in_between_is_not_lost(
    app: Flask, client: FlaskClient, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another object than this one writes."""
    headers = dict.fromkeys(headers, client.get(ROME).headers["ETag"])
    monkeypatch.setattr(mutations, "_commit", _after_others(app, [{"renamed": {"b": "B"}}], headers))
    answer = client.patch(ROME, json={"renamed": {"a": "A"}}, headers=headers)

    assert answer.status_code == (412 if headers else 200)
    assert (client.get(ROME).json or {})["districts"] == (["a a", "b B"] if headers else ["a A", "b B"])


def test_a_change_of_the_same_object_in_between_is_seen_by_the_second_attempt(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutations, "_commit", _after_others(app, [{"name": "Roma"}]))

    assert (client.patch(ROME, json={"name": "Urbs"}).json or {})["name"] == "Urbs"


@in_memory
def test_who_is_never_fast_enough_gets_409(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_hearth.api.attempts.time.sleep", lambda _: None)
    monkeypatch.setattr(mutations, "_commit", _after_others(app, [{"name": f"R{number}"} for number in range(9)]))
    answer = client.patch(ROME, json={"name": "Urbs"})

    assert problem(answer, 409)["type"] == "/api/problems/edit-conflict"
    assert answer.headers["Retry-After"] == "1"


def _after_others(app: Flask, changes: list[dict[str, Any]], headers: dict[str, str] | None = None) -> Any:
    """A commit before which one more of others' changes is made from beginning to end."""
    real = mutations._commit

    def commit(*arguments: Any) -> None:
        if changes:
            change = changes.pop(0)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(mutations, "_commit", real)
                assert app.test_client().patch(ROME, json=change, headers=headers).status_code == 200
        real(*arguments)

    return commit


@pytest.mark.parametrize("view", [replace(GUIDES, update=None), replace(GUIDES, create=None, delete=None)])
@in_memory
def test_what_is_not_declared_is_405_and_allow_says_what_is(app: Flask, view: View[CityGuide]) -> None:
    client = app_over(MemoryStore(), view).test_client()
    every = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if view.create else set())
    one = {"GET", "HEAD", "OPTIONS"} | ({"PATCH"} if view.update else set()) | ({"DELETE"} if view.delete else set())

    for path, allowed in (("/api/v1/city_guides", every), (ROME, one)):
        for method in {"POST", "PUT", "PATCH", "DELETE"} - allowed:
            answer = client.open(path, method=method, json={})
            problem(answer, 405)
            assert {*answer.headers["Allow"].split(", ")} == allowed
    assert ("Accept-Patch" in client.options(ROME).headers) is bool(view.update)
    with app_over(MemoryStore(), view).app_context():
        missing: Operation = "update" if view.update is None else "create"
        with pytest.raises(Problem, match=f"have no {missing}"):
            perform(view, missing, "rome", {})


class Note(Entity):
    """What somebody wrote."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    public: bool = False
    author: Annotated[str, Field(max_length=128), ReadOnly()] = ""


class Teaser(Model):
    """A note's beginning."""

    start: str


class NewTeaser(Model):
    """All of it."""

    text: Annotated[str, Field(max_length=60)]


def teaser(note: Annotated[Note, Key()]) -> Teaser:
    """As much as fits."""
    return Teaser(start=note.text[:5])


def write_teaser(id: str, new: NewTeaser) -> None:
    """A note, of which nobody says whose it is."""
    Note.create(id=id, text=new.text).save()


def rewrite_teaser(note: Note, new: NewTeaser) -> None:
    """The note's text."""
    note.update(text=new.text)


def remove_teaser(note: Note) -> None:
    """The note."""
    note.delete()


TEASERS = View(
    name="teasers",
    singular="teaser",
    of=teaser,
    create=write_teaser,
    update=rewrite_teaser,
    delete=remove_teaser,
)
OWN = Declaration(
    name="notes",
    singular="note",
    model=Note,
    permissions=Permissions(
        read=(Owner("author"), Claim("admin")), create=SIGNED_IN, update=Owner("author"), delete=Claim("admin")
    ),
    indexes=(("author", "created_at"),),
)


@pytest.mark.parametrize(
    ("method", "path", "body", "statuses"),
    [
        ("POST", "", {"text": "new"}, [401, 403, 201, 201, 201, 201]),
        ("POST", "", {"text": 1}, [401, 403, 422, 422, 422, 422]),
        ("PATCH", "/ann", {"text": "new"}, [401, 403, 200, 404, 404, 403]),
        ("PATCH", "/ann", {"text": "x" * 41}, [401, 403, 422, 404, 404, 403]),
        ("PATCH", "/gone", {"text": "new"}, [401, 403, 404, 404, 404, 404]),
        ("DELETE", "/ann", None, [401, 403, 403, 403, 403, 204]),
    ],
)
@pytest.mark.parametrize("permissions", [None, OWN.permissions], ids=["of the object", "of the view"])
def test_who_may_change_it_is_who_may_change_the_object_or_whom_the_view_lets(
    permissions: Permissions | None, method: str, path: str, body: Any, statuses: list[int]
) -> None:
    # Where the view has its own, the object's let nobody do anything.
    closed = Permissions(read=NOBODY, create=NOBODY, update=NOBODY, delete=NOBODY)
    declaration = OWN if permissions is None else replace(OWN, permissions=closed)
    answers = []
    for user in EVERYBODY:
        store = MemoryStore()
        app = app_over(store, replace(TEASERS, permissions=permissions), declarations=[declaration])
        app.config[identity.CHECKED] = True
        state.for_app(app).finder = lambda: USERS.get(request.headers.get("X-User", ""))
        store.create(declaration, "ann", {"text": "by ann", "public": False, "author": "ann"})
        answer = ask(app.test_client(), user, method, f"/api/v1/teasers{path}", json=body)
        answers.append(answer.status_code)
        if answer.status_code == 201:
            assert store.get(declaration, answer.get_json()["id"]).fields["author"] == user
        if answer.status_code >= 400:
            assert [each.fields["text"] for each in store.page(declaration, limit=9).records] == ["by ann"]

    assert answers == statuses


def no_id(new: NewGuide) -> None:
    """Without the id."""


def no_body(city: City) -> None:
    """Without a body."""


def other_type(city: District, change: GuideChange) -> None:
    """A city of another type."""


def two_bodies(city: City, change: GuideChange, new: NewGuide) -> None:
    """One too many."""


def entity_as_body(city: City, change: Country) -> None:
    """With an object for a body."""


def no_object(change: GuideChange) -> None:
    """Of what it doesn't know."""


@pytest.mark.parametrize(
    "functions",
    [
        {"create": no_id},
        {"create": rename},
        {"update": no_body},
        {"update": other_type},
        {"update": two_bodies},
        {"update": entity_as_body},
        {"update": no_object},
        {"delete": rename},
    ],
)
def test_a_function_that_can_not_be_called_is_refused(functions: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError, match=rf"city_guides's {next(iter(functions))} function"):
        replace(CITY_GUIDES, **functions)


def test_a_body_that_answers_are_made_of_is_refused_at_start() -> None:
    def update(city: City, change: CityGuide) -> None: ...

    with pytest.raises(DeclarationError, match="Derive a model for the body"):
        app_over(MemoryStore(), replace(CITY_GUIDES, update=update))


def twice(city: City, change: GuideChange) -> None:
    """Writes it two times."""
    city.update(name="x")
    city.update(name="y")


def not_made(id: str, guide: NewGuide) -> None:
    """Makes something else."""
    Country.create(id=id, name=guide.name).save()


@pytest.mark.parametrize(
    ("functions", "why"), [({"update": twice}, "written twice in one change"), ({"create": not_made}, "has not made")]
)
def test_a_function_that_does_not_what_it_has_to_is_an_error_and_writes_nothing(
    functions: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_over(MemoryStore(), replace(GUIDES, **functions))
    with app.app_context():
        City.create(id="rome", name="Rome").save()
    client = app.test_client()
    answer = (
        client.patch(ROME, json={}) if "update" in functions else client.post("/api/v1/city_guides", json={"name": "O"})
    )

    problem(answer, 500)
    assert why in caplog.text
    with app.app_context():
        assert (City.get("rome").name, City.count(), Country.count()) == ("Rome", 1, 0)


def test_the_apis_document_has_what_is_declared() -> None:
    document = openapi.document(DECLARATIONS, views=[GUIDES, replace(KEPT, update=rename)])
    paths = document["paths"]

    validate(document)
    assert {*paths["/api/v1/city_guides"]} == {"get", "post"}
    assert {*paths["/api/v1/city_guides/{id}"]} == {"parameters", "get", "patch", "delete"}
    assert {*paths["/api/v1/kept_guides"]} == {"get"}
    body = paths["/api/v1/city_guides"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert document["components"]["schemas"][body["$ref"].rpartition("/")[2]]["required"] == ["name"]
    links = paths["/api/v1/city_guides"]["post"]["responses"]["201"]["links"]
    known = {
        operation["operationId"] for item in paths.values() for each, operation in item.items() if each != "parameters"
    }
    assert {each["operationId"] for each in links.values()} <= known
