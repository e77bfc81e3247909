"""A field of Firestore is always there: its settings come and go."""

from typing import Any

import pytest

TYPE = "gcp:firestore/field:Field"
FIELD = "projects/demo-x/databases/(default)/collectionGroups/keys/fields/expires_at"
PATH = f"firestore/{FIELD}"
MASK = {"updateMask": "indexConfig,ttlConfig"}
DECLARED = {"collection": "keys", "field": "expires_at", "ttlConfig": {}, "indexConfig": {}, "skipWait": True}


@pytest.fixture
def field(google: Any, stack: Any) -> Any:
    google.documents[PATH] = {"name": FIELD}
    grown = stack(TYPE)
    grown.up(DECLARED)
    return grown


def test_creating_sets_its_settings(google: Any, field: Any) -> None:
    changes = [each for each in google.requests if each[0] != "GET"]

    assert changes == [("PATCH", PATH, MASK, {"indexConfig": {}, "ttlConfig": {}})]
    assert field.id == FIELD
    assert field.outputs["name"] == FIELD


def test_it_is_unchanged_after_a_refresh_also_when_google_tells_more(google: Any, field: Any) -> None:
    google.documents[PATH]["ttlConfig"] = {"state": "ACTIVE"}

    assert field.refresh()
    assert not field.diff(field.check(DECLARED)).changed


def test_a_change_sets_them_anew(google: Any, field: Any) -> None:
    google.requests.clear()

    index = {"indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION"}]}

    assert field.up({**DECLARED, "indexConfig": index}) == {"indexConfig.indexes"}

    assert google.sent("PATCH") == [(PATH, {"indexConfig": index, "ttlConfig": {}})]


def test_another_offset_makes_the_field_anew(field: Any) -> None:
    """As Google's provider has it, which takes a nested property for a reason to replace as well."""
    news = field.check({**DECLARED, "ttlConfig": {"expirationOffset": "60s"}})

    assert field.diff(news).replace == {"ttlConfig.expirationOffset"}


def test_deleting_sets_them_back(google: Any, field: Any) -> None:
    field.delete()

    assert google.documents[PATH] == {"name": FIELD}


def test_one_whose_settings_were_set_back_is_gone(google: Any, field: Any) -> None:
    google.documents[PATH] = {"name": FIELD}

    assert not field.refresh()


def test_one_is_declared_without_any_settings(google: Any, stack: Any) -> None:
    """As the end of a program's that had some, such as a TTL policy."""
    google.documents[PATH] = {"name": FIELD}
    plain = {"collection": "keys", "field": "expires_at"}
    grown = stack(TYPE)

    grown.up(plain)

    assert grown.id == FIELD
    assert grown.refresh()
    assert grown.up(plain) == set()
    assert grown.up(DECLARED)
    assert grown.up(plain)
    assert google.documents[PATH] == {"name": FIELD}
