"""A model with unique fields, one of which has another name in the store."""

from typing import Annotated

from pydantic import Field

from flask_hearth.model.declaration import Declaration, StoredAs
from flask_hearth.model.entity import Entity


class User(Entity):
    """Somebody."""

    email: Annotated[Annotated[str, Field(max_length=60)] | None, StoredAs("emailAddress")] = None
    number: Annotated[int, Field(ge=0, le=99)] | None = None
    nick: Annotated[str, Field(max_length=60)] = ""


USERS = Declaration(name="users", singular="user", model=User, unique=("email", "number"))
