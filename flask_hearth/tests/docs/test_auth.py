"""docs/auth.md: its declaration is one that is served."""

import re

from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.docs.page import page


def test_the_declaration_with_permissions_is_served() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", page("auth.md"), re.MULTILINE | re.DOTALL)
    found: dict[str, object] = {"__name__": "app.notes"}
    exec(code, found)  # noqa: S102 - our own page
    client = app_over(MemoryStore(), declarations=(found["NOTES"],)).test_client()  # type: ignore[arg-type]

    assert client.get("/api/v1/notes").status_code == 403
