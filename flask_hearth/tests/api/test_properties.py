"""What no author of tests thinks of: requests made from the API's document, right and wrong, and made from nothing.

The same requests each time, each sent to the app over every store: what one can't keep is what is looked for, and to
make a request takes longer than to answer it. `PROPERTY_EXAMPLES=1000` asks for more of them, for each operation.
"""

import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from flask_hearth.stores.interface import MissingError, Store
from flask_hearth.tests.api.conftest import Api, app_over, emptied, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import Sample
from flask_hearth.tests.databases import KINDS

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "20"))
MODES = [pytest.param(mode, id=mode.name.lower()) for mode in GenerationMode]
VERBS = ["list", "create", "get", "replace", "change", "delete"]
THERE = "there"
"""Id of an object that is there at each request."""


def searching(examples: int = EXAMPLES) -> settings:
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


def operation_of(api: Api, verb: str) -> APIOperation[Any, Any, Any, Any]:
    """An operation of the document that is served."""
    # U+0000 fits every schema of a text, and is refused all the same: OpenAPI has no short word for it.
    # A body is not looked at for the sake of a change that its precondition forbids (RFC 9110, section 13.2.2).
    refused = {"negative_data_rejection": {"expected-statuses": ["400", "404", "405", "412", "415", "422", "428"]}}
    config = SchemathesisConfig.from_dict({"generation": {"allow-x00": False}, "checks": refused})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.client.application, config=config)
    declaration = api.sample.declaration
    wanted = f"list_{declaration.name}" if verb == "list" else f"{verb}_{declaration.singular}"
    return schema.find_operation_by_id(wanted)


@dataclass(frozen=True)
class Site:
    """The app over one store."""

    store: Store
    sample: Sample
    app: Flask

    def put_there(self) -> None:
        try:
            if self.store.get(self.sample.declaration, THERE).fields != self.sample.whole:
                self.store.replace(self.sample.declaration, THERE, self.sample.whole, expected=None)
        except MissingError:
            self.store.create(self.sample.declaration, THERE, self.sample.whole)


@pytest.fixture(scope="session")
def kept(on_database: Callable[[str], Store]) -> dict[str, Store]:
    """Each store that keeps its data, but those that are not installed, whose own tests are skipped visibly."""
    found = {}
    for kind in KINDS:
        with suppress(pytest.skip.Exception):
            found[kind] = on_database(kind)
    return found


@pytest.fixture
def sites(kept: dict[str, Store], sample: Sample) -> dict[str, Site]:
    return {kind: Site(emptied(store), sample, app_over(store)) for kind, store in kept.items()}


@pytest.fixture
def api(memory: MemoryStore, sample: Sample) -> Api:
    """What describes itself; the same over every store."""
    return Api(app_over(memory).test_client(), sample)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_answer_is_as_the_document_says(
    sites: dict[str, Site], api: Api, verb: str, mode: GenerationMode
) -> None:
    """Status, headers and content are described; what breaks the document's rules is refused."""
    operation = operation_of(api, verb)
    described = set(operation.definition.raw["responses"]) | {"405"}
    # Half of the requests meet an object.
    paths = some.sampled_from([None, {"id": THERE}]) if "{id}" in operation.path else some.none()
    cases = paths.flatmap(lambda path: operation.as_strategy(generation_mode=mode, path_parameters=path))

    @searching()
    @given(cases)
    def search(case: Case[Any]) -> None:
        for kind, site in sites.items():
            site.put_there()
            answer = case.call(app=site.app)

            assert answer.status_code < 500, kind
            assert str(answer.status_code) in described, kind
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    search()


@pytest.mark.parametrize("verb", ["create", "replace", "change"])
def test_every_body_that_the_document_allows_is_taken(sites: dict[str, Site], api: Api, verb: str) -> None:
    operation = operation_of(api, verb)
    path = {"id": THERE} if "{id}" in operation.path else None

    @searching()
    @given(operation.as_strategy(path_parameters=path))
    def search(case: Case[Any]) -> None:
        case.headers.clear()
        for kind, site in sites.items():
            site.put_there()
            answer = case.call(app=site.app, headers={} if verb == "create" else api.sample.unsafe)

            assert answer.status_code in {200, 201}, f"{kind}: {answer.text}"

    search()


