"""A trigger tells a service of each new document in Firestore until it is answered, as the account that it names."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from flask_hearth import edit_names
from flask_hearth.stores import open_store
from flask_hearth.stores.firestore import rules
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.tests.stores.firestore_clients import Clients
from flask_hearth.tests.views.bills import BILLS, ORDERS, Order
from flask_hearth.tests.views.world import app_over
from flask_hearth.views.readers import editable, readable
from hearth.catalog.apis import CLOUD_RUN, IAM
from hearth.localcloud.calls import declared, triggers
from hearth.localcloud.calls.declared import Retries
from hearth.tests.localcloud.calls.conftest import PLACE, Called, declare, parts
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_thread, wait_until

pytestmark = pytest.mark.skipif(FirestoreEmulator.installed() is None, reason="there is no Firestore emulator")

TRIGGER = f"projects/{PROJECT}/locations/nam5/triggers/web-edits"
ACCOUNT = f"web-edits@{PROJECT}.iam.gserviceaccount.com"
CRITERIA = {"type": triggers.CREATED, "database": "(default)", "document": edit_names.PATTERN}
INPUTS = {
    "serviceAccount": ACCOUNT,
    "matchingCriterias": [{"attribute": name, "value": value} for name, value in CRITERIA.items()],
    "destination": {"cloudRunService": {"service": "web", "region": "us-central1", "path": "/_edits"}},
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirestoreEmulator]:
    jar = FirestoreEmulator.installed()
    assert jar is not None
    running = FirestoreEmulator(jar, tmp_path_factory.mktemp("emulator") / "log")
    yield running
    running.end()


class Database:
    """What is in Firestore."""

    def __init__(self, emulator: FirestoreEmulator) -> None:
        self.port = int(emulator.host.rpartition(":")[2])
        self._url = f"http://{emulator.host}/v1/projects/{PROJECT}/databases/(default)/documents"

    def write(self, path: str) -> None:
        headers = {"Authorization": "Bearer owner"}
        answer = requests.patch(f"{self._url}/{path}", headers=headers, json={"fields": {}}, timeout=PATIENCE)
        assert answer.ok, answer.text

    def clear(self) -> None:
        emulated = self._url.replace("/v1/", "/emulator/v1/")
        assert requests.delete(emulated, timeout=PATIENCE).ok


@pytest.fixture
def database(emulator: FirestoreEmulator) -> Iterator[Database]:
    made = Database(emulator)
    yield made
    made.clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a cloud whose pauses are too short to be waited for."""
    monkeypatch.setattr(triggers, "_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(triggers, "_RETRIES", Retries(least=0.01, most=0.02, doublings=1))
    return tmp_path / "cloud"


def prepare(local: LocalCloud, port: int, database: Database) -> None:
    local.enable()
    local.call("POST", IAM, f"projects/{PROJECT}/serviceAccounts", {"accountId": "web-edits"})

    def put(cloud: Any) -> None:
        cloud.store.put("databases/firestore", {"port": database.port})
        cloud.store.put(f"{CLOUD_RUN.prefix}/{PLACE}/services/web", {"uri": f"http://127.0.0.1:{port}"})

    local.in_loop(put)
    declare(local, declared.TRIGGER, TRIGGER, INPUTS)


def told(called: Called) -> list[str]:
    return [headers["ce-document"] for _, headers, _ in called.asked]


def test_a_service_is_told_of_each_new_document_until_it_answers_and_then_no_more(
    folder: Path, called: Called, database: Database
) -> None:
    one, two = "view_editors/ada/view_edits/one", "view_editors/b%20c/view_edits/two"
    called.statuses = [503, 503]
    with in_thread(folder, compose=parts) as local:
        prepare(local, called.port, database)
        for path in ("view_edits/no", "a/b/view_editors/ada/view_edits/deep", "view_editors/ada/other/no", one):
            database.write(path)
        wait_until(lambda: told(called) == [one] * 3)
        path, headers, body = called.asked[-1]
    assert (path, body) == ("/_edits", b"")
    assert headers["Authorization"].startswith("Bearer ")
    assert {name: headers[f"ce-{name}"] for name in ("type", "database", "subject")} == {
        "type": triggers.CREATED,
        "database": "(default)",
        "subject": f"documents/{one}",
    }

    with in_thread(folder, compose=parts):
        database.write(two)
        wait_until(lambda: two in told(called))
    assert told(called) == [one, one, one, two]


def test_without_its_account_a_trigger_calls_nobody(folder: Path, called: Called, database: Database) -> None:
    with in_thread(folder, compose=parts) as local:
        prepare(local, called.port, database)
        local.call("DELETE", IAM, f"projects/{PROJECT}/serviceAccounts/{ACCOUNT}")
        database.write("view_editors/ada/view_edits/one")
        log = folder / "logs" / "cloud.log"
        wait_until(lambda: log.exists() and f"the account {ACCOUNT} does not exist" in log.read_text(encoding="utf-8"))
    assert called.asked == []


def test_a_clients_document_changes_a_view_of_an_app(
    folder: Path, database: Database, emulator: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """End to end but for the engine: a user's client, the database's rules, this cloud and the framework."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    clients = Clients(emulator, PROJECT)
    assert clients.release(rules.text(readable([BILLS]), editable([BILLS]))).ok
    with in_thread(folder, compose=parts) as local:
        config = {"HEARTH_EDITS_CALLER": ACCOUNT, "HEARTH_IDENTITY_ORIGIN": local.origin}
        store = open_store(f"firestore://{PROJECT}", declarations=(), call_seconds=PATIENCE)
        app = app_over(store, BILLS, declarations=[ORDERS], config=config | {"HEARTH_IDENTITY_CHECKED": True})
        with closing(store), app.app_context(), serving(app) as port:
            Order.create(id="one", customer="ada", goods="bread").save()
            prepare(local, port, database)
            asked = {"view": "bills", "operation": "update", "id": "one", "body": '{"goods": "cake"}'}
            document = {"fields": {name: {"stringValue": value} for name, value in asked.items()}}
            path = "/view_editors/{}/view_edits?documentId=first"
            written = [clients.call("POST", path.format(user), {"sub": "ada"}, document) for user in ("bob", "ada")]
            assert written == [403, 200]
            wait_until(lambda: Order.get("one").goods == "cake")


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """The port on which it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
