"""Convert between the values of Pulumi's provider protocol and plain Python.

The protocol carries a protobuf Struct: its numbers are all floats, an unknown is a string that nobody would write,
and secrets, assets and archives are objects with a signature. Resource references are refused, not carried.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from hearth.plugin.kinds import UNKNOWN, Asset, ProviderError, Secret

UNKNOWNS: Final = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""One sentinel for each type that a value might have had (pulumi, sdk/go/common/resource/plugin/rpc.go).

The SDK names only the first, but the engine passes on whichever another provider answered.
"""
# The SDK offers these under no public name.
SIGNATURE: Final = rpc._special_sig_key  # noqa: SLF001
SECRET_SIGNATURE: Final = rpc._special_secret_sig  # noqa: SLF001
_ASSETS: Final = frozenset({rpc._special_asset_sig, rpc._special_archive_sig})  # noqa: SLF001


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Plain values of an object; secrets lose their mark, which the engine restores from the inputs.

    Raises ProviderError for a resource reference.
    """
    return {key: _decode(value, key) for key, value in struct.fields.items()}


def encode(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The protocol's form of an object. Raises TypeError for what has none: that is a bug of the kind."""
    return struct_pb2.Struct(fields={key: _encode(value) for key, value in values.items()})


def assets(values: Any, path: str = "") -> Iterator[str]:
    """Paths of the assets and archives in a value."""
    if isinstance(values, Asset):
        yield path
    elif isinstance(values, Mapping):
        for key, item in values.items():
            yield from assets(item, f"{path}.{key}" if path else key)
    elif isinstance(values, list):
        for at, item in enumerate(values):
            yield from assets(item, f"{path}[{at}]")


def to_json(value: Any) -> Any:
    """A value that is no secret and not unknown, as JSON can hold it."""
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    return to_json(value.fields) if isinstance(value, Asset) else value


def from_json(value: Any) -> Any:
    """The reverse of `to_json`."""
    if isinstance(value, Mapping):
        inside = {key: from_json(item) for key, item in value.items()}
        return Asset(inside) if value.get(SIGNATURE) in _ASSETS else inside
    return [from_json(item) for item in value] if isinstance(value, list) else value


def _decode(value: struct_pb2.Value, path: str) -> Any:
    which = value.WhichOneof("kind")
    if which == "struct_value":
        return _decode_object(value.struct_value, path)
    if which == "list_value":
        return [_decode(item, f"{path}[{at}]") for at, item in enumerate(value.list_value.values)]
    if which == "string_value":
        return UNKNOWN if value.string_value in UNKNOWNS else value.string_value
    if which == "number_value":
        # The wire has floats only; a count of 3.0 would print, and be sent to an API, as such.
        number = value.number_value
        return int(number) if number.is_integer() else number
    if which == "bool_value":
        return value.bool_value
    return None


def _decode_object(struct: struct_pb2.Struct, path: str) -> Any:
    signature = struct.fields.get(SIGNATURE)
    if signature is None:
        return {key: _decode(item, f"{path}.{key}") for key, item in struct.fields.items()}
    if signature.string_value == SECRET_SIGNATURE:
        return _decode(struct.fields["value"], path)
    if signature.string_value in _ASSETS:
        return Asset({key: _decode(item, f"{path}.{key}") for key, item in struct.fields.items()})
    raise ProviderError(f"{path}: resource references are not taken here. Pass a plain value, such as the id.")


def _encode(value: Any) -> struct_pb2.Value:
    if isinstance(value, Secret):
        sealed = {SIGNATURE: SECRET_SIGNATURE, "value": value.value}
        return struct_pb2.Value(struct_value=encode(sealed))
    if isinstance(value, Asset):
        return struct_pb2.Value(struct_value=encode(value.fields))
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(item) for item in value]))
    return struct_pb2.Value(**_scalar(value))


def _scalar(value: Any) -> dict[str, Any]:
    if value is None:
        return {"null_value": struct_pb2.NULL_VALUE}
    if value is UNKNOWN:
        return {"string_value": rpc.UNKNOWN}
    # Before int: a bool is one, to Python.
    if isinstance(value, bool):
        return {"bool_value": value}
    if isinstance(value, int | float):
        return {"number_value": value}
    if isinstance(value, str):
        return {"string_value": value}
    raise TypeError(f"a {type(value).__name__} has no form in Pulumi's protocol")
