"""Values as the engine's protocol has them, and as tests read them."""

from collections.abc import Sequence
from typing import Any

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

from hearth.testing.computed import Answer, Values


def to_struct(received: Struct, inputs: Values, answer: Answer, hidden: Sequence[str]) -> Struct:
    """Outputs as the protocol has them: what was received as it came, secrets and assets too, with the rest."""
    properties = Struct()
    properties.CopyFrom(received)
    for key, value in answer.outputs.items():
        if isinstance(value, pulumi.Asset | pulumi.Archive):
            continue
        if key in hidden:
            properties.update({key: secret(value)})
        elif key not in inputs or (value != inputs[key] and not rpc.is_rpc_secret(received.fields[key])):
            properties.update({key: value})
    return properties


def secret(value: Any) -> dict[str, Any]:
    """A value as the protocol marks it secret."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def to_plain(value: Any) -> Any:
    """A value without secret wrappings, and with its numbers as they were written: the protocol has floats only."""
    if rpc.is_rpc_secret(value):
        return to_plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
