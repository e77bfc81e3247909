"""Documents in which clients ask for changes, on the emulator with the rules that `flask firestore` writes."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.test import TestResponse

from flask_hearth import state
from flask_hearth.model.declaration import DeclarationError
from flask_hearth.stores.firestore import rules
from flask_hearth.stores.firestore.edits import Edits
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.firestore_clients import SECONDS, Clients, headers
from flask_hearth.tests.tasks.conftest import token_claims
from flask_hearth.tests.views.bills import BILLS, ORDERS, Order, bill
from flask_hearth.tests.views.world import app_over
from flask_hearth.views.declaration import View
from flask_hearth.views.readers import editable, readable
from flask_hearth.views.stored import declarations

CALLER = "web-edits@demo-hearth.iam.gserviceaccount.com"
ADA, BOB = {"sub": "ada"}, {"sub": "bob"}
GUEST = {"sub": "ada", "firebase": {"sign_in_provider": "anonymous"}}
EDITS = "/view_editors/ada/view_edits"


class Shop:
    """The app, its clients past it, and the trigger that tells it of what they write: of one document and one order."""

    def __init__(self, app: Flask, clients: Clients, key: SigningKey) -> None:
        self.app, self.clients, self._key = app, clients, key
        self.name = uuid.uuid4().hex

    def ask(self, user: Any = ADA, path: str = EDITS, name: str | None = None, **fields: Any) -> int:
        """A client writes the document. The status of the database's answer."""
        told = {each: value if isinstance(value, dict) else {"stringValue": value} for each, value in fields.items()}
        return self.clients.call("POST", f"{path}?documentId={name or self.name}", user, {"fields": told})

    def patch(self, goods: str = "cake", **more: Any) -> int:
        patch = {"view": "bills", "operation": "update", "id": self.name, "body": json.dumps({"goods": goods})}
        return self.ask(**patch | more)

    def tell(self, document: str | None = None, token: str | None = None, **claims: Any) -> TestResponse:
        """The trigger calls, as Eventarc does."""
        made = self._key.sign(token_claims(**{"aud": "https://localhost/_edits", "email": CALLER} | claims))
        sent = {
            "ce-document": f"{EDITS[1:]}/{self.name}" if document is None else document,
            "Authorization": f"Bearer {made if token is None else token}",
        }
        return self.app.test_client().post("/_edits", data=b"\x0a\x00", headers=sent)

    def result(self, user: Any = ADA) -> Any:
        """What the client reads."""
        url = f"{self.clients.documents}/view_editors/{user['sub']}/view_edits/{self.name}"
        found = requests.get(url, headers=headers(user), timeout=SECONDS).json()["fields"].get("result")
        return None if found is None else plain(found)

    def order(self, id: str | None = None) -> tuple[str, str]:
        with self.app.app_context():
            found = Order.get(id or self.name)
            return found.goods, found.customer

    def count(self) -> int:
        store = state.for_app(self.app).store
        assert store is not None
        return store.count(ORDERS)


def plain(value: dict[str, Any]) -> Any:
    """Of a value in Firestore's JSON."""
    ((kind, found),) = value.items()
    match kind:
        case "mapValue":
            return {name: plain(each) for name, each in found.get("fields", {}).items()}
        case "arrayValue":
            return [plain(each) for each in found.get("values", [])]
        case _:
            return int(found) if kind == "integerValue" else found


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey("first")


@pytest.fixture(scope="module")
def issuer(key: SigningKey) -> Iterator[KeyServer]:
    server = KeyServer(key)
    yield server
    server.close()


@pytest.fixture(scope="module")
def app_and_clients(
    databases: Databases, firestore_emulator: FirestoreEmulator, issuer: KeyServer
) -> tuple[Flask, Clients]:
    held = (ORDERS, *declarations([BILLS]))
    url = databases.url("firestore", held)
    clients = Clients(firestore_emulator, url.removeprefix("firestore://"))
    assert clients.release(rules.text(readable([BILLS]), editable([BILLS]))).ok
    config = {"HEARTH_EDITS_CALLER": CALLER, "HEARTH_IDENTITY_ORIGIN": issuer.origin, "HEARTH_IDENTITY_CHECKED": True}
    return app_over(databases.open_url(url, held), BILLS, declarations=[ORDERS], config=config), clients


@pytest.fixture
def shop(app_and_clients: tuple[Flask, Clients], key: SigningKey) -> Shop:
    """With an order of Ada's."""
    made = Shop(*app_and_clients, key)
    with made.app.app_context():
        Order.create(id=made.name, customer="ada", goods="bread").save()
    return made


def test_a_clients_patch_is_done_once_however_often_the_service_is_told(shop: Shop) -> None:
    assert shop.patch() == 200
    assert (shop.tell().status_code, shop.order()) == (204, ("cake", "ada"))
    result = shop.result()
    with shop.app.app_context():
        etag = shop.app.test_client().get(f"/api/v1/bills/{shop.name}").headers.get("ETag")
        Order.get(shop.name).update(goods="bread")

    assert (result["status"], result["id"], etag) == (200, shop.name, None), "a stranger reads nothing"
    assert result["version"]
    assert (shop.tell().status_code, shop.order(), shop.result()) == (204, ("bread", "ada"), result)


def test_a_client_makes_a_view_and_learns_its_id(shop: Shop) -> None:
    assert shop.ask(view="bills", operation="create", body='{"goods": "cake"}') == 200
    assert shop.tell().status_code == 204
    result = shop.result()

    assert (result["status"], shop.order(result["id"])) == (201, ("cake", "ada"))


