"""Each kind of field has a control of its kind, which shows any value and gives it back as it was."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, create_model

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.visible import Visible
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import all_of, visitor_of
from flask_hearth.tests.pages.events import EVENTS, FIELDS, FULL, TYPED
from flask_hearth.tests.pages.visitor import Visitor, again

NULL_AMONG_CHOICES = Literal["a", None]  # noqa: PYI061 - another JSON Schema than Literal["a"] | None


class Point(Model):
    x: float


class Tree(Model):
    name: str
    children: tuple["Tree", ...] = ()


def things(memory: MemoryStore, annotation: Any, default: Any = ...) -> Visitor:
    model = create_model("Thing", __base__=Model, field=(annotation, default))
    declaration = Declaration(name="things", singular="thing", model=model)
    return visitor_of(app_over(memory, declarations=(declaration,)))


def control(visitor: Visitor) -> str:
    """The control's markup, without what every control has."""
    found = re.search(r"<(input|select|textarea)[^>]* name=\"field\".*>", visitor.client.get("/things/new").text)
    assert found
    return re.sub(r' (id|aria-describedby|name|value|dir|autocomplete|rows)="[^"]*"', "", found[0])


def hint(visitor: Visitor) -> str:
    found = re.search(r'<p class="hint" id="hint-field">(.*?)</p>', visitor.client.get("/things/new").text)
    return found[1] if found else ""


def test_with_what_has_to_be_entered_the_defaults_make_a_whole_object(events: Visitor, memory: MemoryStore) -> None:
    form = events.form("/events/new")
    assert (form.shown["seats"], form.shown["price"], form.shown["tags"]) == ("50", "12.50", "music")

    events.follow(events.send(form, **TYPED))

    (made,) = all_of(memory, EVENTS)
    assert made.fields == FIELDS


@pytest.mark.parametrize("fields", [FIELDS, FULL], ids=["least", "full"])
def test_opening_a_form_and_saving_it_changes_nothing(
    events: Visitor, memory: MemoryStore, fields: dict[str, Any]
) -> None:
    memory.create(EVENTS, "one", fields)

    events.follow(events.send(events.form("/events/one/edit")))

    assert memory.get(EVENTS, "one").fields == fields


@pytest.mark.parametrize(
    ("annotation", "markup"),
    [
        (
            Annotated[int, Field(ge=0, le=9)],
            '<input type="number" required min="0" max="9" step="1" inputmode="numeric">',
        ),
        (Annotated[int, Field(gt=-2, lt=9)], '<input type="number" required min="-1" max="8" step="1">'),
        (
            Annotated[int, Field(ge=0, le=9, multiple_of=3)],
            '<input type="number" required min="0" max="9" step="3" inputmode="numeric">',
        ),
        (
            Annotated[int, Field(ge=1, le=9, multiple_of=3)],
            '<input type="number" required min="1" max="9" step="1" inputmode="numeric">',
        ),
        (float, '<input type="number" required step="any">'),
        (Annotated[float, Field(gt=0, multiple_of=0.5)], '<input type="number" required step="any">'),
        (Decimal, '<input type="number" required step="any">'),
        (
            Annotated[Decimal, Field(ge=0, decimal_places=2)],
            '<input type="number" required min="0" step="0.01" inputmode="decimal">',
        ),
        (Annotated[date, Field(ge=date(2026, 1, 1))] | None, '<input type="date" min="2026-01-01">'),
        (Annotated[time, Field(le=time(12))], '<input type="time" required max="12:00:00" step="any">'),
        (bool, '<input type="checkbox">'),
        (bool | None, "<select>"),
        (Literal["a", "b"], "<select required>"),
        (NULL_AMONG_CHOICES, "<select>"),
        (Annotated[str, Field(max_length=255)], '<input type="text" required>'),
        (Annotated[str, Field(max_length=256)], "<textarea required>"),
        (Annotated[str, Field(min_length=2, max_length=9)], '<input type="text" required minlength="2">'),
        (Annotated[str, Field(max_length=9), Visible()], '<input type="text" required>'),
        (list[str], "<textarea>"),
        (Annotated[list[str], Field(min_length=1)], "<textarea required>"),
        (list[bool], '<textarea required class="code" spellcheck="false">'),
        (tuple[Point, ...], '<textarea required class="code" spellcheck="false">'),
        (str | float, '<textarea required class="code" spellcheck="false">'),
        (tuple[Tree, ...], '<textarea required class="code" spellcheck="false">'),
    ],
    ids=str,
)
def test_a_field_has_a_control_of_its_kind(memory: MemoryStore, annotation: Any, markup: str) -> None:
    assert control(things(memory, annotation)) == markup


