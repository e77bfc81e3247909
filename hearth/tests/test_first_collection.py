"""A body is made up for whatever is declared first, or the field that hinders it is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from flask_hearth.api import openapi
from flask_hearth.tests.api.samples import SAMPLES
from hearth import project
from hearth.first_collection import NoCollectionError, first, minimal_value
from hearth.tests.owner import with_framework

ROOT = project.root()


def written(root: Path, document: dict[str, Any]) -> Path:
    (root / project.Table().openapi).parent.mkdir()
    (root / project.Table().openapi).write_text(json.dumps(document), encoding="utf-8")
    return root


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.declaration.name)
def test_the_body_is_one_that_the_model_takes(sample: Any, tmp_path: Path) -> None:
    found = first(written(tmp_path, openapi.document([sample.declaration])))

    assert (found.name, found.path) == (sample.declaration.name, sample.path)
    assert set(found.body) == set(sample.least)
    sample.declaration.model.model_validate_json(json.dumps(found.body))


@with_framework
def test_the_committed_document_has_one() -> None:
    assert first(ROOT).body


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 3},
        {"type": "string", "format": "date"},
        {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["DE"]},
        {"type": "string", "pattern": r"^[^\u202e]*[^\u0000-\u0020][^\u202e]*$", "minLength": 2},
        {"type": "integer", "minimum": 5, "multipleOf": 3},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "integer", "maximum": -4},
        {"type": "integer", "exclusiveMaximum": 0},
        {"type": "number", "minimum": 0.5},
        {"type": "boolean"},
        {"enum": ["red", "blue"], "type": "string"},
        {"const": "it"},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
    ],
    ids=json.dumps,
)
def test_a_made_up_value_is_one_that_its_schema_takes(schema: dict[str, Any]) -> None:
    assert list(OAS31Validator(schema).iter_errors(minimal_value(schema, {}, "it"))) == []


@pytest.mark.parametrize("pattern", ["^Q", r"\p{Lu}"])
def test_what_has_to_be_known_is_named(pattern: str) -> None:
    schema = {"type": "object", "properties": {"code": {"type": "string", "pattern": pattern}}, "required": ["code"]}

    with pytest.raises(NoCollectionError, match=r"/api/v1/parcels\.code: .*examples"):
        minimal_value(schema, {}, "/api/v1/parcels")


def test_a_service_without_a_collection_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoCollectionError, match="declare one"):
        first(written(tmp_path, openapi.document([])))
