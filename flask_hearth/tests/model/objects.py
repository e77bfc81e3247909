"""The example of flask-boiler's description on PyPI, in a declaration of ours."""

from typing import Annotated

from pydantic import Field

from flask_hearth.model.declaration import Declaration, StoredAs
from flask_hearth.model.entity import Entity

Small = Annotated[int, Field(ge=0, le=1000)]


class ObjectOfTwo(Entity):
    """Two numbers."""

    int_a: Annotated[Small, StoredAs("intA")] = 0
    int_b: Annotated[Small, StoredAs("intB")] = 0


OBJECTS = Declaration(name="objects", singular="object", model=ObjectOfTwo)
