"""docs/views.md: its code runs on each store."""

import pytest

from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.docs.guides import CODE, DECLARING, declared
from flask_hearth.tests.views.world import app_over
from flask_hearth.views import stored


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_runs_on_each_store(databases: Databases, kind: str) -> None:
    names = declared()
    using = [code for code in CODE if code not in DECLARING]
    declarations = (names["CITIES"], names["DISTRICTS"])
    views = [names[each] for each in ("CITY_GUIDES", "EDITED_GUIDES", "KEPT_GUIDES", "MY_GUIDES")]
    store = databases.open(kind, [*declarations, *stored.declarations(views)])

    with app_over(store, *views, declarations=declarations).app_context() as context:
        app = context.app
        names["client"] = app.test_client()
        for code in using:
            exec(code, names)  # noqa: S102 - our own page

    assert len(using) == 5
