"""All that is wrong with a form is told at once, each fault at its field, and at the top with a way to it."""

import re
from typing import Any

import pytest

from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import all_of
from flask_hearth.tests.pages.events import EVENTS, TYPED
from flask_hearth.tests.pages.visitor import Visitor, again

WRONG = {
    "number": "x",
    "name": "La\x00mp",
    "seats": "many",
    "price": "1,5",
    "discount": "1e999",
    "day": "2025-01-01",
    "decided": "today",
    "state": "",
    "tags": "rock\r\n\r\n" + 21 * "x",
    "ratings": "5\r\nfive\r\n9",
    "address.postcode": "1",
    "contact.phone": "1",
    "contact.address.street": "Weg 2",
    "tickets": "[1",
}
FAULTS = {
    "number": "String should match pattern",
    "name": "contains U+0000",
    "seats": "Input should be a valid integer",
    "price": "valid decimal",
    "discount": "is a number out of range",
    "day": "should be greater than or equal to 2026-01-01",
    "decided": "valid datetime",
    "state": "Field required",
    "tags": "Line 3: String should have at most 20 characters",
    "ratings": "Line 2: Input should be a valid integer; Line 3: Input should be less than or equal to 5",
    "address.postcode": "String should match pattern",
    "contact.name": "Field required",
    "contact.address.postcode": "Field required",
    "tickets": "is not JSON",
}


def told(page: str) -> dict[str, str]:
    return dict(re.findall(r'<p class="fault" id="fault-([\w.]+)">(.*?)</p>', page))


def test_all_faults_are_told_at_once_and_nothing_typed_is_lost(events: Visitor, memory: MemoryStore) -> None:
    form = events.form("/events/new")

    answer = events.send(form, **TYPED | WRONG)

    found = told(answer.text)
    assert found.keys() == FAULTS.keys()
    assert {name: words for name, words in FAULTS.items() if words not in found[name]} == {}
    kept, _ = again(answer, 422)
    assert kept.shown == form.shown | TYPED | WRONG
    assert all_of(memory, EVENTS) == []


def test_the_summary_leads_to_each_field_and_says_in_which_group_it_is(events: Visitor) -> None:
    answer = events.send(events.form("/events/new"), **TYPED | WRONG)
    _, page = again(answer, 422)

    for name in FAULTS:
        assert f'href="#field-{name}"' in answer.text
        assert re.search(rf'<\w+ [^>]*id="field-{name}"[^>]* aria-describedby="[^"]*fault-{name}"', answer.text)
    assert page.links["Contact: Address: Postcode"] == "#field-contact.address.postcode"
    assert "autofocus" in answer.text


@pytest.mark.parametrize(
    ("tickets", "words"),
    [
        ("[1]", "Number 1: Input should be"),
        ('[{"name": "child", "price": "0"}, {"price": "0"}]', "Number 2, name: Field required"),
        ('[{"name": "child", "price": "0", "a/b~": 1}]', "Number 1, a/b~: Extra inputs are not permitted"),
        ('[{"name": "\\u0000", "price": "0"}]', "Number 1, name: contains U+0000"),
    ],
)
def test_a_fault_within_json_says_where(events: Visitor, tickets: str, words: str) -> None:
    answer = events.send(events.form("/events/new"), **TYPED, tickets=tickets)

    assert told(answer.text)["tickets"].startswith(words)


@pytest.mark.parametrize("name", ["name", "address.street", "contact.name", "tags", "tickets"])
def test_a_field_that_is_sent_twice_is_refused(events: Visitor, memory: MemoryStore, name: str) -> None:
    answer = events.send(events.form("/events/new"), **TYPED | {name: ["one", "two"]})

    assert answer.status_code == 422
    assert told(answer.text)[name].startswith("was sent more than once")
    assert all_of(memory, EVENTS) == []


@pytest.mark.parametrize("name", ["about", "address.street", "contact.name", "tags", "seats", "stage"])
def test_a_form_without_one_of_its_fields_is_refused(events: Visitor, memory: MemoryStore, name: str) -> None:
    """It was opened before the field was there, and would empty it."""
    form = events.form("/events/new")
    form.values |= TYPED
    del form.values[name]

    answer = events.send(form)
    whole, _ = again(answer, 422)

    found = told(answer.text)
    assert found.keys() == {name}
    assert found[name].startswith("was not sent.")
    assert all_of(memory, EVENTS) == []
    assert whole.shown.keys() >= {name}


@pytest.mark.parametrize(
    "name", ["x", "address", "address.x", "address.street.x", "tags.0", "contact.address", ".", ""]
)
def test_a_field_that_the_form_does_not_have_is_refused(events: Visitor, memory: MemoryStore, name: str) -> None:
    form, page = again(events.send(events.form("/events/new"), **TYPED | {name: "1"}), 422)

    assert f"This form has no field '{name}', which was sent." in page.text
    assert all_of(memory, EVENTS) == []
    events.follow(events.send(form))


def test_of_many_unknown_fields_some_are_named(events: Visitor) -> None:
    unknown: dict[str, Any] = {f"x{number}{'y' * 100}": "1" for number in range(9)}

    _, page = again(events.send(events.form("/events/new"), **TYPED | unknown), 422)

    assert page.text.count("yyy'") == 5
    assert "and others" in page.text
    assert 39 * "y" not in page.text


def test_too_many_fields_are_too_large(events: Visitor) -> None:
    form = events.form("/events/new")

    assert events.send(form, **{f"contact.{number}": "" for number in range(100)}).status_code == 413


def test_too_many_lines_are_a_fault_before_any_is_read(events: Visitor) -> None:
    answer = events.send(events.form("/events/new"), **TYPED, ratings="\n" * 10_001 + "1")

    assert told(answer.text)["ratings"] == "has more than 10,000 lines"
