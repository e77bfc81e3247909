"""Convert between the values of Pulumi's provider protocol and plain Python.

The protocol carries a protobuf Struct: its numbers are all floats, an unknown is a string that nobody would write,
and secrets, assets and archives are objects with a signature. Resource references are refused, not carried.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2

from hearth.plugin import signatures
from hearth.plugin.kinds import UNKNOWN, Asset, ProviderError, Secret


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
        return Asset(inside) if value.get(signatures.SIGNATURE) in signatures.ASSETS else inside
    return [from_json(item) for item in value] if isinstance(value, list) else value


def _decode(value: struct_pb2.Value, path: str) -> Any:
    which = value.WhichOneof("kind")
    if which == "struct_value":
        return _decode_object(value.struct_value, path)
    if which == "list_value":
        return [_decode(item, f"{path}[{at}]") for at, item in enumerate(value.list_value.values)]
    if which == "string_value":
        return UNKNOWN if value.string_value in signatures.UNKNOWNS else value.string_value
    if which == "number_value":
        # The wire has floats only; a count of 3.0 would print, and be sent to an API, as such.
        number = value.number_value
        return int(number) if number.is_integer() else number
    if which == "bool_value":
        return value.bool_value
    return None


def _decode_object(struct: struct_pb2.Struct, path: str) -> Any:
    signature = struct.fields.get(signatures.SIGNATURE)
    if signature is None:
        return {key: _decode(item, f"{path}.{key}") for key, item in struct.fields.items()}
    if signature.string_value == signatures.SECRET:
        return _decode(struct.fields["value"], path)
    if signature.string_value in signatures.ASSETS:
        return Asset({key: _decode(item, f"{path}.{key}") for key, item in struct.fields.items()})
    raise ProviderError(f"{path}: resource references are not taken here. Pass a plain value, such as the id.")


def _encode(value: Any) -> struct_pb2.Value:
    if isinstance(value, Secret):
        sealed = {signatures.SIGNATURE: signatures.SECRET, "value": value.value}
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
        return {"string_value": signatures.UNKNOWN}
    # Before int: a bool is one, to Python.
    if isinstance(value, bool):
        return {"bool_value": value}
    if isinstance(value, int | float):
        return {"number_value": value}
    if isinstance(value, str):
        return {"string_value": value}
    raise TypeError(f"a {type(value).__name__} has no form in Pulumi's protocol")
