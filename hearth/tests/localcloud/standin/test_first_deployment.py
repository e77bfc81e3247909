"""Every resource of prod, refused in the ways of a new project by turns: docs/deploying.md has the fix of each message.

In Google's words where a public source has them. That what comes late is waited for is a business of
hearth/tests/provider (APIs, grants) and hearth/tests/engine/test_late_grants.py.
"""

import json
import re
from typing import Any

import pytest

from flask_hearth.tests.docs.page import page
from hearth.catalog.played import PLAYED
from hearth.plugin.kinds import ProviderError
from hearth.plugin.values import decode, encode
from hearth.tests import example
from hearth.tests.localcloud.standin.conftest import FakeGoogle, Refusal, Told

_TABLE = page("deploying.md").partition("## When it stops half-way")[2].partition("\n## ")[0]
_LINES = re.findall(r"^\| .*", _TABLE, re.MULTILINE)
ROWS = [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in _LINES]
DECLARED = {
    each.short: each
    for database in ("firestore", "postgres")
    for each in example.run_stack("prod", {"app:database": database, "app:databasePoolSize": "4"}).resources
    if each.type in PLAYED
}
"""Those that the local cloud plays, whichever database there is. One that it keeps is a record that nobody refuses."""
TAKEN = {
    "gcp:storage/bucket:Bucket": "The requested bucket name is not available. The bucket namespace is shared by all",
    "gcp:firebase/hostingSite:HostingSite": "Invalid name: `x` is reserved by another project; try `x-1`",
    "gcp:firestore/database:Database": "Database already exists. Please use another database_id",
    "gcp:identityplatform/config:Config": "Identity Platform has already been enabled for this project.",
}
"""By type, where Google says it otherwise than that a resource already exists."""


def fixes(message: str) -> list[str]:
    """What the page says to do about a message: of the rows with a text in it, `…` standing for anything."""
    found = []
    for told, _cause, fix in ROWS:
        texts = [
            text for text in re.findall(r"`([^`]+|``[^`]+``)`", told.replace("\\|", "|")) if re.search("[ …]", text)
        ]
        patterns = [".*".join(map(re.escape, text.split("…"))) for text in texts]
        if any(re.search(pattern, message.replace("`", ""), re.DOTALL) for pattern in patterns):
            found.append(fix)
    return found


def refused(google: FakeGoogle, provider: Any, told: Told, short: str, refusal: Refusal) -> str:
    """What creating the resource ends with, where Google answers everything with this."""
    resource = DECLARED[short]
    inputs: dict[str, Any] = json.loads(json.dumps(resource.inputs, default=str).replace("example-prod", "demo-x"))

    def refuse(method: str, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        raise refusal

    google.answer = refuse  # type: ignore[method-assign]
    kind, context = provider.kind(resource.type), told.context(resource.type, resource.name)
    checked = kind.check(context, None, inputs)
    assert not checked.failures
    with pytest.raises(ProviderError) as error:
        kind.create(context, decode(encode(checked.inputs)), preview=False)
    return str(error.value)


@pytest.mark.parametrize("short", sorted(DECLARED))
@pytest.mark.parametrize(
    ("code", "words", "fix"),
    [
        (403, "Permission 'x.y.create' denied on resource '//x.googleapis.com/projects/demo-x'", "step 5"),
        (
            403,
            "X API has not been used in project 7 before or it is disabled. Enable it, then retry.",
            "`pulumi up`",
        ),
        (400, "Constraint constraints/gcp.resourceLocations violated for projects/demo-x", "step 7"),
    ],
    ids=["a role is missing", "an API is late", "a policy forbids it"],
)
def test_each_refusal_has_its_fix(
    google: FakeGoogle, provider: Any, told: Told, *, short: str, code: int, words: str, fix: str
) -> None:
    message = refused(google, provider, told, short, Refusal(code, words))

    assert words in message
    assert any(fix in each for each in fixes(message)), message


NAMED = {name: each for name, each in DECLARED.items() if "IAM" not in each.type and "Iam" not in each.type}
"""Grants, which are added to a policy, are never taken."""


@pytest.mark.parametrize("short", sorted(NAMED))
def test_each_taken_name_has_its_fix(google: FakeGoogle, provider: Any, told: Told, short: str) -> None:
    words = TAKEN.get(NAMED[short].type, f"Resource '{NAMED[short].name}' already exists")
    message = refused(google, provider, told, short, Refusal(409, words))

    assert words in message
    assert fixes(message), message
