"""The kinds of problems: each with a stable name, a page, and a place where it is told."""

import ast
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

import flask_hearth
from flask_hearth import problems
from flask_hearth.errors import Problem
from flask_hearth.problems import KINDS, Kind

ROOT = Path(flask_hearth.__file__).parent


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_type_of_a_problem_leads_to_a_page_that_says_what_to_do(client: FlaskClient, kind: Kind) -> None:
    page = client.get(kind.type("/api"), headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert page.headers["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert f"<h1>{escape(kind.title)}</h1>" in page.text
    assert kind.type("/api") in page.text
    assert "`" not in page.text


@pytest.mark.parametrize("name", ["nothing", "__class__", "%00", "invalid-body%2F"])
def test_a_kind_that_there_is_not_has_no_page(client: FlaskClient, name: str) -> None:
    assert client.get(f"/api/problems/{name}").status_code == 404


def test_the_names_are_those_that_clients_know() -> None:
    """A name once given is in clients' code: this list may grow, and no line of it may change."""
    assert {kind.name: kind.status for kind in KINDS.values()} == {
        "malformed-body": 400,
        "malformed-header": 400,
        "pointless-header": 400,
        "unserved-query": 400,
        "token-missing": 401,
        "invalid-token": 401,
        "reading-only": 403,
        "not-permitted": 403,
        "stale-form": 403,
        "no-such-object": 404,
        "request-in-flight": 409,
        "edit-conflict": 409,
        "precondition-failed": 412,
        "object-too-large": 413,
        "unsupported-body": 415,
        "invalid-body": 422,
        "invalid-query": 422,
        "idempotency-key-reused": 422,
        "precondition-required": 428,
        "too-many-changes": 429,
        "view-too-large": 500,
        "store-unavailable": 503,
        "token-keys-unavailable": 503,
        "store-full": 507,
    }


def test_every_kind_is_told_somewhere() -> None:
    """One that is not would be a page about what can't happen."""
    used = {
        node.attr
        for path in ROOT.rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "problems"
    }

    assert {name for name, value in vars(problems).items() if isinstance(value, Kind)} <= used


def test_what_goes_wrong_inside_is_told_by_its_kind_alone(client: FlaskClient) -> None:
    @client.application.get("/away")
    def away() -> str:
        raise Problem(problems.STORE_UNAVAILABLE, "disk /dev/sda1 of ann")

    answer = client.get("/away")

    assert answer.status == "503 SERVICE UNAVAILABLE"
    assert answer.get_json(force=True) == {
        "type": "/api/problems/store-unavailable",
        "title": "The store is temporarily unavailable",
        "status": 503,
        "detail": problems.STORE_UNAVAILABLE.advice,
    }


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/items/a/b"])
def test_a_path_of_the_api_that_there_is_not_is_told_to_programs(client: FlaskClient, path: str) -> None:
    told = client.get(path).get_json(force=True)

    assert told["type"] == "about:blank"
    assert "manually" not in told["detail"]
    assert "/api/v1/openapi.json" in told["detail"]
