"""Values found by path, and never a secret in clear."""

import pytest

from hearth.preview.values import MISSING, SECRET, UNKNOWN, at, leaves, steps, written

HIDDEN = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "s3cret"}
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_OBJECT = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("name", ["name"]),
        ("template.containers[0].image", ["template", "containers", 0, "image"]),
        ('files["/a.b/[c].css"]', ["files", "/a.b/[c].css"]),
        (r'files["/say \"hi\".txt"]', ["files", '/say "hi".txt']),
        ('["odd key"].x', ["odd key", "x"]),
    ],
)
def test_a_path_is_taken_apart_as_pulumi_writes_it(path: str, expected: list[str | int]) -> None:
    assert steps(path) == expected


@pytest.mark.parametrize(
    ("inputs", "path", "expected"),
    [
        ({"a": {"b": [1.0, 2.5]}}, "a.b[0]", "1"),
        ({"a": {"b": [1.0, 2.5]}}, "a.b[1]", "2.5"),
        ({"a": True}, "a", "true"),
        ({"a": "one\ntwo"}, "a", "one\\ntwo"),
        ({"a": 1}, "b", MISSING),
        ({"a": [1]}, "a[3].x", MISSING),
        ({"a": HIDDEN}, "a", SECRET),
        ({"a": HIDDEN}, "a.b.c", SECRET),
        ({"a": {"b": HIDDEN, "c": 1}}, "a", f'{{"b": "{SECRET}", "c": 1}}'),
        ({"a": UNKNOWN_TEXT}, "a", UNKNOWN),
        ({"a": UNKNOWN_TEXT}, "a.b", UNKNOWN),
        ({"a": UNKNOWN_OBJECT}, "a.b", UNKNOWN),
    ],
)
def test_a_value_is_written_on_one_line_with_secrets_masked(inputs: object, path: str, expected: str) -> None:
    assert written(inputs, path) == expected
    assert "s3cret" not in written(inputs, path)


def test_a_long_value_is_cut() -> None:
    assert len(written({"a": "x" * 1000}, "a")) == 160


def test_the_leaves_of_a_value_are_found_again_by_their_paths() -> None:
    value = {"a": [{"b": 1}, {"b": 2}], "files": {"/x.css": "9"}, "key": HIDDEN}

    assert [at(value, path) for path in leaves(value)] == [1, 2, "9", HIDDEN]
