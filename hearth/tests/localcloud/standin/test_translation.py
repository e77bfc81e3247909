"""The pure parts: names and shapes of two sides, and what counts as declared."""

from typing import Any

import pytest

from hearth.localcloud.standin import rows
from hearth.localcloud.standin.declared import apply_change, restore_zero_values, select_declared
from hearth.localcloud.standin.names import Field, Names, Way, from_rest, rest_roots, to_rest

NAMES: Names = {
    "items.envs": Field("env"),
    "items.ports": Field("ports", Way.ONE_OF_LIST),
    "state": Field("condition", Way.LIST_OF_ONE),
    "policies": Field("policies", Way.KEYED),
    "uniform": Field("iam.uniform.enabled"),
    "public": Field("iam.public"),
    "short": Field("name", Way.LAST),
}
SHAPE = {
    "items": [{"envs": [{"name!": "string", "value": "string"}], "ports": {"number!": "integer"}}],
    "state": None,
    "policies": [{"id!": "string", "keep": "integer"}],
    "uniform": "boolean",
    "public": "string",
    "labels": {"*": "string"},
    "size": "integer",
    "generation": "string",
}
PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"items": [{"envs": [{"name": "A", "value": "1"}], "ports": {"number": 1}}]},
        {"items": [{"env": [{"name": "A", "value": "1"}], "ports": [{"number": 1}]}]},
    ),
    ({"policies": [{"id": "a", "keep": 1}]}, {"policies": {"a": {"id": "a", "keep": 1}}}),
    ({"uniform": True, "public": "no"}, {"iam": {"uniform": {"enabled": True}, "public": "no"}}),
    ({"labels": {"items.envs": "x", "uniform": "y"}}, {"labels": {"items.envs": "x", "uniform": "y"}}),
    ({"uniform": False, "items": []}, {"iam": {"uniform": {"enabled": False}}, "items": []}),
]


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_translation_goes_both_ways(here: dict[str, Any], there: dict[str, Any]) -> None:
    assert to_rest(NAMES, here) == there
    assert from_rest(NAMES, SHAPE, there) == here


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ({"condition": {"a": 1}}, {"state": [{"a": 1}]}),
        ({"name": "projects/p/x/web"}, {"short": "web"}),
        ({"size": "8000000000"}, {"size": 8_000_000_000}),
        ({"generation": 3}, {"generation": "3"}),
        ({"items": [{"ports": []}]}, {"items": [{"ports": None}]}),
        ({"nobody": "knows", "items": [{"this": "either"}]}, {"items": [{}]}),
    ],
)
def test_what_is_only_read(there: dict[str, Any], here: dict[str, Any]) -> None:
    assert from_rest(NAMES, {**SHAPE, "short": "string"}, there) == here


def test_a_name_is_never_sent() -> None:
    assert to_rest(NAMES, {"short": "web"}) == {}


def test_an_update_mask_names_the_apis_fields() -> None:
    assert rest_roots(NAMES, {"uniform", "public", "labels"}) == ["iam", "labels"]


DECLARED: list[tuple[str, Any, Any, Any]] = [
    ("equal", {"a": 1}, {"a": 1}, {"a": 1}),
    ("a default is not declared", {"a": 1}, {"a": 1, "b": 2}, {"a": 1}),
    ("a zero is left out by the API", {"a": 0, "b": "", "c": False, "d": {"e": 0}, "f": []}, {}, None),
    ("a value is not a zero", {"a": 1}, {}, {}),
    ("drift", {"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 2}}),
    ("a longer list", [1], [1, 2], [1, 2]),
    ("a shorter list", [1, 2], [1], [1]),
    ("defaults in a list", [{"a": 1}], [{"a": 1, "b": 2}], [{"a": 1}]),
]


@pytest.mark.parametrize(("declared", "live", "found"), [row[1:] for row in DECLARED], ids=[row[0] for row in DECLARED])
def test_only_what_was_declared_is_compared(declared: Any, live: Any, found: Any) -> None:
    assert select_declared(declared, live) == (declared if found is None else found)


def test_zeros_that_were_declared_are_put_back() -> None:
    live = {"items": [{"name": "a"}], "more": {}}

    assert restore_zero_values({"off": False, "items": [{"count": 0}], "more": {"deep": ""}, "set": "x"}, live) == {
        "off": False,
        "items": [{"name": "a", "count": 0}],
        "more": {"deep": ""},
    }


def test_a_change_leaves_what_was_computed() -> None:
    live = {"items": [{"image": "1", "cpu": "1"}], "timeout": "300s", "gone": 1, "kept": {"most": 3, "least": 1}}
    before = {"items": [{"image": "1"}], "gone": 1, "kept": {"most": 3, "least": 1}}

    assert apply_change(live, before, {"items": [{"image": "2"}], "kept": {}}, frozenset({"kept.most"})) == {
        "items": [{"image": "2", "cpu": "1"}],
        "timeout": "300s",
        "kept": {"most": 3},
    }


@pytest.mark.parametrize(
    ("id", "found"),
    [
        ("projects/p/locations/r/services/web", {"project": "p", "location": "r", "name": "web"}),
        ("p/r/web", {"project": "p", "location": "r", "name": "web"}),
        ("r/web", {"location": "r", "name": "web"}),
        ("web", {"name": "web"}),
        ("services/web", None),
        ("a/b/c/d", None),
        ("projects/p/locations/r/jobs/web", None),
    ],
)
def test_ids_are_read_in_the_forms_that_google_documents(id: str, found: dict[str, str] | None) -> None:
    assert rows.RUN_SERVICE.locate(id) == found