ANY_TEXT = some.text(some.characters(codec="utf-8"), max_size=20)
HEADER_TEXT = some.text(some.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30)
METHODS = some.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "x", "PROPFIND"])
SEGMENTS = some.sampled_from(["api", "v1", "items", "wares", "docs", "openapi.json", THERE, "__x__", "", "..", "%00"])
PATHS = some.sampled_from(["/api/v1/items", "/api/v1/wares", f"/api/v1/items/{THERE}", f"/api/v1/wares/{THERE}"]) | (
    some.lists(SEGMENTS | ANY_TEXT, max_size=5).map(lambda parts: "/" + "/".join(parts))
)
FILTERS = ["sort", "colour", "sold", "since", "price[gte]", "title[lt]", "created_at[gt]", "created_at[lte]"]
NAMES = some.sampled_from(["page", "per_page", "cursor", "Page", "", "id", *FILTERS]) | ANY_TEXT
VALUES = some.sampled_from(["red", "true", "2024-02-29", "-price", "1e3", "NaN", "", "0001-01-01T00:00:00+23:59"])
QUERIES = some.lists(some.tuples(NAMES, VALUES | ANY_TEXT | some.integers().map(str)), max_size=3)
TYPES = some.sampled_from(["application/json", "application/merge-patch+json", "application/json; charset=utf-8"])
HEADERS = some.fixed_dictionaries(
    {},
    optional={
        "Content-Type": TYPES | HEADER_TEXT,
        "Content-Encoding": some.just("identity") | HEADER_TEXT,
        "Accept": some.sampled_from(["text/html", "*/*"]) | HEADER_TEXT,
        "If-Match": some.sampled_from(["*", '"v1"', 'W/"v1", "x"', '"', ""]) | HEADER_TEXT,
        "If-None-Match": some.sampled_from(["*", '"v1"', ","]) | HEADER_TEXT,
        "Idempotency-Key": some.sampled_from(["a", "b"]) | HEADER_TEXT,
        "Range": HEADER_TEXT,
        "If-Modified-Since": HEADER_TEXT,
        "Cookie": HEADER_TEXT,
        "Host": some.sampled_from(["localhost", "a b", "[", "x:y"]) | HEADER_TEXT,
        "X-Forwarded-Host": HEADER_TEXT,
        "traceparent": HEADER_TEXT,
    },
)
PIECES = rb'{"name": "a" } { [ ] , "quantity": 1 1e999 NaN "\ud800" null {"name":"a"} {"title":"b"} {"name":"\u0000"}'
JSON_PIECES = some.sampled_from([*PIECES.split(), b"\xff", b"[" * 5000])
BODIES = some.binary(max_size=50) | some.lists(JSON_PIECES, max_size=6).map(b"".join)


def environ(query: list[tuple[str, str]], headers: dict[str, str], body: bytes, *, chunked: bool) -> dict[str, Any]:
    """A request as a WSGI server hands one on (PEP 3333), with all that no HTTP library would let a client send."""
    made = EnvironBuilder().get_environ()
    made |= {
        "QUERY_STRING": urlencode(query),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    if not chunked:
        made["CONTENT_LENGTH"] = str(len(body))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        made[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return made


def test_no_request_whatever_gets_an_error_of_ours(sites: dict[str, Site]) -> None:
    @searching(15 * EXAMPLES)
    @given(METHODS, PATHS, some.builds(environ, QUERIES, HEADERS, BODIES, chunked=some.booleans()))
    def ask(method: str, path: str, rest: dict[str, Any]) -> None:
        body = rest["wsgi.input"].getvalue()
        for kind, site in sites.items():
            site.put_there()
            request = rest | {"REQUEST_METHOD": method, "PATH_INFO": unquote_to_bytes(path).decode("latin-1")}
            request["wsgi.input"] = io.BytesIO(body)
            answer = Response.from_app(site.app, request, buffered=True)

            check(answer, method, path, kind)

    def check(answer: Response, method: str, path: str, kind: str) -> None:
        assert answer.status_code < 500, kind
        if answer.status_code >= 400:
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert answer.mimetype in {"text/html", "application/problem+json"}
            if path.startswith("/api/v1/") and method != "HEAD":
                problem(answer, answer.status_code)
        elif answer.status_code >= 300:
            assert answer.status_code == 304, "nothing is redirected"
        for name, value in answer.headers:
            assert not set(value) & set("\r\n"), name

    ask()
