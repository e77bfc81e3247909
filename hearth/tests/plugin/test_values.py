"""Values survive the way over the wire, and what has no form there is refused."""

from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from hearth.plugin import signatures
from hearth.plugin.kinds import UNKNOWN, Asset, ProviderError, Secret
from hearth.plugin.values import assets, decode, encode, from_json, to_json

PLAIN = {
    "text": "a",
    "empty": "",
    "number": 3,
    "fraction": 0.5,
    "negative": -1,
    "yes": True,
    "no": False,
    "nothing": None,
    "list": [1, "b", [True], {}],
    "map": {"/a.css": {"deep": [UNKNOWN]}},
    "unknown": UNKNOWN,
}


def test_the_marks_are_the_ones_that_the_sdk_has() -> None:
    assert signatures.UNKNOWN == rpc.UNKNOWN
    assert rpc._special_sig_key == signatures.SIGNATURE
    assert rpc._special_secret_sig == signatures.SECRET
    assert {rpc._special_asset_sig, rpc._special_archive_sig} == signatures.ASSETS


def test_plain_values_come_back_as_they_went() -> None:
    assert decode(encode(PLAIN)) == PLAIN


def test_whole_numbers_come_back_as_int() -> None:
    """An API refuses `"maxInstanceCount": 4.0`."""
    assert repr(decode(encode({"n": 4.0}))) == "{'n': 4}"


def test_true_stays_a_boolean() -> None:
    assert decode(encode({"on": True}))["on"] is True


@pytest.mark.parametrize(
    "sentinel",
    [
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_every_sentinel_of_the_engine_is_unknown(sentinel: str) -> None:
    assert decode(encode({"value": sentinel}))["value"] is UNKNOWN


def test_a_secret_travels_sealed_and_arrives_plain() -> None:
    wire = encode({"key": Secret({"inner": "x"})})

    sealed = wire.fields["key"].struct_value.fields
    assert sealed[rpc._special_sig_key].string_value == rpc._special_secret_sig
    assert decode(wire) == {"key": {"inner": "x"}}


def test_a_secret_does_not_show_itself() -> None:
    assert "hunter2" not in repr({"key": Secret("hunter2")})


ASSET = {rpc._special_sig_key: rpc._special_asset_sig, "hash": "h1", "path": "x"}


def test_an_asset_comes_back_as_it_went_and_through_json_too() -> None:
    wire = encode({"files": [ASSET]})

    (asset,) = decode(wire)["files"]

    assert isinstance(asset, Asset)
    assert encode({"files": [asset]}) == wire
    assert to_json({"files": [asset]}) == {"files": [ASSET]}
    assert from_json({"files": [ASSET]}) == {"files": [asset]}
    assert list(assets({"a": 1, "files": [asset]})) == ["files[0]"]


def test_assets_are_equal_by_their_content() -> None:
    """The same file lies elsewhere for everybody who deploys it."""
    moved, changed = Asset({**ASSET, "path": "y"}), Asset({**ASSET, "hash": "h2"})

    assert Asset(ASSET) == moved
    assert Asset(ASSET) != changed


def test_a_resource_reference_is_refused_by_its_path() -> None:
    wire = encode({"on": [{rpc._special_sig_key: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u"}]})

    with pytest.raises(ProviderError, match=r"on\[0\]: resource references"):
        decode(wire)


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}])
def test_what_has_no_form_is_a_bug(value: Any) -> None:
    with pytest.raises(TypeError, match="no form"):
        encode({"value": value})


def test_an_object_sent_by_another_encoder_is_read() -> None:
    """Struct.update is how the SDK builds them."""
    wire = struct_pb2.Struct()
    wire.update({"a": [1, None]})

    assert decode(wire) == {"a": [1, None]}
