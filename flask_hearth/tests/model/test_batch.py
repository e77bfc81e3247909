"""Writes that happen all or not at all, on each store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress

import pytest
from flask import current_app
from pydantic import ValidationError

from flask_hearth.model.batch import Batch
from flask_hearth.model.entity import Entity
from flask_hearth.stores.interface import (
    ExistsError,
    MissingError,
    StoreError,
    TakenError,
    TooLargeError,
    UnavailableError,
    VersionError,
)
from flask_hearth.stores.writes import MAX_WRITES, Check, Create, Delete, Replace
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.model.cities import CITIES, City
from flask_hearth.tests.model.conftest import DECLARATIONS, Place
from flask_hearth.tests.model.objects import OBJECTS, ObjectOfTwo
from flask_hearth.tests.model.users import User


def city(id: str, population: int = 0) -> City:
    made = City.create(id=id, name=id, population=population)
    made.save()
    return made


def user(id: str, email: str) -> User:
    made = User.create(id=id, email=email)
    made.save()
    return made


def test_several_objects_are_written_together_also_of_several_models(place: Place) -> None:
    rome, milan = city("rome", 5), city("milan")
    oslo, two, before = City.create(id="oslo", name="Oslo"), ObjectOfTwo.create(id="two"), rome.version

    with Batch() as batch:
        batch.update(rome, population=4)
        batch.save(oslo)
        batch.save(two)
        batch.delete(milan)
        assert (rome.population, rome.version, oslo.version, milan.version is None) == (5, before, None, False)
        assert (City.get("rome").population, City.count(), ObjectOfTwo.count()) == (5, 2, 0)

    assert rome.population == 4
    assert (City.get("rome"), City.get("oslo"), ObjectOfTwo.get("two")) == (rome, oslo, two)
    assert rome.created_at == City.get("rome").created_at
    assert milan.version is None
    assert City.count() == 2
    milan.save()
    rome.update(population=3)


Refusal = tuple[type[StoreError], Callable[[Batch], Entity]]


def an_id_that_is_taken(batch: Batch) -> Entity:
    refused = City.create(id="rome", name="Roma")
    batch.save(refused)
    return refused


def a_version_that_is_gone(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").update(area=1.0)
    batch.update(refused, area=2.0)
    return refused


def a_deletion_of_a_version_that_is_gone(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").update(area=1.0)
    batch.delete(refused)
    return refused


def a_check_of_a_version_that_is_gone(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").update(area=1.0)
    batch.check(refused)
    return refused


def a_check_of_an_object_that_is_gone(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").delete()
    batch.check(refused)
    return refused


def a_check_of_an_object_that_was_made_again(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").delete()
    city("rome")
    batch.check(refused)
    return refused


def an_object_that_is_gone(batch: Batch) -> Entity:
    refused = City.get("rome")
    City.get("rome").delete()
    batch.save(refused)
    return refused


def a_value_that_is_taken(batch: Batch) -> Entity:
    refused = User.create(id="eve", email="a@x")
    batch.save(refused)
    return refused


REFUSALS: list[Refusal] = [
    (ExistsError, an_id_that_is_taken),
    (VersionError, a_version_that_is_gone),
    (VersionError, a_deletion_of_a_version_that_is_gone),
    (VersionError, a_check_of_a_version_that_is_gone),
    (VersionError, a_check_of_an_object_that_was_made_again),
    (MissingError, a_check_of_an_object_that_is_gone),
    (MissingError, an_object_that_is_gone),
    (TakenError, a_value_that_is_taken),
]


@pytest.mark.parametrize(("error", "refused_one"), REFUSALS, ids=[each.__name__ for _, each in REFUSALS])
def test_if_one_write_is_refused_none_is_made_and_the_error_names_it(
    place: Place, error: type[StoreError], refused_one: Callable[[Batch], Entity]
) -> None:
    city("rome")
    milan, oslo, ann = city("milan"), City.create(id="oslo", name="Oslo"), user("ann", "a@x")
    bob = User.create(id="bob", email="b@x")
    states = [(each, each.model_copy()) for each in (milan, oslo, ann, bob)]

    with pytest.raises(error) as raised, Batch() as batch:
        batch.update(milan, population=9)
        batch.save(oslo)
        refused = refused_one(batch)
        batch.save(bob)
        batch.update(ann, nick="A")

    assert raised.value.write is not None
    assert raised.value.write.id == refused.id
    assert "number 3 of the batch's 5 writes. None of them was made." in raised.value.__notes__[0]
    assert all(each == before for each, before in states)
    assert (City.get("milan"), User.get("ann")) == (milan, ann)
    assert (list(City.get_many(["oslo"])), list(User.where())) == ([], [ann])
    # Nothing is left behind that would be in the way.
    user("ted", "b@x")
    with Batch() as batch:
        batch.save(oslo)
        batch.save(milan)


def test_an_object_that_is_written_alone_is_named_too(place: Place) -> None:
    city("rome")
    user("ann", "a@x")

    for refused in (City.create(id="rome", name="x"), User.create(id="bob", email="a@x")):
        with pytest.raises((ExistsError, TakenError)) as raised:
            refused.save()
        assert raised.value.write is not None
        assert raised.value.write.id == refused.id
        assert not hasattr(raised.value, "__notes__")


def test_of_several_refusals_the_first_condition_is_told_and_unique_values_last(place: Place) -> None:
    city("rome")
    user("ann", "a@x")

    with pytest.raises(ExistsError) as raised, Batch() as batch:
        batch.save(User.create(id="bob", email="a@x"))
        batch.save(City.create(id="rome", name="x"))
        batch.save(User.create(id="ann", email="b@x"))

    assert raised.value.write is not None
    assert raised.value.write.declaration is CITIES


def test_a_value_goes_from_one_object_to_another_in_the_order_of_the_writes(place: Place) -> None:
    ann, bob, eve = user("ann", "a@x"), user("bob", "b@x"), user("eve", "e@x")

    with Batch() as batch:
        batch.delete(eve)
        batch.update(ann, email="e@x")
        batch.update(bob, email="a@x")

    assert {each.id: each.email for each in User.where()} == {"ann": "e@x", "bob": "a@x"}
    user("new", "b@x")
    for held in ("a@x", "e@x"):
        with pytest.raises(TakenError):
            user("other", held)
    with pytest.raises(TakenError), Batch() as batch:
        batch.update(ann, email="a@x")
        batch.update(bob, email="e@x")
    with pytest.raises(TakenError), Batch() as batch:
        batch.save(User.create(id="x", email="twice@x"))
        batch.save(User.create(id="y", email="twice@x"))
    bob.delete()
    user("again", "a@x")


def test_a_block_that_raises_writes_nothing_nor_does_one_that_says_nothing(place: Place) -> None:
    rome = city("rome")

    with pytest.raises(ValidationError), Batch() as batch:
        batch.update(rome, area=2.0)
        batch.update(rome, population=-1)
    with Batch() as batch:
        pass

    assert City.get("rome") == rome
    assert rome.area == 0.0
    assert place.store.commit([]) == []
    with pytest.raises(RuntimeError, match="would never be written"):
        batch.save(rome)
    with pytest.raises(RuntimeError, match="would never be written"):
        Batch().delete(rome)


def test_one_object_is_written_once(place: Place) -> None:
    rome = city("rome")
    version = rome.version

    for again in (Batch.delete, Batch.check):
        with pytest.raises(ValueError, match="cities/rome is twice in one batch"), Batch() as batch:
            batch.update(rome, area=2.0)
            again(batch, rome)
    with pytest.raises(ValueError, match="twice to one object"):
        place.store.commit([Delete(declaration=CITIES, id="rome", expected=None)] * 2)

    assert City.get("rome").version == version


def test_an_object_that_is_checked_stays_as_it_is(place: Place) -> None:
    rome, ann = city("rome", 5), user("ann", "a@x")
    before, stored = rome.model_copy(), place.store.get(CITIES, "rome")
    rome.population = 7  # Not saved, and no part of the batch.

    with Batch() as batch:
        batch.check(rome)
        batch.save(City.create(id="oslo", name="Oslo"))
        batch.check(ann)
    with Batch() as batch:
        batch.check(rome)
        batch.check(ann)
    with Batch() as batch:
        batch.check(rome)

    assert place.store.get(CITIES, "rome") == stored
    assert (User.get("ann"), City.get("oslo").name) == (ann, "Oslo")
    assert (rome.version, rome.population) == (before.version, 7)
    with pytest.raises(TakenError):
        user("bob", "a@x")
    rome.save()
    for gone, error in ((rome, VersionError), (City.get("oslo"), MissingError)):
        held = gone.model_copy()
        gone.update(area=1.0) if error is VersionError else gone.delete()
        with pytest.raises(error), Batch() as batch:
            batch.check(held)
    with pytest.raises(MissingError), Batch() as batch:
        batch.check(City(name="never saved"))
    with pytest.raises(VersionError):
        place.store.commit([Check(declaration=CITIES, id="rome", expected="x")])


def test_nobody_changes_an_object_between_its_check_and_the_writes(
    place: Place, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL databases let others wait, here in vain; on Firestore they are faster, and then the batch is refused."""
    rome = city("rome")
    fields = place.store.get(CITIES, "rome").fields
    patience = PATIENCE if place.url.startswith("firestore") else 0.5
    other, overtaken = databases.open_url(place.url, DECLARATIONS, call_seconds=patience), []

    def knows_the_schema() -> bool:
        """It asks the first time whether that fits, for which a busy machine may take longer than its deadline."""
        with suppress(UnavailableError):
            return other.get(CITIES, "rome").id == "rome"
        return False

    while not knows_the_schema():
        pass

    def overtake(*_: object) -> None:
        monkeypatch.undo()
        with suppress(UnavailableError):
            overtaken.append(other.replace(CITIES, "rome", fields, expected=None))

    for module in ("firestore.writing", "sql.store"):
        monkeypatch.setattr(f"flask_hearth.stores.{module}.check_condition", overtake)
    refused = place.url.startswith("firestore")
    with pytest.raises(VersionError) if refused else nullcontext(), Batch() as batch:
        batch.check(rome)
        batch.save(City.create(id="oslo", name="Oslo"))

    assert (len(overtaken), City.count()) == ((1, 1) if refused else (0, 2))
    assert (City.get("rome").version == rome.version) is not refused


