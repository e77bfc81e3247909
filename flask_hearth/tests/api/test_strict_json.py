"""What is read as JSON, what is not, and what is but can't be kept."""

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from flask_hearth.api import strict_json
from flask_hearth.api.strict_json import MAX_DEPTH, ContentFaultError, SyntaxFaultError

NO_BOUND = 10**9


def parse(text: bytes) -> Any:
    return strict_json.parse(text, max_tokens=NO_BOUND)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"{", "line 1, column 2"),
        (b"{} {}", "Extra data"),
        (b"{'a': 1}", "double quotes"),
        (b'{"a": 1,}', "column"),
        (b"[1,]", "column"),
        (b"// no\n{}", "Expecting value"),
        (b"\xa0{}", "not UTF-8 from byte 0"),
        ("\u00a0{}".encode(), "Expecting value"),
        (b'{"a": "\xff"}', "not UTF-8 from byte 7"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"01", "Extra data"),
        (b"+1", "Expecting value"),
        (b".5", "Expecting value"),
        (b"0x1", "Extra data"),
        (b"True", "Expecting value"),
        (b'"\t"', "control character"),
        (b'"\\x00"', "escape"),
        (b'{"a": 1, "a": 1}', 'the name "a" occurs twice'),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', 'the name "a" occurs twice'),
    ],
)
def test_what_is_not_json_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(SyntaxFaultError, match=reason.replace("\\", "")):
        parse(text)


@pytest.mark.parametrize(
    ("text", "pointer", "reason"),
    [
        (b'{"a": 1e999}', "/a", "out of range"),
        (b"[0, -1e999]", "/1", "out of range"),
        (b"1" * 5000, "", "out of range"),
        (b'{"a": {"b": "\\u0000"}}', "/a/b", "U+0000"),
        (b'{"a\\u0000": 1}', "", "name that contains U+0000"),
        (b'{"a": "\\ud800"}', "/a", "surrogate"),
        (b'{"a": "\\udc00\\ud800"}', "/a", "surrogate"),
        (b'{"\\ud800": {"\\ud800": 1}}', "", "surrogate"),
        (b'{"a/b~": ["\\ud83d"]}', "/a~1b~0/0", "surrogate"),
        (nested(MAX_DEPTH + 1), "/0" * MAX_DEPTH, "deep"),
        (nested(100_000), "", "deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "", "deep"),
    ],
)
def test_what_no_store_could_keep_is_refused_with_its_place(text: bytes, pointer: str, reason: str) -> None:
    with pytest.raises(ContentFaultError) as caught:
        parse(text)

    assert caught.value.pointer == pointer
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b' {"a": [1, 2.5, true, null, "\xc3\xa4"]}\r\n', {"a": [1, 2.5, True, None, "ä"]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"9223372036854775808", 2.0**63),
        (b"-10000000000000000000", -1e19),
        (b"1e-999", 0),
        (b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}', {"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}),
    ],
)
def test_json_is_read(text: bytes, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (b"1.0", True),
        (b"1e2", True),
        (b"-0.0", True),
        (b"1.5", False),
        (b"1e300", False),
        (b"9223372036854775808", True),
        (b"9" * 301, False),
    ],
)
def test_a_whole_number_is_one_however_it_is_written(text: bytes, *, whole: bool) -> None:
    """JSON has one kind of number; JSON Schema calls 1.0 an integer."""
    assert isinstance(parse(text), int) is whole


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    parse(nested(MAX_DEPTH))


def test_in_a_megabyte_of_brackets_each_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    look = strict_json._fault

    def counted(value: Any, depth: int) -> str | None:
        nonlocal looks
        looks += 1
        return look(value, depth)

    monkeypatch.setattr(strict_json, "_fault", counted)
    parse(b"[" + b"[]," * 349_000 + b"[]]")

    assert looks == 349_002


def test_a_long_name_around_a_long_list_is_not_written_down_for_each_member() -> None:
    text = b'{"' + b"a" * 20_000 + b'": [' + b"0," * 5_000 + b"0]}"
    tracemalloc.start()
    try:
        parse(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 10 * len(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (b"1", 0),
        (b"[1, 2, 3]", 3),
        (b'{"a": [], "b": {}}', 4),
        (b'{"a,[{": ",[{"}', 1),
        (rb'["\\",",,\"[[", {}]', 4),
        (rb'["\\", "[", 1]', 3),
    ],
)
def test_as_many_values_as_allowed_are_read_and_no_more(text: bytes, tokens: int) -> None:
    """What stands in a text is none, however it is escaped."""
    strict_json.parse(text, max_tokens=tokens)
    with pytest.raises(ContentFaultError, match=f"more than {tokens - 1:,} values"):
        strict_json.parse(text, max_tokens=tokens - 1)


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"[]," * 349_000 + b"[]]",
        b'{"a":[' + b'{"a":1},' * 130_000 + b"1]}",
        b'["' + b'",,,"' * 200_000,
        b"[" + b"," * 1_000_000 + b"\\",
    ],
    ids=["lists", "objects", "texts", "no json"],
)
def test_of_too_many_nothing_is_made(text: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ContentFaultError, match="more than 10,000 values"):
            strict_json.parse(text, max_tokens=10_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < len(text)


def test_a_text_without_an_end_is_looked_through_once() -> None:
    """From each quote in it anew, it would take the square of its length."""
    text = b'["' + rb"\"," * 349_000

    assert len(list(strict_json._TEXT.finditer(text))) == 1
    with pytest.raises(SyntaxFaultError):
        strict_json.parse(text, max_tokens=10_000)


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | some.floats() | some.text(some.characters()),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)


@given(ANYTHING)
@settings(derandomize=True, database=None, max_examples=300, deadline=None)
def test_every_value_is_read_back_or_refused(value: object) -> None:
    text = json.dumps(value).encode()
    try:
        found = parse(text)
    except (SyntaxFaultError, ContentFaultError):
        return

    assert found == value
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()


@given(some.binary())
@settings(derandomize=True, database=None, max_examples=500, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with suppress(SyntaxFaultError, ContentFaultError):
        parse(data)
