"""What clients send apart from what they see: fields that only the service sets, and fields that are never shown."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import Field, create_model

from flask_hearth.api import filters
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, ReadOnly, WriteOnly
from flask_hearth.model.entity import Entity
from flask_hearth.tests.api.conftest import app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import visitor_of
from flask_hearth.tests.pages.visitor import again


class Door(Entity):
    """A door with a lock."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    opened: Annotated[int, Field(ge=0, le=1000), ReadOnly()] = 0
    code: Annotated[str, Field(min_length=4, max_length=8), WriteOnly()]
    hint: Annotated[str, Field(max_length=20)] = ""


DOORS = Declaration(
    name="doors", singular="door", model=Door, indexes=(("name",), ("opened", "name"), ("code", "created_at"))
)
PATH = "/api/v1/doors"
FRONT = {"name": "Front", "code": "1234"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def client(store: MemoryStore) -> FlaskClient:
    return app_over(store, declarations=(DOORS,)).test_client()


@pytest.fixture
def made(store: MemoryStore) -> str:
    """Path of a door that was opened."""
    store.create(DOORS, "front", {**FRONT, "opened": 7, "hint": "x"})
    return f"{PATH}/front"


def test_no_answer_shows_what_is_never_shown(client: FlaskClient) -> None:
    answers = [client.post(PATH, json=FRONT, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    path = answers[0].headers["Location"]
    answers += [client.get(path), client.get(PATH), client.patch(path, json={"code": "1234"})]
    answers += [client.put(path, json=FRONT)]

    for answer in answers:
        assert answer.status_code in {200, 201}
        assert "1234" not in answer.text
        assert '"code"' not in answer.text
        assert '"opened": 0' in answer.text


@pytest.mark.parametrize(
    ("method", "body", "pointers"),
    [
        ("POST", {**FRONT, "opened": 0}, ["/opened"]),
        ("POST", {"name": "", "opened": 5, "code": "1234"}, ["/opened", "/name"]),
        ("PUT", {**FRONT, "opened": 8}, ["/opened"]),
        ("PATCH", {"opened": 8}, ["/opened"]),
        ("PATCH", {"opened": None}, ["/opened"]),
        ("PATCH", {"code": "1"}, ["/code"]),
        ("PATCH", {"code": None}, ["/code"]),
    ],
)
def test_what_the_service_sets_is_refused_with_all_that_is_wrong(
    store: MemoryStore, made: str, method: str, body: dict[str, Any], pointers: list[str]
) -> None:
    client = app_over(store, declarations=(DOORS,)).test_client()
    path = PATH if method == "POST" else made
    found = problem(client.open(path, method=method, json=body), 422)

    assert [error["pointer"] for error in found["errors"]] == pointers
    assert store.get(DOORS, "front").fields == {**FRONT, "opened": 7, "hint": "x"}


@pytest.mark.parametrize(
    ("method", "change", "kept"),
    [
        ("PUT", lambda shown: shown, {"opened": 7, "code": "1234", "hint": "x"}),
        ("PUT", lambda _: {"name": "Back"}, {"name": "Back", "opened": 7, "code": "1234", "hint": ""}),
        ("PUT", lambda _: {"name": "Back", "code": "9999"}, {"name": "Back", "opened": 7, "code": "9999", "hint": ""}),
        ("PATCH", lambda shown: shown, {"opened": 7, "code": "1234", "hint": "x"}),
        ("PATCH", lambda _: {"opened": 7, "code": "9999"}, {"opened": 7, "code": "9999", "hint": "x"}),
    ],
)
def test_what_was_read_can_be_sent_back(
    store: MemoryStore,
    made: str,
    method: str,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    kept: dict[str, Any],
) -> None:
    """A client can't send what it can't see: replaced without it, it stays."""
    client = app_over(store, declarations=(DOORS,)).test_client()
    answer = client.open(made, method=method, json=change(client.get(made).get_json()))

    assert answer.status_code == 200, answer.text
    assert store.get(DOORS, "front").fields == {**FRONT, **kept}


def test_nobody_finds_out_by_a_filter_what_is_never_shown(client: FlaskClient) -> None:
    assert filters.indexes(DOORS) == [("created_at",), ("name",), ("opened", "name")]
    assert problem(client.get(f"{PATH}?code=1234"), 422)["errors"][0]["parameter"] == "code"


def test_the_document_has_each_field_where_it_may_be(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    schemas = document["components"]["schemas"]

    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert list(schemas["Door"]["properties"]) == ["id", "name", "opened", "hint", "created_at", "updated_at"]
    assert schemas["Door"]["properties"]["opened"]["readOnly"] is True
    assert list(schemas["DoorInput"]["properties"]) == ["name", "code", "hint"]
    assert schemas["DoorInput"]["properties"]["code"]["writeOnly"] is True
    assert schemas["DoorInput"]["required"] == ["name", "code"]
    assert list(schemas["DoorPatch"]["properties"]) == ["name", "code", "hint"]


def test_a_form_asks_for_what_a_client_sets_and_a_page_shows_what_it_may_see(store: MemoryStore) -> None:
    visitor = visitor_of(app_over(store, declarations=(DOORS,)))
    shown = visitor.follow(visitor.send(visitor.form("/doors/new"), **FRONT))
    (record,) = store.page(DOORS, limit=9).records
    store.replace(DOORS, record.id, {**record.fields, "opened": 7}, expected=None)
    form = visitor.form(f"/doors/{record.id}/edit")
    # Somebody else's code is not shown beside one's own.
    other = visitor.form(f"/doors/{record.id}/edit")
    visitor.send(form, name="Back")
    after = dict(store.get(DOORS, record.id).fields)
    _, conflict = again(visitor.send(other, code="7777"), 409)

    assert set(form.shown) == {"name", "code", "hint"}
    assert form.shown["code"] == ""
    assert after == {"name": "Back", "opened": 7, "code": "1234", "hint": ""}
    assert "Opened" in shown.text
    for page in (shown, visitor.read("/doors"), visitor.read(f"/doors/{record.id}/remove"), conflict):
        assert "1234" not in page.text


def test_python_sees_and_sets_every_field(store: MemoryStore) -> None:
    with app_over(store, declarations=(DOORS,)).app_context():
        Door.create(id="front", name="Front", code="1234").save()
        Door.get("front").update(opened=8)

        assert Door.get("front").code == "1234"
        assert Door.get("front").opened == 8


class Inner(Model):
    secret: Annotated[str, WriteOnly()] = ""


@pytest.mark.parametrize(
    ("annotation", "default", "reason"),
    [
        (Annotated[str, ReadOnly(), WriteOnly()], "", "ReadOnly and WriteOnly"),
        (Annotated[str, ReadOnly()], ..., "has no default"),
        (Annotated[bool, WriteOnly()], False, "no text or number"),
        (list[Inner], [], "within a field"),
        (Annotated[str, WriteOnly()] | None, None, "within a field"),
    ],
)
def test_what_a_mark_can_not_mean_is_refused_at_the_start(annotation: Any, default: Any, reason: str) -> None:
    model = create_model("Thing", __base__=Model, name=(str, ""), field=(annotation, default))

    with pytest.raises(DeclarationError, match=reason):
        app_over(MemoryStore(), declarations=(Declaration(name="things", singular="thing", model=model),))