@pytest.mark.parametrize(
    ("asked", "user", "status"),
    [
        ({"body": '{"goods": "a cake of more than twenty letters"}'}, ADA, 422),
        ({"body": '{"goods": 1}'}, ADA, 422),
        ({"body": "{"}, ADA, 400),
        ({"id": "none"}, ADA, 404),
        ({"id": "../orders/one"}, ADA, 404),
        ({}, BOB, 404),
        # A document has no claims that the service could believe, so that it refuses what only a claim allows.
        ({"operation": "delete"}, ADA, 403),
    ],
)
def test_what_the_api_would_refuse_is_refused_with_the_same_problem(
    shop: Shop, asked: dict[str, str], user: dict[str, str], status: int
) -> None:
    path = f"/view_editors/{user['sub']}/view_edits"
    assert shop.patch(user=user, path=path, **asked) == 200
    assert shop.tell(f"{path[1:]}/{shop.name}").status_code == 204
    result = shop.result(user)

    assert (result["status"], result["problem"]["status"]) == (status, status)
    assert shop.order() == ("bread", "ada")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"user": BOB}, 403),
        ({"user": None}, 403),
        ({"user": GUEST}, 403),
        ({"view": "orders"}, 403),
        ({"operation": "replace"}, 403),
        ({"operation": {"integerValue": 1}}, 403),
        ({"id": "x" * 65}, 403),
        ({"id": {"integerValue": 1}}, 403),
        ({"body": "x" * (rules.MAX_BODY + 1)}, 403),
        ({"body": {"mapValue": {"fields": {}}}}, 403),
        ({"result": "done"}, 403),
        ({"done": {"nullValue": None}}, 403),
        ({"name": "a.b"}, 403),
        ({"name": "x" * 65}, 403),
        ({"path": "/view_editors"}, 403),
        ({"path": f"{EDITS}/one/more"}, 403),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_document_is_its_users_own_and_of_a_bounded_shape(shop: Shop, asked: dict[str, Any], status: int) -> None:
    assert shop.patch(**asked) == status


def test_nobody_else_reads_a_document_and_nobody_changes_one(shop: Shop) -> None:
    assert shop.patch() == 200
    path, body = f"{EDITS}/{shop.name}", {"fields": {"view": {"stringValue": "bills"}}}

    assert [shop.clients.call("GET", path, user) for user in (ADA, BOB, GUEST, None)] == [200, 403, 403, 403]
    assert [shop.clients.call("PATCH", path, user, body) for user in (ADA, BOB, None)] == [403] * 3
    assert [shop.clients.call("DELETE", path, user) for user in (ADA, BOB, None)] == [403] * 3
    assert shop.patch() in {403, 409}, "a second document of the name"


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": "https://localhost"}, 204),
        ({"aud": "https://elsewhere.example/_edits"}, 401),
        ({"aud": "https://localhost@elsewhere.example"}, 401),
        ({"email": "web-tasks@demo-hearth.iam.gserviceaccount.com"}, 403),
        ({"iss": "https://securetoken.google.com/demo-hearth"}, 401),
        ({"token": ""}, 401),
        ({"token": "a.b.c"}, 401),
    ],
)
def test_only_the_trigger_may_tell(shop: Shop, claims: dict[str, str], status: int) -> None:
    assert shop.patch() == 200
    assert shop.tell(**claims).status_code == status
    assert (shop.order()[0] == "cake") is (status == 204)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("view_editors/ada/view_edits/none", 204),
        ("view_editors/a%64a/view_edits/none", 204),
        ("orders/one", 400),
        ("view_editors/ada/view_edits/one/more/two", 400),
        ("", 400),
    ],
)
def test_the_trigger_names_a_document(shop: Shop, document: str, status: int) -> None:
    assert shop.tell(document).status_code == status


def test_a_crash_between_the_change_and_its_report_does_not_change_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise UnavailableError("as it should")

    before = shop.count()
    assert shop.ask(view="bills", operation="create", body='{"goods": "cake"}') == 200
    with monkeypatch.context() as patch:
        patch.setattr(Edits, "answer", gone)
        assert (shop.tell().status_code, shop.result()) == (503, None)
    assert shop.tell().status_code == 204
    result = shop.result()

    assert (result["status"], shop.order(result["id"]), shop.count()) == (201, ("cake", "ada"), before + 1)


def test_of_two_that_are_told_at_a_time_one_does_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that reads the document first commits last."""
    before, read = shop.count(), Edits.read

    def early(self: Edits, path: str) -> Any:
        found = read(self, path)
        with monkeypatch.context() as patch:
            patch.setattr(Edits, "read", read)
            assert shop.tell().status_code == 204
        return found

    assert shop.ask(view="bills", operation="create", body='{"goods": "cake"}') == 200
    with monkeypatch.context() as patch:
        patch.setattr(Edits, "read", early)
        assert shop.tell().status_code == 503

    assert (shop.count(), shop.result()["status"]) == (before + 1, 201)


def test_what_could_not_be_asked_for_is_refused_when_the_service_starts() -> None:
    with pytest.raises(DeclarationError, match="no change that a client could ask for"):
        View(name="bills", singular="bill", of=bill, client_edits=True)
    with pytest.raises(ValueError, match="not in Firestore"):
        app_over(MemoryStore(), BILLS, declarations=[ORDERS], config={"HEARTH_EDITS_CALLER": CALLER})
