"""docs/models.md: its code runs on each store, and its table has the rows that tests prove."""

import re
from typing import Any

import pytest

from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.docs.page import page
from flask_hearth.tests.model import test_batch, test_reference
from flask_hearth.tests.model.cities import app_over
from flask_hearth.tests.model.test_histories import HISTORIES
from flask_hearth.tests.model.test_queries import CASES

PAGE = page("models.md")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_runs_on_each_store(databases: Databases, kind: str) -> None:
    declaring, *using = CODE
    names: dict[str, Any] = {"__name__": "app.cities"}
    exec(declaring, names)  # noqa: S102 - our own page
    declarations = [names["CITIES"], names["TRIPS"]]

    with app_over(databases.open(kind, declarations), *declarations).app_context():
        for code in using:
            exec(code, names)  # noqa: S102

    assert len(using) == 7


def test_the_table_of_meanings_has_a_row_for_all_that_is_proved() -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.partition("## Queries")[2], re.MULTILINE)

    assert [row for row in rows if row not in {"|", "---"}] == [
        *CASES,
        *test_batch.ROWS,
        *test_reference.ROWS,
        *HISTORIES,
    ]
