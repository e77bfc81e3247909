"""The indexes of the service's queries: what the file lists, before the service asks."""

import json
from pathlib import Path

import pytest

from infra.program import ROOT
from tests.infra.example import run_stack

INDEX = "gcp:firestore/index:Index"
FIELDS = [{"fieldPath": "state", "order": "ASCENDING"}, {"fieldPath": "created_at", "order": "DESCENDING"}]
ORDERS = {"collectionGroup": "orders", "queryScope": "COLLECTION", "fields": FIELDS}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout whose service needs an index."""
    for each in (*ROOT.glob("*"), *(ROOT / "service").glob("*")):
        place = tmp_path / each.relative_to(ROOT)
        if each != ROOT / "service" and each.name != "firestore.indexes.json":
            place.parent.mkdir(exist_ok=True)
            place.symlink_to(each)
    (tmp_path / "service" / "firestore.indexes.json").write_text(json.dumps({"indexes": [ORDERS]}), encoding="utf-8")
    return tmp_path


def test_an_index_is_built_in_the_services_database_before_the_service_starts(root: Path) -> None:
    stack = run_stack("prod", {"app:firestoreDatabase": "shop-data"}, root=root)

    index = stack.one(INDEX)
    assert (index.inputs["database"], index.inputs["collection"]) == ("shop-data", "orders")
    assert index.inputs["fields"] == FIELDS
    assert index.short in stack.dependencies(stack.one("gcp:cloudrunv2/service:Service"))
    # Another index has another name: the old one is not touched before the new one is there.
    assert index.name == "database-index-orders-state-created_at-descending"


@pytest.mark.parametrize("database", ["postgres", "sqlite", "none"])
def test_other_databases_have_none_of_them(root: Path, database: str) -> None:
    settings = {"app:database": database, "app:postgresTier": "db-g1-small"}

    assert run_stack("local", settings, root=root).of_type(INDEX) == []
