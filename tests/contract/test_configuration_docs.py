"""docs/configuration.md lists every key with its real default, and every output."""

import json
import re
from dataclasses import asdict

import pytest

from hearth.guards import RULES
from infra import names
from infra.program import ROOT
from infra.settings import StackSettings
from tests.infra.example import run_stack

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
GUARDS = PAGE.partition("## Guards")[2].partition("## Outputs")[0]
ROWS = dict(re.findall(r"^\| `([A-Za-z:]+)` \| ([^|]+?) \|", PAGE.replace(GUARDS, ""), flags=re.MULTILINE))


def written(default: object) -> str:
    if default == "":
        return "empty"
    if isinstance(default, tuple):
        return f"`{json.dumps(default)}`"
    return f"`{json.dumps(default) if isinstance(default, bool) else default}`"


def test_the_keys_of_the_page_are_the_keys_there_are_in_their_order() -> None:
    assert [key for key in ROWS if key.startswith("app:")] == StackSettings.keys()


@pytest.mark.parametrize(
    "field",
    [each for each in StackSettings.model_fields.values() if str(each.alias).startswith("app:")],
    ids=lambda field: field.alias,
)
def test_a_default_is_told_as_it_is(field: object) -> None:
    assert ROWS[field.alias] == written(field.default)  # type: ignore[attr-defined]


def test_every_name_that_is_derived_is_told() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `app:name` |"))
    derived = asdict(names.derive(name="NAME", project="PROJECT", site_id="SITE"))

    # The site is not named after it; the pool's name goes on.
    told = {f"{name}-POOL" if field == "delivery_pool" else name for field, name in derived.items() if field != "site"}
    assert set(re.findall(r"`([A-Z-]*NAME[A-Za-z-]*)`", row)) == told


def test_every_output_is_told() -> None:
    more = {
        "app:customDomains": '["www.example.com"]',
        "app:deliveryRepository": "acme/web",
        "app:deliveryRepositoryId": "1234",
    }
    outputs = run_stack("dev", more).outputs

    assert {key for key in ROWS if ":" not in key} == set(outputs)


def test_every_guard_is_told_and_no_other() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", GUARDS, flags=re.MULTILINE) == list(RULES)
