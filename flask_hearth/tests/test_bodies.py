"""The middleware for any app: what it makes of a server's input."""

import io
from collections.abc import Callable

import pytest
from flask import Flask, request

from flask_hearth.bodies import whole_bodies


class Chunks(Exception):
    pass


class Failing(io.BytesIO):
    def __init__(self, error: Exception) -> None:
        super().__init__(b"name=Lamp")
        self._error = error

    def read(self, size: int | None = -1) -> bytes:
        if data := super().read(size):
            return data
        raise self._error


@pytest.fixture
def app() -> Flask:
    app = Flask("any", static_folder=None)
    app.wsgi_app = whole_bodies(app.wsgi_app)  # type: ignore[assignment, method-assign]
    app.add_url_rule("/form", view_func=lambda: request.form.get("name", ""), endpoint="form", methods=["POST"])
    app.add_url_rule("/data", view_func=lambda: request.get_data(), endpoint="data", methods=["POST"])  # noqa: PLW0108 - a proxy
    app.add_url_rule("/lines", view_func=lambda: request.stream.readline(), endpoint="lines", methods=["POST"])  # noqa: PLW0108
    app.add_url_rule("/unread", view_func=lambda: "unread", endpoint="unread", methods=["POST"])
    return app


@pytest.mark.parametrize("limit", [None, 1000])
@pytest.mark.parametrize("path", ["/form", "/data"])
@pytest.mark.parametrize(
    ("stream", "length", "status"),
    [
        (lambda: io.BytesIO(b"name=Lamp"), "9", 200),
        (lambda: io.BytesIO(b"name=Lamp"), "10", 400),
        (lambda: io.BytesIO(b"name=Lamp and what follows it"), "9", 200),
        (lambda: io.BytesIO(b"name=Lamp"), None, 200),
        (lambda: Failing(Chunks()), None, 400),
        (lambda: Failing(ConnectionResetError()), None, 400),
        (lambda: Failing(TimeoutError()), None, 408),
        (lambda: Failing(TimeoutError()), "10", 408),
        (lambda: Failing(Chunks()), "9", 200),
    ],
)
def test_a_body_is_read_whole_or_refused(  # noqa: PLR0917 - a table
    app: Flask, limit: int | None, path: str, stream: Callable[[], io.BytesIO], length: str | None, status: int
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = limit
    answer = app.test_client().post(
        path,
        environ_overrides={
            "wsgi.input": stream(),
            "wsgi.input_terminated": True,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            **({"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": length}),
        },
    )

    assert answer.status_code == status
    assert status != 200 or answer.text in {"Lamp", "name=Lamp"}


def test_what_nobody_reads_is_nobodys_fault(app: Flask) -> None:
    answer = app.test_client().post("/unread", environ_overrides={"wsgi.input": Failing(Chunks())})

    assert answer.text == "unread"


def test_lines_are_read_as_of_any_stream(app: Flask) -> None:
    assert app.test_client().post("/lines", data=b"one\ntwo").text == "one\n"
