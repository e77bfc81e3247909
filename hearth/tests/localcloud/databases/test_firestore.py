"""Firestore on Google's emulator: documents are there, and stay there."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from hearth.catalog.apis import FIRESTORE
from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.databases import emulator, firestore
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.part import Databases
from hearth.localcloud.databases.server import FOLDER_VARIABLE
from hearth.localcloud.records import Records
from hearth.localcloud.run import ports
from hearth.localcloud.store import FILE, Store
from hearth.tests.localcloud.running import LocalCloud, in_process, in_thread, processes_below, wait_until

with_emulator = pytest.mark.skipif(
    FirestoreEmulator.installed() is None, reason="there is no Java, or no Firestore emulator"
)

DATABASES = "projects/demo-test/databases"
OTHER = f"{DATABASES}/other-one"
BODY = {"locationId": "nam5", "type": "FIRESTORE_NATIVE"}


def databases(cloud: Cloud) -> Sequence[Part]:
    part = Databases(cloud)
    return [part, Records(cloud, firestore_server=part.firestore)]


def make(local: LocalCloud) -> None:
    for name in ("(default)", "other-one"):
        local.call("POST", FIRESTORE, DATABASES, BODY, params={"databaseId": name})


def host(root: Path) -> str:
    store = Store(root / FILE)
    found = firestore.host(store)
    store.close()
    return found


def documents(local: LocalCloud, database: str) -> str:
    return f"http://{host(local.root)}/v1/{DATABASES}/{database}/documents/items"


def write(local: LocalCloud, database: str, name: str) -> None:
    answer = local.session.post(documents(local, database), json={"fields": {"n": {"stringValue": name}}})
    assert answer.ok, answer.text


def written(local: LocalCloud, database: str) -> list[str]:
    found: dict[str, Any] = local.session.get(documents(local, database)).json()
    return [each["fields"]["n"]["stringValue"] for each in found.get("documents", [])]


def emulators(root: Path) -> list[psutil.Process]:
    return processes_below(root, FOLDER_VARIABLE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a local cloud that was stopped, with a document in each of two databases."""
    root = tmp_path_factory.mktemp("stopped") / "cloud"
    with in_thread(root, compose=databases) as local:
        local.enable()
        make(local)
        write(local, "(default)", "pen")
        write(local, "other-one", "ink")
    assert not emulators(root)
    return root


@with_emulator
def test_documents_stay_when_the_local_cloud_is_stopped_or_killed(folder: Path) -> None:
    with in_process(folder) as local:
        assert (written(local, "(default)"), written(local, "other-one")) == (["pen"], ["ink"])
        write(local, "other-one", "nib")
        local.kill()

    with in_process(folder) as local:
        assert (written(local, "(default)"), sorted(written(local, "other-one"))) == (["pen"], ["ink", "nib"])
    assert not emulators(folder)


@with_emulator
def test_an_emulator_that_was_still_being_filled_is_not_taken_for_what_there_is(folder: Path) -> None:
    """It knows nothing, and would be saved as that."""
    with in_process(folder) as local:
        assert written(local, "(default)") == ["pen"]
        local.session.delete(documents(local, "(default)").removesuffix("/items").replace("/v1/", "/emulator/v1/"))
        local.kill()
    with closing(Store(folder / FILE)) as store:
        store.put("databases/firestore", {"port": (store.get("databases/firestore") or {})["port"]})

    with in_thread(folder, compose=databases) as local:
        assert written(local, "(default)") == ["pen"]


@with_emulator
def test_an_emulator_that_dies_comes_back_with_what_was_saved_and_that_is_said(folder: Path) -> None:
    with in_thread(folder, compose=databases) as local:
        (process,) = emulators(folder)
        process.send_signal(signal.SIGKILL)
        wait_until(lambda: any(each.pid != process.pid for each in emulators(folder)))
        log = folder / "logs" / "databases" / "firestore.log"
        wait_until(lambda: "The local cloud: the server runs again." in log.read_text(encoding="utf-8"))

        assert written(local, "(default)") == ["pen"]


@with_emulator
def test_an_emulator_whose_port_was_taken_while_it_was_down_gets_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_thread(folder, compose=databases) as local:
        before, is_free = host(folder), ports.is_free
        monkeypatch.setattr(ports, "is_free", lambda port: not before.endswith(f":{port}") and is_free(port))
        log = folder / "logs" / "databases" / "firestore.log"
        said = log.read_text(encoding="utf-8").count("runs again")
        (process,) = emulators(folder)
        process.send_signal(signal.SIGKILL)
        wait_until(lambda: log.read_text(encoding="utf-8").count("runs again") > said)

        assert host(folder) != before
        assert written(local, "(default)") == ["pen"]


@with_emulator
def test_a_deleted_database_leaves_no_document_and_the_last_one_no_emulator(folder: Path) -> None:
    with in_thread(folder, compose=databases) as local:
        local.call("DELETE", FIRESTORE, OTHER)
        assert (written(local, "(default)"), written(local, "other-one")) == (["pen"], [])

        local.call("DELETE", FIRESTORE, f"{DATABASES}/(default)")
        assert not emulators(folder)
        assert not [*(folder / "databases" / "firestore").glob("*/*")]


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ((), "no Java and no Google's Firestore emulator"),
        (("java",), "no Google's Firestore emulator"),
        (("jar",), "no Java,"),
    ],
)
def test_what_is_missing_is_named_with_the_fix_before_anything_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: Sequence[str], missing: str
) -> None:
    monkeypatch.setattr(emulator, "_places", lambda: iter([Path(__file__)] if "jar" in there else []))
    if "java" in there:
        (tmp_path / "java").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with in_thread(tmp_path / "cloud", compose=databases) as local:
        local.enable()
        refused = local.call("POST", FIRESTORE, DATABASES, BODY, status=400, params={"databaseId": "(default)"})
        local.call("GET", FIRESTORE, f"{DATABASES}/(default)", status=404)

    said = refused["error"]["message"]
    assert f"This machine has {missing}" in said
    assert "pulumi config set app:database sqlite" in said


def test_the_firebase_command_lines_own_copy_is_found_too_and_the_newest_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / ".cache" / "firebase" / "emulators"
    cache.mkdir(parents=True)
    for version in ("1.9.0", "1.19.8", "1.20.2"):
        (cache / f"cloud-firestore-emulator-v{version}.jar").touch()
    (tmp_path / "java").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(emulator, "_SYSTEM_SDK", tmp_path)

    java, jar = emulator.find()

    assert (java, jar.name) == (str(tmp_path / "java"), "cloud-firestore-emulator-v1.20.2.jar")


def test_an_emulator_that_does_not_answer_is_an_error_of_ours() -> None:
    with pytest.raises(DatabaseError, match="does not answer"):
        asyncio.run(emulator.clear(1, OTHER))
