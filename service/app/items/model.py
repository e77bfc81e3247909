"""What an item is."""

from typing import Annotated

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.visible import Visible


class Item(Model):
    """A thing with a name, as in the REST tutorial that this sample follows."""

    name: Annotated[str, Field(min_length=1, max_length=200), Visible()]
    description: Annotated[str, Field(max_length=4000)] = ""
    quantity: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


ITEMS = Declaration(name="items", singular="item", model=Item)
