"""What a declaration refuses as soon as it is written."""

from typing import Annotated

import pytest
from pydantic import create_model

from flask_hearth.model.declaration import Declaration, DeclarationError, Model, StoredAs
from flask_hearth.testing.sample import Item


@pytest.mark.parametrize("name", ["", "1a", "_a", "a-b", "a.b", "a b", "ä", "a" * 64])
def test_a_stored_name_that_would_need_quotes_somewhere_is_refused(name: str) -> None:
    with pytest.raises(DeclarationError, match="can't be a stored name"):
        StoredAs(name)


@pytest.mark.parametrize("name", ["id", "version", "created_at", "updated_at"])
def test_what_the_service_sets_can_be_no_fields_stored_name(name: str) -> None:
    model = create_model("Made", __base__=Model, field=(Annotated[str, StoredAs(name)], ""))

    with pytest.raises(DeclarationError, match=f"declares {name}, which the service sets"):
        Declaration(name="things", singular="thing", model=model)


class Thing(Model):
    one: Annotated[str, StoredAs("First")] = ""
    two: str = ""


def test_a_stored_name_is_that_of_the_store_alone() -> None:
    things = Declaration(name="things", singular="thing", model=Thing)

    assert dict(things.stored_names) == {"one": "First", "two": "two"}
    assert list(Thing.model_json_schema()["properties"]) == ["one", "two"]


def test_a_title_that_is_no_field_is_refused_with_those_there_are() -> None:
    with pytest.raises(DeclarationError, match=r"'nam' can't be the title of 'items'.*name, description, quantity"):
        Declaration(name="items", singular="item", model=Item, title="nam")
