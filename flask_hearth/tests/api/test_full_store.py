"""A store without room: 507, which waiting does not mend, for programs and in forms."""

from flask_hearth.stores.interface import FullError
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.visitor import Visitor, again


def test_a_write_is_told_so_and_given_up_at_once(memory: MemoryStore) -> None:
    client = app_over(memory).test_client()
    memory.fails = lambda call: FullError("disk /dev/sda1") if call == "create" else None

    for _ in range(2):
        answer = client.post("/api/v1/items", json={"name": "Pen"}, headers={"Idempotency-Key": "k"})
        assert problem(answer, 507)["type"] == "/api/problems/store-full"
        assert "Retry-After" not in answer.headers
        assert "sda1" not in answer.text
    memory.fails = lambda _: None
    made = client.post("/api/v1/items", json={"name": "Pen"}, headers={"Idempotency-Key": "k"})
    assert made.status_code == 201


def test_an_answer_for_which_there_is_no_room_is_no_error(memory: MemoryStore) -> None:
    client = app_over(memory).test_client()
    memory.fails = lambda call: FullError("full") if call == "finish" else None

    assert client.post("/api/v1/items", json={"name": "Pen"}, headers={"Idempotency-Key": "k"}).status_code == 201
    assert memory.count(ITEMS) == 1


def test_a_form_is_shown_again(memory: MemoryStore) -> None:
    client = app_over(memory).test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    visitor = Visitor(client)
    form = visitor.form("/items/new")
    memory.fails = lambda call: FullError("disk /dev/sda1") if call == "create" else None

    shown, page = again(visitor.send(form, name="Pen"), 507)

    assert shown.values["name"] == "Pen"
    assert "more room" in page.text
    assert "sda1" not in page.text