def test_without_an_expected_version_any_will_do(place: Place) -> None:
    rome, milan = city("rome"), city("milan")
    fields = place.store.get(CITIES, "rome").fields

    records = place.store.commit(
        [
            Replace(declaration=CITIES, id="rome", fields={**fields, "area": 3.0}, expected=None),
            Delete(declaration=CITIES, id="milan", expected=None),
        ]
    )

    assert records == [place.store.get(CITIES, "rome"), None]
    assert City.get("rome").created_at == rome.created_at
    with pytest.raises(MissingError):
        milan.save()
    with pytest.raises(VersionError), Batch() as batch:
        batch.save(rome)
        batch.save(City(name="Oslo"))
    for write in (
        Replace(declaration=CITIES, id="rome", fields=fields, expected="x"),
        Delete(declaration=CITIES, id="rome", expected="x"),
    ):
        with pytest.raises(VersionError):
            place.store.commit([write])


def test_as_many_as_are_allowed_are_written_and_not_one_more(place: Place) -> None:
    """Each with the document of a unique value, on Firestore."""
    users = [User.create(id=f"u{number}", email=f"{number}@x") for number in range(MAX_WRITES)]

    with Batch() as batch:
        for each in users:
            batch.save(each)
    with Batch() as batch:
        for each in users:
            batch.delete(each)
    with pytest.raises(TooLargeError, match="501 writes, and 500 are the most"), Batch() as batch:
        for each in [*users, User()]:
            batch.save(each)

    assert User.count() == 0


