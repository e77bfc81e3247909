"""A form is as large as what it may hold, before it is read; and whole, or nothing is made of it."""

import io
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FORM = "application/x-www-form-urlencoded"


def sent(client: FlaskClient, body: bytes, length: int | None, content_type: str = FORM) -> TestResponse:
    # For a session, without which nobody looks at the form.
    client.get("/items/new")
    return client.post(
        "/items",
        environ_overrides={
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "CONTENT_TYPE": content_type,
            **({"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}),
        },
    )


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=&" * 100, FORM),
        (b"name=" + b"x" * 1_000_000, FORM),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 100 + b"--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_more_than_any_object_has_is_413(client: FlaskClient, body: bytes, content_type: str, *, chunked: bool) -> None:
    assert sent(client, body, None if chunked else len(body), content_type).status_code == 413


def test_the_longest_texts_are_taken_as_a_browser_escapes_them(client: FlaskClient) -> None:
    """To the check of where they come from, which these do not pass."""
    face = "\N{GRINNING FACE}"
    body = urlencode(
        {"_csrf": "x" * 88, "name": face * 200, "description": face * 4000, "quantity": 2**31 - 1}
    ).encode()

    assert sent(client, body, len(body)).status_code == 403


def test_a_form_that_is_cut_off_is_400(client: FlaskClient) -> None:
    body = b"name=Lamp&description=do+not"

    assert sent(client, body, len(body) + 20).status_code == 400
