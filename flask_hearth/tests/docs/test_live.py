"""docs/live.md: its program sees changes through REST. Its page is in flask_hearth/tests/browser/test_live_page.py."""

from queue import Queue

import pytest

from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.docs.guides import declared
from flask_hearth.tests.docs.page import blocks
from flask_hearth.tests.views.world import app_over
from flask_hearth.views import stored

PROGRAM = blocks("live.md", "python")[1]


def test_a_program_that_listens_is_told_of_a_change_through_rest(
    databases: Databases, firestore_emulator: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = declared()
    exec(PROGRAM, names)  # noqa: S102 - our own page
    declarations, views = (names["CITIES"], names["DISTRICTS"]), (names["MY_GUIDES"],)
    held = [*declarations, *stored.declarations(views)]
    url = databases.url("firestore", held)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    client = names["firestore"].Client(url.removeprefix("firestore://"))
    seen: Queue[dict[str, int] | None] = Queue()

    with app_over(databases.open_url(url, held), *views, declarations=declarations).app_context() as context:
        names["City"].create(id="rome", name="Rome").save()
        names["District"].create(id="trevi", name="Trevi", city="rome", people=3_000).save()
        watch = names["listen"](client, "rome", seen.put)
        first = seen.get(timeout=PATIENCE)
        context.app.test_client().patch("/api/v1/districts/trevi", json={"people": 3_100})
        second = seen.get(timeout=PATIENCE)
        watch.unsubscribe()

    assert first == {"name": "Rome", "districts": ["Trevi"], "people": 3_000}
    assert second == first | {"people": 3_100}