def test_a_batch_is_within_the_strictest_stores_size(place: Place) -> None:
    fits = ["x" * 1_000_000]

    with Batch() as batch:
        for _ in range(3):
            batch.save(City(name="x", twins=fits))
    with pytest.raises(TooLargeError, match="4,000,000 are the most"), Batch() as batch:
        for _ in range(4):
            batch.save(City(name="x", twins=fits))

    assert City.count() == 3


def test_batches_over_the_same_objects_wait_for_each_other_and_do_not_fail(place: Place) -> None:
    """In whichever order they name them. Each moves something from one object to the other, as often as it takes."""
    city("rome", 20)
    city("milan", 20)
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def move(giver: str, taker: str) -> None:
        with app.app_context():
            for _ in range(50):
                found = City.get_many([giver, taker])
                try:
                    with Batch() as batch:
                        batch.update(found[giver], population=found[giver].population - 1)
                        batch.update(found[taker], population=found[taker].population + 1)
                except (VersionError, UnavailableError) as error:
                    if isinstance(error, UnavailableError) and place.url.startswith("postgresql"):
                        raise
                else:
                    return
            raise AssertionError("never got through")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, ["rome", "milan"] * 5, ["milan", "rome"] * 5))

    assert [each.population for each in City.get_many(["rome", "milan"]).values()] == [20, 20]


def test_in_a_requests_session_what_comes_after_a_batch_is_written_on_its_own(place: Place) -> None:
    """A session has one connection for all calls, on which Postgres is told that a batch is one transaction."""
    rome = city("rome")
    with place.store.session():
        with pytest.raises(ExistsError), Batch() as batch:
            batch.save(City.create(id="oslo", name="Oslo"))
            batch.save(City.create(id="rome", name="Rome"))
        with Batch() as batch:
            batch.update(rome, population=1)
            batch.save(City.create(id="oslo", name="Oslo"))
        city("milan")
        with ThreadPoolExecutor(1) as another:
            found = another.submit(place.store.get_many, CITIES, ["rome", "oslo", "milan"]).result()
        with pytest.raises(ExistsError):
            city("milan")
        rome.update(population=2)

    assert len(found) == 3
    assert City.get("rome").population == 2


def test_what_was_made_in_between_is_told_as_what_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a store looks at its objects before it writes them."""
    if place.url.startswith("sqlite"):
        return  # No other writes while a batch is.
    create = Create(declaration=OBJECTS, id="a", fields={"int_a": 1, "int_b": 1})

    def overtaken(*_: object) -> None:
        monkeypatch.undo()
        ObjectOfTwo.create(id="b").save()

    for module in ("firestore.writing", "sql.store"):
        monkeypatch.setattr(f"flask_hearth.stores.{module}.check_condition", overtaken)
    with pytest.raises(ExistsError) as raised:
        place.store.commit([create, Create(declaration=OBJECTS, id="b", fields=create.fields)])

    assert raised.value.write is not None
    assert raised.value.write.id == "b"
    assert list(ObjectOfTwo.get_many(["a", "b"])) == ["b"]


ROWS = {"a batch": test_if_one_write_is_refused_none_is_made_and_the_error_names_it}
"""Of the table in docs/models.md, with what proves them."""