@pytest.mark.parametrize(
    ("pattern", "checked"),
    [
        ("^[A-Z]{2}-[0-9]{4}$", True),
        (r"^(?:a|b)?\.c+$", False),
        (r"^(?:ab_)?\.c{1,}$", True),
        ("^#[^a-f ]*$", True),
        ("[a-z]", False),
        ("^a|b$", False),
        (r"^\d+$", False),
        (r"^\w$", False),
        ("^.$", False),
        ("^[a-z-]$", False),
        ("^(?i)a$", False),
        ("^a++$", False),
    ],
)
def test_a_browser_checks_the_patterns_that_it_reads_as_the_model_does(
    memory: MemoryStore, pattern: str, *, checked: bool
) -> None:
    visitor = things(memory, Annotated[str, Field(pattern=pattern)])

    assert (f'pattern="{pattern}"' in control(visitor)) == checked
    assert hint(visitor) == f"Pattern: {pattern}"


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (Annotated[int, Field(ge=0, lt=10**6)], "From 0 to 999,999."),
        (Annotated[int, Field(ge=0, le=10, multiple_of=5)], "From 0 to 10. In steps of 5."),
        (Annotated[float, Field(gt=0.5)], "More than 0.5."),
        (
            Annotated[Decimal, Field(le=9, max_digits=4, decimal_places=2)],
            "At most 9. In steps of 0.01. At most 4 digits.",
        ),
        (
            Annotated[date, Field(ge=date(2026, 1, 1), lt=date(2027, 1, 1))],
            "At least 2026-01-01. Less than 2027-01-01.",
        ),
        (Annotated[str, Field(min_length=2)], "At least 2 characters."),
        (Annotated[str, Field(min_length=1, max_length=4000)], "At most 4,000 characters."),
        (Annotated[str, Field(min_length=3, max_length=3)], "Exactly 3 characters."),
        (
            Annotated[str, Field(max_length=9, description="As on the poster.")],
            "As on the poster. At most 9 characters.",
        ),
        (Annotated[str, Field(pattern="^A[0-9]$", examples=["A1"])], "For example A1. Pattern: ^A[0-9]$"),
        (
            Annotated[list[Annotated[str, Field(max_length=9)]], Field(max_length=5)],
            "One a line. At most 5 lines. Each: at most 9 characters.",
        ),
        (list[date], "One a line. Each: for example 2026-01-31."),
        (list[Literal["a", "b"]], "One a line. Each: one of a, b."),
        (list[Point], "Written as JSON: a list of objects with x."),
        (str | float, "Written as JSON."),
        (Annotated[str, Field(max_length=9), Visible()], "At most 9 characters."),
    ],
    ids=str,
)
def test_what_a_field_takes_is_told_beside_it(memory: MemoryStore, annotation: Any, told: str) -> None:
    visitor = things(memory, annotation)

    assert hint(visitor) == told
    assert 'aria-describedby="hint-field"' in visitor.client.get("/things/new").text


def test_a_required_choice_is_made_by_the_person(events: Visitor) -> None:
    form, page = again(events.send(events.form("/events/new"), **TYPED | {"state": ""}), 422)

    assert form.shown["state"] == ""
    assert "State: Field required" in page.text


