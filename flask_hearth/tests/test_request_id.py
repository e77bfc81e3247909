"""A person with an error and a person with the log can name the same request."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from flask_hearth import logs

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(level="info", structured=True, stream=stream)
    yield stream
    root.handlers[:], root.level = before


def test_an_error_and_its_log_entry_carry_one_id(app: Flask, written: io.StringIO) -> None:
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    client = app.test_client()
    answer = client.get("/broken")
    traced = client.get("/broken", headers={"traceparent": TRACEPARENT})
    entries = [json.loads(line) for line in written.getvalue().splitlines()]

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert traced.headers["X-Request-ID"] == TRACE
    assert [entry["request_id"] for entry in entries] == [answer.headers["X-Request-ID"], TRACE]
    assert all("ZeroDivisionError" in entry["stack_trace"] for entry in entries)


def test_all_entries_of_a_request_carry_it_and_no_entry_outside_does(app: Flask, written: io.StringIO) -> None:
    def log_twice() -> str:
        logging.getLogger("app").info("one")
        logging.getLogger("app").info("two")
        return "done"

    app.add_url_rule("/twice", view_func=log_twice)
    client = app.test_client()
    client.get("/twice")
    client.get("/twice")
    logging.getLogger("app").info("outside")
    ids = [json.loads(line).get("request_id") for line in written.getvalue().splitlines()]

    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert ids[4] is None


def test_the_page_of_an_error_shows_it(app: Flask) -> None:
    answer = app.test_client().get("/nowhere", headers={"Accept": "text/html"})

    assert answer.headers["X-Request-ID"] in answer.text


def test_what_went_well_has_none_as_caches_would_keep_it(app: Flask) -> None:
    assert "X-Request-ID" not in app.test_client().get("/").headers


@pytest.mark.parametrize("forged", ["x" * 5000, "00-<script>-00f067aa0ba902b7-01", "a\u00e4"])
def test_a_client_can_not_make_it_say_anything_else(app: Flask, forged: str) -> None:
    answer = app.test_client().get("/nowhere", headers={"traceparent": forged})

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_health_check_leaves_no_trace_in_the_log(app: Flask, written: io.StringIO) -> None:
    for path in ("/health", "/health/live", "/health/ready"):
        assert app.test_client().get(path).status_code == 200

    assert written.getvalue() == ""
