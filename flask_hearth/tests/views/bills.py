"""Orders, and the view of one that its customer may change, also by documents in Firestore."""

from typing import Annotated

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model, ReadOnly
from flask_hearth.model.entity import Entity
from flask_hearth.model.permissions import Claim, Owner, Permissions
from flask_hearth.views.declaration import Key, View

Goods = Annotated[str, Field(max_length=20)]


class Order(Entity):
    customer: Annotated[str, Field(max_length=128), ReadOnly()] = ""
    goods: Goods


class Bill(Model):
    goods: str


class Asked(Model):
    goods: Goods


def bill(order: Annotated[Order, Key()]) -> Bill:
    return Bill(goods=order.goods)


def place(id: str, asked: Asked) -> None:
    Order.create(id=id, goods=asked.goods).save()


def reorder(order: Order, asked: Asked) -> None:
    order.update(goods=asked.goods)


def cancel(order: Order) -> None:
    order.delete()


ORDERS = Declaration(name="orders", singular="order", model=Order, indexes=(("customer", "created_at"),))
OWN = Permissions(
    read=Owner("customer"), create=Owner("customer"), update=Owner("customer"), delete=Claim("roles", "staff")
)
BILLS: View[Bill] = View(
    name="bills",
    singular="bill",
    of=bill,
    serve="materialized",
    permissions=OWN,
    create=place,
    update=reorder,
    delete=cancel,
    client_edits=True,
)
