"""Whatever is sent to the pages' addresses, the answer is never an error of ours, over whichever store.

`PROPERTY_EXAMPLES=1000` asks for more of them.
"""

import os
import string
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.test import TestResponse

from flask_hearth.pages.field import controls
from flask_hearth.pages.fields import fields
from flask_hearth.pages.sizes import largest_form
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import WARE, WARES
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.pages.visitor import Visitor

TEXTS = some.one_of(
    some.text(max_size=50),
    some.sampled_from(
        ["", " ", "0", "-1", "1e999", "NaN", "null", "[]", "{}", "[" * 5000, '"', "2024-02-29", "on", "red"]
    ),
)
CONTROLS = [control.name for each in (WARES, ITEMS) for control in controls(fields(each))]
NAMES = some.sampled_from([*CONTROLS, "_key", "_version", "_csrf", "id", "size", "size.depth"])
FORMS = some.dictionaries(NAMES, some.one_of(TEXTS, some.lists(TEXTS, max_size=2)))
PATHS = some.sampled_from(["/items", "/items/lamp/edit", "/items/lamp/remove", "/wares", "/wares/pan/edit"])
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "30"))
SEARCHED = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module", params=["memory", *KINDS])
def client(request: pytest.FixtureRequest, databases: Databases) -> FlaskClient:
    """With objects at the paths above, as long as no form removes them."""
    store = MemoryStore() if request.param == "memory" else databases.open(request.param, [ITEMS, WARES])
    store.create(ITEMS, "lamp", {"name": "Lamp", "description": "", "quantity": 1})
    store.create(WARES, "pan", WARE.whole)
    client = app_over(store).test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def status(answer: TestResponse) -> int:
    """Of an answer that, if it is an error, is a page or problem details."""
    if answer.status_code >= 400:
        assert answer.mimetype in {"text/html", "application/problem+json"}
        assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.status_code


@SEARCHED
@given(path=PATHS, form=FORMS, honest=some.booleans(), whole=some.booleans())
def test_no_form_is_an_error_of_ours(
    client: FlaskClient,
    path: str,
    form: dict[str, str | list[str]],
    honest: bool,  # noqa: FBT001
    whole: bool,  # noqa: FBT001
) -> None:
    """With the right token and without; with the other fields, as they are in a new form, and without; or too large."""
    shown = Visitor(client).form(f"/{path.split('/')[1]}/new").values
    token = shown["_csrf"] if honest else "none"
    body = urlencode((shown if whole else {}) | form | {"_csrf": token}, doseq=True)
    most = largest_form(WARES if path.startswith("/wares") else ITEMS)
    assert most is not None

    answer = client.post(path, data=body, mimetype="application/x-www-form-urlencoded", headers={"Accept": "text/html"})

    assert status(answer) in ({413} if len(body) > most else {303, 400, 409, 422} if honest else {403})


@SEARCHED
@given(
    path=PATHS,
    body=some.binary(max_size=200),
    kind=some.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"]
    ),
)
def test_no_body_is_an_error_of_ours(client: FlaskClient, path: str, body: bytes, kind: str) -> None:
    assert status(client.post(path, data=body, content_type=kind)) in {400, 403, 413}


@SEARCHED
@given(
    parameter=some.sampled_from(["after", "before", "page", "x"]),
    value=some.one_of(some.text(max_size=50), some.text(string.ascii_letters + "._-", max_size=80)),
)
def test_no_query_is_an_error_of_ours(client: FlaskClient, parameter: str, value: str) -> None:
    assert status(client.get("/items", query_string={parameter: value})) in {200, 422}


@SEARCHED
@given(cookie=some.text(string.ascii_letters + string.digits + "._-=", max_size=80))
def test_no_cookie_is_an_error_of_ours(client: FlaskClient, cookie: str) -> None:
    assert status(client.get("/items/new", headers={"Cookie": f"__session={cookie}"})) == 200
