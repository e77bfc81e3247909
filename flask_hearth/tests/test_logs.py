import io
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from flask_hearth import logs
from flask_hearth.settings import HearthSettings
from flask_hearth.testing.sample import create_app

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
TRACED = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


class Sink(io.StringIO):
    """A stream that gives back what was logged, an object a line."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def sink(app: Flask) -> Sink:
    """What is logged from here on, after the app has set its own log up."""
    app.add_url_rule("/hello", view_func=_hello)
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))
    stream = Sink()
    logs.configure(level="debug", structured=True, project="demo-hearth", stream=stream)
    return stream


def _hello() -> str:
    logging.getLogger("app.items").warning("low on %s", "embers", stacklevel=1)
    return "hello"


def test_a_line_carries_severity_message_time_and_place(sink: Sink) -> None:
    before = datetime.now(UTC)
    logging.getLogger("app.items").warning("low on %s", "embers")
    after = datetime.now(UTC)

    (entry,) = sink.entries
    assert entry["severity"] == "WARNING"
    assert entry["message"] == "low on embers"
    assert entry["logger"] == "app.items"
    assert before <= datetime.fromisoformat(entry["time"]) <= after
    place = entry["logging.googleapis.com/sourceLocation"]
    assert place["file"] == __file__
    assert place["line"].isdigit()
    assert place["function"] == "test_a_line_carries_severity_message_time_and_place"


@pytest.mark.parametrize(
    ("level", "severity"),
    [(10, "DEBUG"), (20, "INFO"), (30, "WARNING"), (40, "ERROR"), (50, "CRITICAL"), (15, "DEFAULT")],
)
def test_severities_are_those_of_cloud_logging(sink: Sink, level: int, severity: str) -> None:
    logging.getLogger("app").log(level, "x")

    assert [entry["severity"] for entry in sink.entries] == [severity]


@pytest.mark.parametrize("message", ["two\nlines", 'a "quote"', "Grüße \u2028", "\ud800 alone", "\x00"])
def test_an_entry_is_one_line_whatever_it_says(sink: Sink, message: str) -> None:
    """Cloud Logging reads by line; `splitlines` knows more line ends than that."""
    logging.getLogger("app").info(message)

    assert sink.getvalue().count("\n") == 1
    assert [entry["message"] for entry in sink.entries] == [message]


def test_a_line_of_a_request_names_its_trace(app: Flask, sink: Sink) -> None:
    """By these, Cloud Logging shows it below the request that Cloud Run logged."""
    app.test_client().get("/hello", headers=TRACED)

    (entry,) = sink.entries
    assert entry["logging.googleapis.com/trace"] == f"projects/demo-hearth/traces/{TRACE}"
    assert entry["logging.googleapis.com/spanId"] == SPAN
    assert entry["logging.googleapis.com/trace_sampled"] is True


def test_a_trace_without_a_span_has_no_empty_one(app: Flask, sink: Sink) -> None:
    app.test_client().get("/hello", headers={"X-Cloud-Trace-Context": TRACE})

    (entry,) = sink.entries
    assert entry["logging.googleapis.com/trace"] == f"projects/demo-hearth/traces/{TRACE}"
    assert "logging.googleapis.com/spanId" not in entry


def test_without_a_project_the_trace_id_stands_alone(app: Flask, sink: Sink) -> None:
    logs.configure(level="debug", structured=True, stream=sink)

    app.test_client().get("/hello", headers=TRACED)

    assert sink.entries[0]["logging.googleapis.com/trace"] == TRACE


@pytest.mark.parametrize("headers", [{}, {"traceparent": "broken"}])
def test_a_request_without_a_trace_is_logged_without_one(app: Flask, sink: Sink, headers: dict[str, str]) -> None:
    app.test_client().get("/hello", headers=headers)

    (entry,) = sink.entries
    assert not [name for name in entry if "trace" in name or "span" in name]


def test_an_exception_that_nobody_caught_is_one_entry_with_traceback_and_trace(app: Flask, sink: Sink) -> None:
    app.test_client().get("/broken", headers=TRACED)

    (entry,) = sink.entries
    assert entry["severity"] == "ERROR"
    assert entry["stack_trace"].startswith("Traceback (most recent call last):\n")
    assert entry["stack_trace"].endswith("ZeroDivisionError: division by zero")
    assert entry["logging.googleapis.com/trace"].endswith(TRACE)
    assert "/broken" in entry["message"]


@pytest.mark.parametrize("path", ["/", "/health", "/health/live", "/health/ready", "/nowhere"])
def test_an_ordinary_request_logs_nothing_at_any_level(app: Flask, sink: Sink, path: str) -> None:
    """Cloud Run has its own line for it; health checks come every few seconds."""
    app.test_client().get(path)

    assert sink.getvalue() == ""


def test_lines_below_the_level_are_dropped() -> None:
    stream = Sink()
    logs.configure(level="warning", structured=True, stream=stream)

    logging.getLogger("app").info("small")
    logging.getLogger("app").warning("big")

    assert [entry["message"] for entry in stream.entries] == ["big"]


def test_configuring_again_doesnt_double_the_lines() -> None:
    stream = Sink()
    for _ in range(2):
        logs.configure(level="info", structured=True, stream=stream)

    logging.getLogger("app").info("once")

    assert len(stream.entries) == 1


@pytest.mark.parametrize(
    ("environ", "structured"),
    [({"SECRET_KEY": GOOD_KEY}, True), ({"APP_ENV": "development"}, False)],
    ids=["deployed", "laptop"],
)
def test_people_read_text_and_cloud_logging_reads_json(
    capsys: pytest.CaptureFixture[str], database_url: str, environ: dict[str, str], *, structured: bool
) -> None:
    create_app(HearthSettings.from_env({"DATABASE_URL": database_url, **environ}))

    logging.getLogger("app").error("embers")

    printed = capsys.readouterr().out
    assert printed.startswith("{") is structured
    assert "embers" in printed
    assert "ERROR" in printed
