"""Changed paths, and their spelling, which the engine must be able to parse."""

from typing import Any

import pytest

from hearth.plugin.diff import Path, changed_paths, format_path, holds, parse_path, root
from hearth.plugin.kinds import UNKNOWN

CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    ("nothing", {"a": 1, "b": {"c": [1]}}, {"a": 1, "b": {"c": [1]}}, set()),
    ("a value", {"a": 1}, {"a": 2}, {"a"}),
    ("an added one", {}, {"a": {"b": 1}}, {"a"}),
    ("a removed one", {"a": [1]}, {}, {"a"}),
    ("inside a map", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, {"a.b"}),
    ("a file", {"files": {"/a.css": "1"}}, {"files": {"/b.css": "1"}}, {'files["/a.css"]', 'files["/b.css"]'}),
    ("a list item", {"a": [{"b": 1}, 2]}, {"a": [{"b": 3}, 2]}, {"a[0].b"}),
    ("a longer list", {"a": [1]}, {"a": [1, 2]}, {"a[1]"}),
    ("another type", {"a": {"b": 1}}, {"a": [1]}, {"a"}),
    ("True is not 1", {"a": True}, {"a": 1}, {"a"}),
    ("None is absent", {"a": None, "b": {"c": None}}, {"b": {}}, set()),
    ("unknown may be anything", {"a": {"b": 1}}, {"a": UNKNOWN}, {"a"}),
    ("unknown inside", {"a": {"b": 1, "c": 2}}, {"a": {"b": UNKNOWN, "c": 2}}, {"a.b"}),
]


@pytest.mark.parametrize(("old", "new", "paths"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_changed_paths(old: dict[str, Any], new: dict[str, Any], paths: set[str]) -> None:
    assert changed_paths(old, new) == paths


PATHS: list[tuple[Path, str]] = [
    (("name",), "name"),
    (("template", "containers", 0, "image"), "template.containers[0].image"),
    (("files", "/a.css"), 'files["/a.css"]'),
    (("a.b", "c"), '["a.b"].c'),
    (("a", 'say "x"'), 'a["say \\"x\\""]'),
    (("a", ""), 'a[""]'),
    (("a", "größe"), 'a["größe"]'),
    (("a", 1, 2), "a[1][2]"),
]


@pytest.mark.parametrize(("path", "text"), PATHS)
def test_paths_are_spelled_as_the_engine_spells_them(path: Path, text: str) -> None:
    assert format_path(path) == text
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["a[", 'a["b', "a]"[:1] + "[x]"])
def test_a_path_nobody_could_parse_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no property path"):
        parse_path(text)


def test_root_is_the_input_a_path_leads_into() -> None:
    assert root('template.containers[0]["x"]') == "template"


@pytest.mark.parametrize(
    ("path", "there"),
    [("a", True), ("a.b[0]", True), ("a.b[1]", False), ("a.x", False), ("n", False), ("u.anything[3]", True)],
)
def test_holds_tells_whether_something_is_there(path: str, *, there: bool) -> None:
    assert holds({"a": {"b": [1]}, "n": None, "u": UNKNOWN}, parse_path(path)) is there
