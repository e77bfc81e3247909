"""How a body may be sent: type, charset, coding, size, and nothing that is no JSON object."""

import io
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth.model.size import largest
from flask_hearth.tests.api.conftest import Api, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM

LEAST = json.dumps(ITEM.least).encode()
LIMIT = largest(ITEM.declaration).bytes or 0


@pytest.fixture
def client(over: Callable[..., Api]) -> FlaskClient:
    return over(ITEM).client


def sized(size: int) -> bytes:
    """An item of this many bytes, most of them white space."""
    return LEAST + b" " * (size - len(LEAST))


def chunked(client: FlaskClient, body: bytes) -> TestResponse:
    """A body without Content-Length, as gunicorn hands one on that was sent in chunks."""
    return client.post(
        ITEM.path,
        environ_overrides={
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "HTTP_TRANSFER_ENCODING": "chunked",
            "CONTENT_TYPE": "application/json",
        },
    )


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=utf8; version=1",
    ],
)
def test_json_in_utf8_is_read(client: FlaskClient, content_type: str) -> None:
    assert client.post(ITEM.path, data=LEAST, content_type=content_type).status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/vnd.api+json",
        "application/merge-patch+json",
        "application/jsonx",
        "application",
        ";",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "\u00e9",
    ],
)
def test_another_type_is_415_and_says_which_is_right(client: FlaskClient, content_type: str | None) -> None:
    answer = client.post(ITEM.path, data=LEAST, content_type=content_type)

    problem(answer, 415)
    assert answer.headers["Accept"] == "application/json"


def test_a_patch_of_another_type_is_told_both_that_are_right(client: FlaskClient) -> None:
    path = client.post(ITEM.path, json=ITEM.least).headers["Location"]
    answer = client.patch(path, data=b"[]", content_type="application/json-patch+json")

    problem(answer, 415)
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json, application/json"


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity", ""])
def test_a_coded_body_is_415(client: FlaskClient, coding: str) -> None:
    answer = client.post(ITEM.path, data=LEAST, content_type="application/json", headers={"Content-Encoding": coding})

    problem(answer, 415)
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_body_up_to_the_limit_is_read(client: FlaskClient, size: int, *, in_chunks: bool) -> None:
    body = sized(size)
    answer = chunked(client, body) if in_chunks else client.post(ITEM.path, data=body, content_type="application/json")

    assert answer.status_code == 201


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 2, 3 * LIMIT])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_larger_body_is_413_and_never_cut(
    client: FlaskClient, memory: MemoryStore, size: int, *, in_chunks: bool
) -> None:
    """Cut after the limit, each of these would be a whole item with white space behind it."""
    body = sized(size)
    answer = chunked(client, body) if in_chunks else client.post(ITEM.path, data=body, content_type="application/json")

    problem(answer, 413)
    assert memory.calls == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nothing", 400),
        (b'{"name": NaN}', 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": "\xff"}', 400),
        (b'\xef\xbb\xbf{"name": "a"}', 400),
        (b"[]", 422),
        (b'[{"name": "a"}]', 422),
        (b'"name"', 422),
        (b"1", 422),
        (b"null", 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "a\\u0000"}', 422),
        (b'{"name": "a", "quantity": 1e999}', 422),
        (b'{"name": "a", "quantity": 99999999999999999999}', 422),
        (b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 422),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_is_no_object_that_can_be_kept_is_refused(
    client: FlaskClient, method: str, body: bytes, status: int
) -> None:
    path = client.post(ITEM.path, json=ITEM.least).headers["Location"]
    answer = client.open(
        ITEM.path if method == "POST" else path, method=method, data=body, content_type="application/json"
    )
    found = problem(answer, status)

    assert ("errors" in found) is (status == 422)


@pytest.mark.parametrize("body", [b"[]", b'[{"name": "a"}]', b'"name"', b"1", b"null", b"true"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_is_no_object_is_told_so(client: FlaskClient, method: str, body: bytes) -> None:
    path = client.post(ITEM.path, json=ITEM.least).headers["Location"]
    answer = client.open(
        ITEM.path if method == "POST" else path, method=method, data=body, content_type="application/json"
    )

    assert problem(answer, 422)["errors"] == [{"pointer": "", "detail": "is no object"}]


def test_a_body_where_none_is_expected_does_no_harm(client: FlaskClient) -> None:
    path = client.post(ITEM.path, json=ITEM.least).headers["Location"]

    assert client.get(path, data=b"nothing").status_code == 200
    assert client.delete(path, data=b"nothing").status_code == 204
