"""The composite indexes that Firestore needs for what is declared: expected are those that its documentation names."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flask_hearth.stores.firestore import indexes, rules
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.model.cities import CITIES, app_over


def fields(*declared: tuple[str, ...]) -> list[list[str]]:
    found = json.loads(indexes.text([replace(CITIES, indexes=declared)]))["indexes"]
    assert {(each["collectionGroup"], each["queryScope"]) for each in found} <= {("cities", "COLLECTION")}
    return [[f"{field['fieldPath']} {field['order'][:3]}" for field in each["fields"]] for each in found]


@pytest.mark.parametrize(
    ("declared", "needed"),
    [
        ((), []),
        ((("name",), ("updated_at",)), []),
        (
            (("country", "capital", "name"),),
            [
                ["country ASC", "capital ASC", "name ASC", "__name__ ASC"],
                ["country ASC", "capital ASC", "name DES", "__name__ DES"],
            ],
        ),
        (
            (("mayor", "created_at"),),
            [["mayorName ASC", "created_at ASC", "__name__ ASC"], ["mayorName ASC", "created_at DES", "__name__ DES"]],
        ),
        (
            (("country", "capital", "name"), ("capital", "country", "name")),
            [
                ["capital ASC", "country ASC", "name ASC", "__name__ ASC"],
                ["capital ASC", "country ASC", "name DES", "__name__ DES"],
            ],
        ),
    ],
    ids=["none", "of one field: there by itself", "both directions", "stored names", "one for equal queries"],
)
def test_each_index_of_several_fields_is_built_in_both_directions(
    declared: tuple[tuple[str, ...], ...], needed: list[list[str]]
) -> None:
    assert fields(*declared) == needed


def test_the_command_writes_indexes_and_rules(tmp_path: Path) -> None:
    runner = app_over(MemoryStore(), CITIES).test_cli_runner()

    assert runner.invoke(args=["firestore", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "firestore.indexes.json").read_text(encoding="utf-8") == indexes.text([CITIES])
    assert (tmp_path / "firestore.rules").read_text(encoding="utf-8") == rules.text()
