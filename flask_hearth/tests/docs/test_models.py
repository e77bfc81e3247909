"""docs/models.md: its code runs on each store, and its table has the rows that tests prove."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from pydantic import create_model
from sqlalchemy.dialects import postgresql, sqlite

from flask_hearth.api.reading import Reader
from flask_hearth.api.schemas import all_schemas
from flask_hearth.api.validation import validate
from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.stores import queries
from flask_hearth.stores.firestore.documents import to_firestore
from flask_hearth.stores.sql.tables import metadata
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.docs.page import page
from flask_hearth.tests.model import test_batch, test_reference
from flask_hearth.tests.model.cities import app_over
from flask_hearth.tests.model.test_histories import HISTORIES, RETYPED
from flask_hearth.tests.model.test_queries import CASES

PAGE = page("models.md")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_runs_on_each_store(databases: Databases, kind: str) -> None:
    declaring, using = ([code for code in CODE if ("= Declaration(" in code) is wanted] for wanted in (True, False))
    names: dict[str, Any] = {"__name__": "app.cities"}
    for code in declaring:
        exec(code, names)  # noqa: S102 - our own page
    declarations = [names["CITIES"], names["TRIPS"], names["VEHICLES"]]

    with app_over(databases.open(kind, declarations), *declarations).app_context():
        for code in using:
            exec(code, names)  # noqa: S102

    assert len(using) == 8


def test_the_table_of_meanings_has_a_row_for_all_that_is_proved() -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.partition("## Queries")[2], re.MULTILINE)

    assert [row for row in rows if row not in {"|", "---"}] == [
        *CASES,
        *test_batch.ROWS,
        *test_reference.ROWS,
        *HISTORIES,
    ]


VALUES = {
    "str": '"Rome"',
    "int": "3",
    "float": "1.5",
    "bool": "true",
    "Country": '"it"',
    "date": '"2026-01-31"',
    "datetime": '"2026-01-31T12:00:00+02:00"',
    "NaiveDatetime": '"2026-01-31T12:00:00"',
    "time": '"19:30"',
    "timedelta": '"PT36H"',
    "UUID": '"00000000-0000-4000-8000-00000000000A"',
    "Decimal": '"1.5"',
    "Ref": '"rome"',
    "list": "[]",
    "Square": '{"name": "Navona"}',
}
"""As a client sends one, by how a row begins."""


FIRESTORE = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    datetime: "timestamp",
    list: "array",
    dict: "map",
}


def the_kinds_of_fields() -> list[list[str]]:
    lines = PAGE.partition("## Kinds of fields")[2].partition("\n## ")[0].splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]


@pytest.mark.parametrize("row", the_kinds_of_fields(), ids=lambda row: row[0])
def test_each_kind_of_field_is_what_the_page_says(row: list[str]) -> None:
    names: dict[str, Any] = {"__name__": "app.cities"}
    exec(f"from decimal import *; from uuid import *; from pydantic import *\n{CODE[0]}", names)  # noqa: S102
    exec("from datetime import *", names)  # noqa: S102
    written = row[0].strip("`")
    model = create_model("Made", __base__=Model, field=(eval(written, names), ...))  # noqa: S307
    made = Declaration(name="things", singular="thing", model=model, indexes=(("field",),))
    fields = validate(made, {"field": json.loads(VALUES[re.findall(r"\w+", written.removeprefix("Annotated"))[0]])})
    column = metadata([made]).tables["things"].c["field"].type
    stored = to_firestore(made, "field", fields["field"])
    schema = all_schemas([made], [])["MadeInput"]["properties"]["field"]
    try:
        queries.check([made])
        ordered = "yes"
    except DeclarationError:
        ordered = "no"

    assert row[1:] == [
        column.compile(dialect=postgresql.dialect()).lower(),  # type: ignore[no-untyped-call]
        column.compile(dialect=sqlite.dialect()).lower(),
        FIRESTORE[type(stored)],
        f"`{json.dumps(fields['field'])}`",
        Reader({"components": {"schemas": {"Country": {"enum": ["it", "fr"]}, "Square": {}}}}).kind(schema),
        ordered,
    ]


def test_the_migration_of_a_type_is_the_one_that_is_tried() -> None:
    assert RETYPED in page("data.md")
