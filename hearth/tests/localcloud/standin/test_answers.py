"""What a change does, as Google's own provider answered it: `answers.json` holds 272 of its answers, of 9.35.0.

`before` are inputs of one resource, as they stand in the state. An answer is to one change of them: its path, with
the places in lists as numbers; how the value at it was changed; the new one, where that does not follow; and what the
provider said to Check and Diff.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from hearth.localcloud.standin.provider import StandIn

RECORDED = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
CASES = {
    f"{type_.removeprefix('gcp:').replace('/', '.').split(':')[0]} {path} {how}": (type_, (path, how, value), answer)
    for type_, recorded in RECORDED.items()
    for path, how, value, answer in recorded["answers"]
}

_NEWER = "pulumi-gcp has the property in another form since then"
OTHERWISE = {
    "projects.apiKey checkExistingUsage added": _NEWER,
    "secretmanager.secretVersion secretDataWoVersion added": _NEWER,
}
"""Where the stand-in answers otherwise, and why."""


def changed(inputs: Any, path: str, how: str, value: Any) -> Any:
    """`inputs` with the value at a path changed; a key of a map may have dots of its own."""
    here, rest = inputs, path
    while True:
        key: Any = int(rest.partition(".")[0]) if isinstance(here, list) else _key(here, rest)
        rest = rest[len(str(key)) + 1 :]
        if not rest:
            break
        here = here[key]
    match how:
        case "removed":
            del here[key]
        case "shorter":
            here[key] = here[key][:-1]
        case "reversed":
            here[key] = here[key][::-1]
        case "flip":
            here[key] = not here[key]
        case "+1":
            here[key] += 1
        case _:
            here[key] = value
    return inputs


def _key(values: dict[str, Any], rest: str) -> str:
    own = [key for key in values if rest == key or rest.startswith(f"{key}.")]
    return own[0] if own else rest


def answered(provider: StandIn, told: Any, type_: str, change: tuple[str, str, Any]) -> str:
    before = RECORDED[type_]["before"]
    kind, context = provider.kind(type_), told.context(type_)
    old = kind.check(context, None, before).inputs
    checked = kind.check(context, old, changed(copy.deepcopy(before), *change))
    if checked.failures:
        return "refused"
    diff = kind.diff(context, "it", old, before, checked.inputs)
    if diff.replace:
        return "replace, deleted first" if diff.delete_before_replace else "replace"
    return "update" if diff.changed else "nothing"


@pytest.mark.parametrize("case", CASES)
def test_a_change_does_what_it_does_to_googles_provider(provider: StandIn, told: Any, case: str) -> None:
    type_, change, answer = CASES[case]
    provider.configure({"project": RECORDED[type_]["before"].get("project", "demo-x"), "region": "us-central1"})

    own = answered(provider, told, type_, change)

    agrees = own == answer.partition(":")[0]
    assert agrees is (case not in OTHERWISE), f"{own}, and Google's {answer}"
