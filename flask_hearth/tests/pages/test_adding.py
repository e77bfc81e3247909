"""Adding an object by its form: made once, and nothing typed twice whatever is wrong with it."""

import pytest

from flask_hearth.stores.interface import TakenError
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import SAMPLES, Sample
from flask_hearth.tests.pages.conftest import LAMP, all_of
from flask_hearth.tests.pages.visitor import Visitor, again


def test_what_is_added_is_shown_and_kept(visitor: Visitor, memory: MemoryStore) -> None:
    page = visitor.follow(visitor.send(visitor.form("/items/new"), **LAMP))

    assert "Added Lamp." in page.text
    assert "Bright. And warm." in page.text
    (made,) = all_of(memory, ITEMS)
    assert made.fields == {"name": "Lamp", "description": "Bright.\nAnd warm.", "quantity": 2}
    assert "Added Lamp." not in visitor.read("/items").text


def test_a_form_sent_twice_makes_one(visitor: Visitor, memory: MemoryStore) -> None:
    form = visitor.form("/items/new")
    first, second = visitor.send(form, **LAMP), visitor.send(form, **LAMP)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(all_of(memory, ITEMS)) == 1


def test_two_forms_with_the_same_content_make_two(visitor: Visitor, memory: MemoryStore) -> None:
    for _ in range(2):
        visitor.send(visitor.form("/items/new"), **LAMP)

    assert len(all_of(memory, ITEMS)) == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ü", "\x00"])
def test_a_damaged_key_makes_nothing_and_is_replaced(visitor: Visitor, memory: MemoryStore, key: str) -> None:
    form, page = again(visitor.send(visitor.form("/items/new"), **LAMP, _key=key), 400)

    assert "Nothing was saved" in page.text
    assert all_of(memory, ITEMS) == []
    visitor.follow(visitor.send(form))
    assert len(all_of(memory, ITEMS)) == 1


def test_a_fault_is_told_beside_its_field_and_what_was_typed_is_kept(visitor: Visitor, memory: MemoryStore) -> None:
    form = visitor.form("/items/new")

    corrected, page = again(visitor.send(form, name="", description="Kept\r\nas it is", quantity="-1"), 422)

    assert "Field required" in page.text
    assert "greater than or equal to 0" in page.text
    assert corrected.shown == {"name": "", "description": "Kept\r\nas it is", "quantity": "-1"}
    assert corrected.values["_key"] == form.values["_key"]
    assert all_of(memory, ITEMS) == []
    visitor.follow(visitor.send(corrected, name="Lamp", quantity="1"))
    assert len(all_of(memory, ITEMS)) == 1


def test_a_value_that_another_object_has_is_a_fault_of_its_field(visitor: Visitor, memory: MemoryStore) -> None:
    """Only the store can tell, of a field that is unique."""
    form = visitor.form("/items/new")
    memory.fails = lambda call: TakenError("name") if call == "create" else None

    corrected, page = again(visitor.send(form, **LAMP), 422)

    assert "is taken: another object has the same" in page.text
    assert corrected.shown["name"] == LAMP["name"]


def test_the_fault_of_a_field_is_tied_to_its_control(visitor: Visitor) -> None:
    answer = visitor.send(visitor.form("/items/new"), name="x" * 201)

    assert 'aria-describedby="hint-name fault-name"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'href="#field-name"' in answer.text
    assert "<title>Error: Add item</title>" in answer.text


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ("many", "valid integer"),
        ("1.5", "valid integer"),
        ("9" * 19, "less than or equal to 2147483647"),
        ("9" * 30, "less than or equal to 2147483647"),
        ("1e999", "out of range"),
        ("NaN", "valid integer"),
        ("[1]", "valid integer"),
        ("true", "valid integer"),
        ('"1"', "valid integer"),
        (" ", "valid integer"),
    ],
)
def test_a_number_that_is_none_is_a_fault(visitor: Visitor, quantity: str, reason: str) -> None:
    form, page = again(visitor.send(visitor.form("/items/new"), name="Lamp", quantity=quantity), 422)

    assert reason in page.text
    assert form.values["quantity"] == quantity


def test_a_text_that_no_store_holds_is_a_fault(visitor: Visitor) -> None:
    _, page = again(visitor.send(visitor.form("/items/new"), name="La\x00mp"), 422)

    assert "U+0000" in page.text


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.declaration.name for sample in SAMPLES])
def test_every_kind_of_field_comes_back_as_it_was(visitor: Visitor, memory: MemoryStore, sample: Sample) -> None:
    """Whatever the model has, opening a form and saving it changes nothing."""
    for number, fields in enumerate((sample.whole, sample.whole | sample.other)):
        memory.create(sample.declaration, str(number), fields)
        visitor.follow(visitor.send(visitor.form(f"/{sample.declaration.name}/{number}/edit")))
        assert memory.get(sample.declaration, str(number)).fields == fields


def test_a_second_collection_is_edited_by_the_same_pages(visitor: Visitor, memory: MemoryStore) -> None:
    (wares,) = [sample.declaration for sample in SAMPLES if sample.declaration.name == "wares"]
    form = visitor.form("/wares/new")
    assert form.shown["colour"] == "red"

    visitor.follow(
        visitor.send(form, title="Pan", colour="blue", since="2024-02-29", price="12.5", sold="on", labels="new")
    )
    wrong, page = again(visitor.send(visitor.form("/wares/new"), title="Pan", colour="green", labels="new\n" * 6), 422)

    (made,) = all_of(memory, wares)
    assert made.fields == {
        "title": "Pan",
        "colour": "blue",
        "since": "2024-02-29",
        "price": 12.5,
        "sold": True,
        "labels": ["new"],
        "size": {"width": 1, "height": 1},
    }
    assert "at most 5 items" in page.text
    assert (wrong.shown["colour"], wrong.shown["labels"]) == ("green", "new\r\n" * 6)
