"""Documents of views in a database that clients reach, by the rules that `flask firestore` writes, on the emulator."""

from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model, ReadOnly
from flask_hearth.model.entity import Entity
from flask_hearth.model.permissions import ANYBODY, NOBODY, SIGNED_IN, Claim, Owner, Permissions, Rules
from flask_hearth.stores.firestore import rules
from flask_hearth.stores.firestore.rules import Readable
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.firestore_clients import Clients
from flask_hearth.tests.views.world import app_over
from flask_hearth.views.declaration import Key, Serve, View
from flask_hearth.views.readers import readable
from flask_hearth.views.stored import declarations


class Order(Entity):
    customer: Annotated[str, Field(max_length=128), ReadOnly()] = ""
    goods: str = "bread"


class Bill(Model):
    """What the customer sees; not whose it is."""

    goods: str


def bill(order: Annotated[Order, Key()]) -> Bill:
    return Bill(goods=order.goods)


ORDERS = Declaration(name="orders", singular="order", model=Order, indexes=(("customer", "created_at"),))
OWN_OR_STAFF = (Owner("customer"), Claim("roles", "staff"))
ADA, BOB, EVE = {"sub": "ada"}, {"sub": "bob"}, {"sub": "eve", "roles": ["staff"]}


def bills(read: Rules | None, serve: Serve = "materialized") -> View[Bill]:
    permissions = None if read is None else Permissions(read=read)
    return View(name="bills", singular="bill", of=bill, serve=serve, permissions=permissions)


def test_the_owner_and_a_role_read_the_document_until_it_is_somebody_elses_and_nobody_writes(
    databases: Databases, firestore_emulator: FirestoreEmulator
) -> None:
    view = bills(OWN_OR_STAFF)
    held = (ORDERS, *declarations([view]))
    url = databases.url("firestore", held)
    clients = Clients(firestore_emulator, url.removeprefix("firestore://"))
    assert clients.release(rules.text(readable([view]))).ok

    def statuses(path: str, method: str = "GET", body: Any = None) -> list[int]:
        return [clients.call(method, path, user, body) for user in (ADA, BOB, EVE, None)]

    with app_over(databases.open_url(url, held), view, declarations=[ORDERS]).app_context():
        order = Order.create(id="one", customer="ada")
        order.save()
        assert statuses("/bills/one") == [200, 403, 200, 403]
        assert statuses("/orders/one") == [403] * 4
        assert statuses("/bills/one", "PATCH", {"fields": {"owner": {"stringValue": "bob"}}}) == [403] * 4
        order.update(customer="bob")
        assert statuses("/bills/one") == [403, 200, 200, 403]
        order.delete()
        assert statuses("/bills/one") == [403, 403, 200, 403], "a document without a view has no owner"


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (bills(OWN_OR_STAFF), Readable(collection="bills", owner="owner", claims=(("roles", "staff"),))),
        (bills(Owner("customer"), "both"), Readable(collection="bills", owner="owner")),
        (bills(Claim("admin")), Readable(collection="bills", claims=(("admin", True),))),
        (bills(None), None),
        (bills(OWN_OR_STAFF, "computed"), None),
        (bills(NOBODY), None),
        (bills(ANYBODY), None),
        (bills((Owner("customer"), SIGNED_IN)), None),
        (bills((Owner("customer"), lambda _, __: True)), None),
        (bills((Owner("customer"), Owner("goods"))), None),
        (replace(bills(None), permissions=Permissions(read=OWN_OR_STAFF, list=Claim("roles", "staff"))), None),
    ],
)
def test_a_view_is_open_to_clients_if_it_says_itself_which_owner_and_claims_may_read_it(
    view: View[Any], found: Readable | None
) -> None:
    assert readable([view]) == ([] if found is None else [found])
