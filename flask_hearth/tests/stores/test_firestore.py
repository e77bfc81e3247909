"""Firestore while it is away, and documents that other revisions of the service wrote."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import DELETE_FIELD, Client

from flask_hearth.stores import opened
from flask_hearth.stores.firestore.client import ReconnectingClient, ReconnectingTransport
from flask_hearth.stores.interface import Store
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.recovery import CALLS, assert_recovers, assert_unavailable
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, fields

CALL_SECONDS = 2.0
ABSENT_SECONDS = 9


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.url("firestore", DECLARATIONS)


@pytest.fixture
def store(databases: Databases, url: str, firestore_emulator: FirestoreEmulator) -> Iterator[Store]:
    """Connected, and the emulator running again afterwards."""
    store = databases.open_url(url, DECLARATIONS, call_seconds=CALL_SECONDS)
    store.check()
    yield store
    if not firestore_emulator.is_running:
        firestore_emulator.start()


def test_an_absent_firestore_is_unavailable_in_time_and_its_return_is_noticed(
    store: Store, firestore_emulator: FirestoreEmulator
) -> None:
    firestore_emulator.stop()
    gone = time.monotonic()
    assert_unavailable(store, tuple(CALLS), within=CALL_SECONDS + 0.5)
    # Long enough for the pauses between attempts to connect to have grown, if they grow.
    while time.monotonic() < gone + ABSENT_SECONDS:
        assert_unavailable(store, ("count",), within=CALL_SECONDS + 0.5)

    firestore_emulator.start()

    # The library alone would wait longer before it tries to connect again, the longer the absence was.
    assert_recovers(store, within=3)


def test_on_google_cloud_too_a_channel_is_used_that_connects_again_soon() -> None:
    client = ReconnectingClient(project="demo-hearth", credentials=AnonymousCredentials())

    assert isinstance(client._firestore_api.transport, ReconnectingTransport)


def test_documents_of_other_revisions_are_read_with_what_they_lack_and_without_what_is_new(
    store: Store, url: str, firestore_emulator: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revisions overlap, and nothing migrates documents."""
    made = store.create(SAMPLES, "x", fields(note="a", tags=["a"]))
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    document = Client(project=url.removeprefix("firestore://")).collection("samples").document("x")
    document.update({"tags": DELETE_FIELD, "note": DELETE_FIELD, "added": "later"})

    found = store.get(SAMPLES, "x")
    store.replace(SAMPLES, "x", fields(title="two"), expected=found.version)

    assert found.fields == {**made.fields, "note": None, "tags": []}
    assert (document.get().to_dict() or {})["added"] == "later", "a new revision's field is not this one's to delete"


def test_without_credentials_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")

    with pytest.raises(ValueError, match="gcloud auth application-default login"):
        opened("firestore://demo-hearth", declarations=DECLARATIONS)
