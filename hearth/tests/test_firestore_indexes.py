"""firestore.indexes.json as a program deploys it."""

import json
from pathlib import Path
from typing import Any

import pytest

from hearth import firestore_indexes
from hearth.firestore_indexes import Index, IndexesError

COUNTRY = {"fieldPath": "country", "order": "ASCENDING"}
LARGEST = {"fieldPath": "population", "order": "DESCENDING"}
NAME = {"fieldPath": "__name__", "order": "DESCENDING"}
USUAL = {"collectionGroup": "cities", "queryScope": "COLLECTION", "fields": [COUNTRY, LARGEST, NAME]}


def read(tmp_path: Path, document: object) -> tuple[Index, ...]:
    path = tmp_path / "firestore.indexes.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return firestore_indexes.read(path)


def test_a_project_without_the_file_has_no_indexes(tmp_path: Path) -> None:
    assert firestore_indexes.read(tmp_path / "firestore.indexes.json") == ()


def test_fields_keep_their_order_and_direction(tmp_path: Path) -> None:
    (index,) = read(tmp_path, {"indexes": [USUAL], "fieldOverrides": []})

    assert (index.collection, index.scope) == ("cities", "COLLECTION")
    assert [(each.path, each.order) for each in index.fields] == [
        ("country", "ASCENDING"),
        ("population", "DESCENDING"),
        ("__name__", "DESCENDING"),
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ([COUNTRY, LARGEST, NAME], "cities-country-population-descending"),
        ([COUNTRY, {**LARGEST, "order": "ASCENDING"}], "cities-country-population"),
        ([{"fieldPath": "tags", "arrayConfig": "CONTAINS"}, COUNTRY], "cities-tags-contains-country"),
    ],
)
def test_an_index_of_other_fields_has_another_name(tmp_path: Path, fields: list[Any], name: str) -> None:
    """So it is made beside the old one, which goes when all else is deployed."""
    (index,) = read(tmp_path, {"indexes": [{**USUAL, "fields": fields}]})

    assert index.name == name


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "not JSON.*make firestore"),
        ([], 'no list "indexes"'),
        ({}, 'no list "indexes"'),
        ({"indexes": [], "fieldOverrides": [{"ttl": True}]}, "fieldOverrides: not supported.*gcp.firestore.Field"),
        ({"indexes": ["cities"]}, r"indexes\[0\]: an index has collectionGroup"),
        ({"indexes": [{**USUAL, "density": "DENSE"}]}, r"indexes\[0\]: .* nothing else"),
        ({"indexes": [USUAL, {**USUAL, "queryScope": "PLANET"}]}, r"indexes\[1\]: queryScope is COLLECTION or"),
        ({"indexes": [{**USUAL, "fields": [COUNTRY]}]}, "fields lists at least two"),
        ({"indexes": [{**USUAL, "fields": [COUNTRY, {"fieldPath": "a"}]}]}, r"fields\[1\]: a field has"),
        ({"indexes": [{**USUAL, "fields": [COUNTRY, {"fieldPath": "a", "vectorConfig": {}}]}]}, r"fields\[1\]: a"),
        ({"indexes": [{**USUAL, "fields": [COUNTRY, {"fieldPath": "a", "order": "UP"}]}]}, r"fields\[1\]: a field"),
        ({"indexes": [USUAL, USUAL]}, "an index twice"),
        (
            {"indexes": [{**USUAL, "collectionGroup": f"c{number}"} for number in range(1001)]},
            "1001 indexes.*at most 1000",
        ),
    ],
)
def test_what_could_not_be_deployed_as_written_is_refused(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(IndexesError, match=message):
        read(tmp_path, document)