@pytest.mark.parametrize(("annotation", "blank"), [(Literal["", "low"], ""), (NULL_AMONG_CHOICES, None)], ids=str)
def test_an_empty_choice_is_a_choice_where_the_model_has_one(
    memory: MemoryStore, annotation: Any, blank: str | None
) -> None:
    visitor = things(memory, annotation)

    visitor.follow(visitor.send(visitor.form("/things/new"), field=""))

    (made,) = visitor.client.get("/api/v1/things").get_json()["things"]
    assert made["field"] == blank


@pytest.mark.parametrize("name", ["discount", "decided", "length", "stage", "seated", "contact.address.street"])
def test_what_may_be_null_is_null_when_it_is_emptied(events: Visitor, memory: MemoryStore, name: str) -> None:
    memory.create(EVENTS, "full", FULL)

    events.follow(events.send(events.form("/events/full/edit"), **{name: ""}))

    found: Any = memory.get(EVENTS, "full").fields
    for step in name.removesuffix(".street").split("."):
        found = found[step]
    assert found is None


def test_a_group_that_may_be_null_is_null_when_all_of_it_is_emptied(events: Visitor, memory: MemoryStore) -> None:
    memory.create(EVENTS, "full", FULL)
    form = events.form("/events/full/edit")
    emptied = {name: "" for name in form.shown if name.startswith("contact.")}

    _, page = again(events.send(form, **emptied | {"contact.phone": "1"}), 422)
    events.follow(events.send(form, **emptied))

    assert "Contact: Name: Field required" in page.text
    assert memory.get(EVENTS, "full").fields["contact"] is None


def test_of_a_group_that_is_begun_what_is_empty_has_its_default(events: Visitor, memory: MemoryStore) -> None:
    events.follow(events.send(events.form("/events/new"), **TYPED | {"contact.name": "Ada"}))

    (made,) = all_of(memory, EVENTS)
    assert made.fields["contact"] == {
        "name": "Ada", "phone": "", "language": "German", "answers": False, "address": None,
    }  # fmt: skip


def test_lines_are_items_and_empty_ones_are_none(events: Visitor, memory: MemoryStore) -> None:
    events.follow(
        events.send(events.form("/events/new"), **TYPED, tags='rock\r\n\r\n "a" \r\n"b"\r\n', ratings="5\r\n 0 ")
    )

    (made,) = all_of(memory, EVENTS)
    assert made.fields["tags"] == ["rock", ' "a" ', '"b"']
    assert made.fields["ratings"] == [5, 0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("seats", "many"), ("price", "1,5"), ("day", "2026-02-30"), ("day", "tomorrow"), ("begins", "25:00"),
        ("state", "unknown"),
    ],
)  # fmt: skip
def test_what_a_browsers_control_would_drop_is_shown_as_text(events: Visitor, name: str, text: str) -> None:
    answer = events.send(events.form("/events/new"), **TYPED | {name: text})
    form, _ = again(answer, 422)

    assert form.shown[name] == text
    assert re.search(rf'<(input type="text"|select)[^>]* name="{name}"', answer.text)
    assert form.shown[name] == text


def test_an_object_shows_each_part_of_a_group_and_each_line(events: Visitor, memory: MemoryStore) -> None:
    memory.create(EVENTS, "full", FULL)

    text = events.read("/events/full").text

    assert "Address: Street Gartenstra\u00dfe 1 Address: Postcode 10115" in text
    assert "Contact: Address: Street \u2013" in text
    assert "Ratings 5 0" in text


def test_a_list_has_decimals_below_each_other_as_other_numbers(events: Visitor, memory: MemoryStore) -> None:
    memory.create(EVENTS, "full", FULL)

    numbers = re.findall(r'<td class="number">([^<]*)', events.client.get("/events").text)

    assert numbers == ["50", "0.10"]
