"""docs/views.md: its code runs on each store."""

import re
from typing import Any

import pytest

from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.docs.page import page
from flask_hearth.tests.views.world import app_over
from flask_hearth.views import stored

CODE = re.findall(r"^```python\n(.*?)^```$", page("views.md"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_runs_on_each_store(databases: Databases, kind: str) -> None:
    # Models, the view, and the one that is stored.
    declaring = [CODE[0], CODE[1], CODE[4]]
    using = [code for code in CODE if code not in declaring]
    names: dict[str, Any] = {"__name__": "app.cities"}
    exec("".join(declaring), names)  # noqa: S102 - our own page
    declarations, views = (names["CITIES"], names["DISTRICTS"]), (names["CITY_GUIDES"], names["KEPT_GUIDES"])
    store = databases.open(kind, [*declarations, *stored.declarations(views)])

    with app_over(store, *views, declarations=declarations).app_context() as context:
        app = context.app
        names["client"] = app.test_client()
        for code in using:
            exec(code, names)  # noqa: S102

    assert len(using) == 5
