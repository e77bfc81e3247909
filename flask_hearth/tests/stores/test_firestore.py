"""Firestore while it is away, and documents that other revisions of the service wrote."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import DELETE_FIELD, Client

from flask_hearth.stores import open_store
from flask_hearth.stores.firestore.calls import Calls
from flask_hearth.stores.firestore.client import RECONNECT_MILLISECONDS, ReconnectingClient, ReconnectingTransport
from flask_hearth.stores.interface import Store
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.recovery import CALLS, assert_recovers, assert_unavailable
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, fields


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.url("firestore", DECLARATIONS)


@pytest.fixture
def store(databases: Databases, url: str, firestore_emulator: FirestoreEmulator) -> Iterator[Store]:
    """Connected, and the emulator running again afterwards."""
    store = databases.open_url(url, DECLARATIONS)
    assert_recovers(store)
    yield store
    if not firestore_emulator.is_running:
        firestore_emulator.start()


def test_an_absent_firestore_is_unavailable_and_its_return_is_noticed(
    databases: Databases, url: str, store: Store, firestore_emulator: FirestoreEmulator
) -> None:
    hurried = databases.open_url(url, DECLARATIONS, call_seconds=0.2)
    firestore_emulator.stop()
    assert_unavailable(store, ["get"])
    assert_unavailable(hurried, CALLS)

    firestore_emulator.start()

    assert_recovers(store)


class Channels:
    """Takes note of the options of every channel, and of the deadline of every call on one to the emulator."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.options: list[dict[str, Any]] = []
        self.deadlines: list[float | None] = []
        insecure, secure = grpc.insecure_channel, grpc.secure_channel

        def to_emulator(target: str, options: Sequence[tuple[str, Any]] = ()) -> grpc.Channel:
            self.options.append(dict(options))
            return grpc.intercept_channel(insecure(target, options=options), Deadlines(self.deadlines))

        def to_google(target: str, credentials: Any, options: Sequence[tuple[str, Any]] = (), **more: Any) -> Any:
            self.options.append(dict(options))
            return secure(target, credentials, options=options, **more)

        monkeypatch.setattr(grpc, "insecure_channel", to_emulator)
        monkeypatch.setattr(grpc, "secure_channel", to_google)


class Deadlines(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):  # type: ignore[misc]  # untyped
    def __init__(self, seen: list[float | None]) -> None:
        self._seen = seen

    def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        self._seen.append(details.timeout)
        return continuation(details, request)

    intercept_unary_stream = intercept_unary_unary


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> Channels:
    return Channels(monkeypatch)


def test_every_call_has_the_deadline_agreed_on(databases: Databases, url: str, channels: Channels) -> None:
    """The library's own are a minute and longer."""
    store = databases.open_url(url, DECLARATIONS, call_seconds=50)

    for call in CALLS.values():
        # What comes of it is of no interest here.
        with suppress(Exception):
            call(store)

    assert len(channels.deadlines) >= len(CALLS)
    assert [each for each in channels.deadlines if not (each and 0 < each <= 50)] == []


def test_what_is_tried_again_is_given_up_soon() -> None:
    """The library would try for a minute and longer, and nobody be told."""
    for most in (0.5, 50.0):
        calls = Calls(most)
        assert (calls.reading["retry"].timeout, calls.writing["retry"].timeout) == (min(most, 1), most)


def test_attempts_to_connect_stay_frequent_however_long_it_was_away(
    databases: Databases, url: str, channels: Channels
) -> None:
    """The library alone would wait the longer before it tries again, the longer the absence was."""
    assert_recovers(databases.open_url(url, DECLARATIONS))

    assert [each["grpc.max_reconnect_backoff_ms"] for each in channels.options] == [RECONNECT_MILLISECONDS]


def test_on_google_cloud_too(channels: Channels) -> None:
    client = ReconnectingClient(project="demo-hearth", credentials=AnonymousCredentials())

    assert isinstance(client._firestore_api.transport, ReconnectingTransport)
    assert [each["grpc.max_reconnect_backoff_ms"] for each in channels.options] == [RECONNECT_MILLISECONDS]


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
        open_store("firestore://demo-hearth", declarations=DECLARATIONS)
