"""The security rules on Google's emulator, which lets in whom Firestore would."""

from typing import Any

import pytest
import requests

from flask_hearth.stores.firestore import rules
from flask_hearth.stores.firestore.rules import Readable
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.stores.firestore_clients import SECONDS, Clients

PROJECT = "demo-rules"
READABLE = (Readable(collection="open_orders", owner="content.customer", claims=(("roles", "staff"), ("admin", True))),)
ADA, BOB = {"sub": "ada"}, {"sub": "bob"}
STAFF, GUEST = {"sub": "eve", "roles": ["staff"]}, {"sub": "eve", "roles": ["guest"]}


@pytest.fixture(scope="module")
def clients(firestore_emulator: FirestoreEmulator) -> Clients:
    """With an order of Ada's, in the view and in the domain."""
    found = Clients(firestore_emulator, PROJECT)
    assert found.release(rules.text(READABLE)).ok
    order = {"fields": {"content": {"mapValue": {"fields": {"customer": {"stringValue": "ada"}}}}}}
    for collection in ("open_orders", "orders", "idempotency_keys"):
        url = f"{found.documents}/{collection}?documentId=one"
        # Who is let in by IAM, as the service is.
        made = requests.post(url, headers={"Authorization": "Bearer owner"}, json=order, timeout=SECONDS)
        assert made.ok, made.text
    return found


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (ADA, 200),
        (BOB, 403),
        (STAFF, 200),
        ({"sub": "eve", "roles": "staff"}, 200),
        (GUEST, 403),
        ({"sub": "eve", "admin": True}, 200),
        ({"sub": "eve", "admin": "true"}, 403),
        ({"sub": "eve", "admin": 1}, 403),
        ({**ADA, "firebase": {"sign_in_provider": "anonymous"}}, 403),
        (None, 403),
    ],
    ids=str,
)
def test_owners_and_claims_read_a_document_and_nobody_else(clients: Clients, user: Any, status: int) -> None:
    assert clients.call("GET", "/open_orders/one", user) == status


@pytest.mark.parametrize(
    ("user", "customer", "status"),
    [(ADA, "ada", 200), (ADA, None, 403), (ADA, "bob", 403), (BOB, "ada", 403), (STAFF, None, 200), (None, "ada", 403)],
)
def test_a_list_has_nothing_that_its_reader_may_not_read(
    clients: Clients, user: Any, customer: str | None, status: int
) -> None:
    assert clients.query(user, customer) == status


@pytest.mark.parametrize("user", [ADA, STAFF, None], ids=["the owner", "of a role", "nobody"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/one"),
        ("GET", "/idempotency_keys/one"),
        ("GET", "/open_orders/one/notes/one"),
        ("PATCH", "/open_orders/one"),
        ("DELETE", "/open_orders/one"),
        ("POST", "/open_orders"),
        ("POST", "/orders"),
    ],
)
def test_the_domain_is_closed_and_nobody_writes(clients: Clients, user: Any, method: str, path: str) -> None:
    body = None if method in {"GET", "DELETE"} else {"fields": {"customer": {"stringValue": "ada"}}}

    assert clients.call(method, path, user, body) == 403


def test_without_readable_collections_all_is_closed_to_clients(clients: Clients) -> None:
    assert clients.release(rules.text()).ok
    try:
        assert [clients.call("GET", "/open_orders/one", user) for user in (ADA, STAFF, None)] == [403, 403, 403]
    finally:
        clients.release(rules.text(READABLE))


@pytest.mark.parametrize(
    "fault",
    [
        {"collection": "a/{b}", "owner": "customer"},
        {"collection": "orders", "owner": "x'] == 'y"},
        {"collection": "orders", "claims": (("roles", "it's"),)},
        {"collection": "orders", "claims": (("roles\\", "staff"),)},
        {"collection": "orders"},
    ],
)
def test_what_rules_could_not_have_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"security rules|Nobody may read"):
        Readable(**fault)
