"""What a request asks for in vain is refused, and not ignored in silence."""

import pytest

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.tests.api.conftest import Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore


@pytest.mark.parametrize(
    ("method", "there", "header", "value"),
    [
        ("POST", False, "If-Match", '"x"'),
        ("POST", False, "If-Match", "*"),
        ("POST", False, "If-None-Match", "*"),
        ("GET", False, "If-Match", '"x"'),
        ("PUT", True, "Idempotency-Key", "k"),
        ("PATCH", True, "Idempotency-Key", "k"),
        ("DELETE", True, "Idempotency-Key", "k"),
    ],
)
def test_a_header_that_would_have_no_effect_is_refused(
    api: Api,
    method: str,
    there: bool,  # noqa: FBT001
    header: str,
    value: str,
) -> None:
    made = api.make()
    path = made if there else api.sample.path
    body = None if method == "GET" else api.sample.least

    told = problem(
        api.client.open(
            path, method=method, json=body, headers={**(api.sample.unsafe if there else {}), header: value}
        ),
        400,
    )

    assert told["type"] == "/api/problems/pointless-header"
    assert told["errors"] == [{"header": header, "detail": "has no effect here"}]
    assert api.client.get(made).status_code == 200


@pytest.mark.parametrize("path", ["//api/v1/items", "///api/v1/items", "/api//v1/items", "/api/v1//items", "//items"])
def test_two_slashes_are_not_one(items: Api, path: str) -> None:
    answer = items.client.get("/", environ_overrides={"PATH_INFO": path})

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/items", "/items", "/health", "/api/docs"])
def test_options_has_no_content_and_no_type_of_it(items: Api, path: str) -> None:
    answer = items.client.options(path)

    assert answer.status_code == 200
    assert answer.data == b""
    assert "Content-Type" not in answer.headers
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("name", ["\u200b", "\u00a0\u3000", "\u2060\ufeff", " ", "a\u202eb", "\u2066a"])
def test_a_name_that_can_not_be_seen_is_none(items: Api, name: str) -> None:
    (told,) = problem(items.client.post(items.sample.path, json={"name": name}), 422)["errors"]

    assert told["pointer"] == "/name"
    assert "can be seen" in told["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "\u00c5",
        "\u05e9\u05dc\u05d5\u05dd\u200f",
        "\U0001f469\u200d\U0001f680",
        "\u0646\u0645\u06cc\u200c\u062e",
    ],
)
def test_a_name_in_any_script_is_one(items: Api, name: str) -> None:
    assert items.client.post(items.sample.path, json={"name": name}).status_code == 201


@pytest.mark.parametrize("number", ["1e19", "10000000000000000000", "-9223372036854775809"])
def test_a_number_beyond_64_bits_is_refused_by_a_field_of_whole_ones(items: Api, number: str) -> None:
    body = f'{{"name": "a", "quantity": {number}}}'
    (told,) = problem(items.client.post(items.sample.path, data=body, content_type="application/json"), 422)["errors"]

    assert told["pointer"] == "/quantity"


class Weighed(Model):
    weight: float


@pytest.mark.parametrize("number", ["1e19", "10000000000000000000", "9223372036854775808", "1000000000000000000000.0"])
def test_a_number_is_the_same_with_and_without_an_exponent(memory: MemoryStore, number: str) -> None:
    """JavaScript writes 1e19 as 10000000000000000000."""
    weighed = Declaration(name="weighed", singular="weighed", model=Weighed)
    client = app_over(memory, declarations=[weighed]).test_client()
    made = client.post("/api/v1/weighed", data=f'{{"weight": {number}}}', content_type="application/json")

    assert made.status_code == 201
    assert made.get_json()["weight"] == float(number)
