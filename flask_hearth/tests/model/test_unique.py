"""A unique field has a value once in a collection, whoever writes it and how, on each store."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Annotated, Any

import pytest
from flask import current_app
from pydantic import Field, create_model

from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.stores import queries
from flask_hearth.stores.firestore.claims import Claims
from flask_hearth.stores.firestore.store import FirestoreStore
from flask_hearth.stores.interface import ExistsError, TakenError, UnavailableError
from flask_hearth.tests.model.conftest import Place
from flask_hearth.tests.model.users import USERS, User


def user(id: str, **fields: Any) -> User:
    made = User.create(id=id, **fields)
    made.save()
    return made


def test_a_value_is_taken_once(place: Place) -> None:
    ann = user("ann", email="a@x")

    with pytest.raises(TakenError) as taken:
        user("bob", email="a@x")

    assert taken.value.field == "email"
    assert list(User.where()) == [ann]
    user("bob", email="A@x")


def test_another_objects_value_is_not_to_be_had_by_a_change(place: Place) -> None:
    user("ann", email="a@x", number=1)
    bob = user("bob", email="b@x", number=2)

    for change in ({"email": "a@x"}, {"number": 1}, {"email": "c@x", "number": 1}):
        with pytest.raises(TakenError):
            bob.update(**change)

    assert User.get("bob") == bob
    bob.update(email="c@x")
    user("eve", email="b@x")


def test_ones_own_value_stays_ones_own(place: Place) -> None:
    ann = user("ann", email="a@x")

    ann.update(nick="A")
    ann.save()
    ann.update(email="b@x")
    ann.update(email="a@x")

    with pytest.raises(ExistsError):
        user("ann", email="a@x")
    assert User.get("ann") == ann


def test_what_was_deleted_leaves_its_value_to_others(place: Place) -> None:
    user("ann", email="a@x").delete()

    bob = user("bob", email="a@x")

    place.store.delete(USERS, "bob", expected=None)
    user("eve", email=bob.email)


def test_null_is_no_value(place: Place) -> None:
    ann, bob = user("ann"), user("bob")

    ann.update(email="a@x")
    ann.update(email=None)
    bob.update(email="a@x")

    assert User.count() == 2


def test_of_those_who_take_a_value_at_a_time_one_gets_it(place: Place) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def attempt(id: str) -> bool:
        with app.app_context():
            try:
                user(id, email="a@x")
            except TakenError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(attempt, "abcd"))

    assert sorted(got) == [False, False, False, True]
    assert User.count() == 1


def test_a_write_that_another_overtook_takes_and_frees_no_value(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Firestore, where an object has to be read for the values that it gives up."""
    if not isinstance(place.store, FirestoreStore):
        return
    user("ann", email="a@x")
    fields = place.store.get(USERS, "ann").fields
    add = Claims.add

    def overtaken(self: Claims, *arguments: Any) -> None:
        monkeypatch.setattr(Claims, "add", add)
        place.store.replace(USERS, "ann", {**fields, "email": "b@x"}, expected=None)
        add(self, *arguments)

    monkeypatch.setattr(Claims, "add", overtaken)
    with pytest.raises(UnavailableError):
        place.store.replace(USERS, "ann", {**fields, "email": "c@x"}, expected=None)

    with pytest.raises(TakenError):
        user("bob", email="b@x")
    user("eve", email="a@x")
    user("ted", email="c@x")


def test_the_api_names_the_field(place: Place) -> None:
    user("ann", email="a@x")
    client = current_app.test_client()

    made = client.post("/api/v1/users", json={"email": "a@x"}, headers={"Idempotency-Key": "one"})
    other = client.post("/api/v1/users", json={"email": "b@x"}, headers={"Idempotency-Key": "two"})
    again = client.post("/api/v1/users", json={"email": "b@x"}, headers={"Idempotency-Key": "two"})
    changed = client.patch(other.headers["Location"], json={"email": "a@x"})

    assert (other.status_code, again.get_json()) == (201, other.get_json())
    for answer in (made, changed):
        assert answer.status_code == 422
        assert answer.get_json()["errors"] == [{"pointer": "/email", "detail": "is taken: another object has the same"}]


Text = Annotated[str, Field(max_length=375)]


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (float, "no field of text, whole numbers"),
        (bool, "no field of text, whole numbers"),
        (list[Text], "no field of text, whole numbers"),
        (str, "can't be unique"),
        (Decimal, "can't be unique"),
        (Annotated[str, Field(max_length=376)], "can't be unique"),
    ],
    ids=str,
)
def test_a_field_of_which_not_every_store_knows_when_two_are_the_same_is_refused(annotation: Any, words: str) -> None:
    model = create_model("Made", __base__=Model, field=(annotation, ...))

    with pytest.raises(DeclarationError, match=words):
        queries.check([Declaration(name="things", singular="thing", model=model, unique=("field",))])
    with pytest.raises(DeclarationError, match="unique 'fild'"):
        queries.check([Declaration(name="things", singular="thing", model=model, unique=("fild",))])
