"""The document tells what the routes do, and is valid."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from flask_hearth.api import openapi
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import DECLARATIONS, app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


@pytest.fixture
def app() -> Flask:
    return app_over(MemoryStore())


@pytest.fixture
def served(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


@pytest.mark.parametrize("declarations", [(), (ITEMS,), DECLARATIONS], ids=["nothing", "items", "both"])
def test_the_document_is_valid(declarations: tuple[Declaration, ...]) -> None:
    document = openapi.document(declarations)

    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_is_served_to_be_kept_and_asked_for_again(app: Flask, served: dict[str, Any]) -> None:
    first = app.test_client().get("/api/v1/openapi.json")
    again = app.test_client().get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert first.content_type == "application/json"
    assert first.headers["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert "Set-Cookie" not in first.headers
    assert again.status_code == 304
    assert served == openapi.document(DECLARATIONS)


def test_a_command_writes_the_document_to_be_committed(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"

    done = app.test_cli_runner().invoke(args=["openapi", str(file)])

    assert (done.exit_code, done.output) == (0, "")
    assert file.read_text(encoding="utf-8") == openapi.text(DECLARATIONS)
    assert json.loads(file.read_text(encoding="utf-8")) == openapi.document(DECLARATIONS)


def test_every_route_is_described_and_every_description_has_a_route(app: Flask, served: dict[str, Any]) -> None:
    described = {
        (path, method.upper()) for path, item in served["paths"].items() for method in item if method in METHODS
    }
    routed = {
        (re.sub(r"<id:id>", "{id}", rule.rule.replace("<collection:declaration>", declaration.name)), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("hearth_api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for declaration in DECLARATIONS
    }

    assert described == routed


def test_every_component_is_used_and_every_reference_leads_somewhere(served: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/components/(\w+)/([\w.-]+)"', json.dumps(served)))
    # A security scheme is referred to by its name.
    references |= {("securitySchemes", name) for each in served["security"] for name in each}
    named = {(kind, name) for kind, parts in served["components"].items() for name in parts}

    assert references == named


def test_operations_have_ids_of_their_own(served: dict[str, Any]) -> None:
    ids = [
        operation["operationId"]
        for item in served["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]

    assert len(ids) == 12
    assert len(set(ids)) == len(ids)


def test_if_match_is_required_where_the_declaration_says_so(served: dict[str, Any]) -> None:
    for declaration in DECLARATIONS:
        put = served["paths"][f"/api/v1/{declaration.name}/{{id}}"]["put"]
        name = "IfMatchRequired" if declaration.require_if_match else "IfMatch"

        assert put["parameters"] == [{"$ref": f"#/components/parameters/{name}"}]
        assert ("428" in put["responses"]) is declaration.require_if_match


def test_a_patch_may_have_any_part_of_an_object_within(served: dict[str, Any]) -> None:
    schemas = served["components"]["schemas"]

    assert schemas["WarePatch"]["properties"]["size"]["anyOf"][0] == {"$ref": "#/components/schemas/SizePatch"}
    assert "required" not in schemas["SizePatch"]
    assert schemas["Size"]["required"] == ["width"]


def test_a_model_within_itself_is_described() -> None:
    class Folder(Model):
        name: str
        inner: "Folder | None" = None

    class Shelf(Model):
        top: Folder

    document = openapi.document([Declaration(name="shelves", singular="shelf", model=Shelf)])

    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert {"FolderPatch", "ShelfPatch", "Folder"} <= set(document["components"]["schemas"])


def test_two_models_of_one_name_are_refused() -> None:
    class ItemInput(Model):
        name: str

    with pytest.raises(ValueError, match="Two schemas are named ItemInput"):
        openapi.document((ITEM.declaration, Declaration(name="inputs", singular="input", model=ItemInput)))
