"""A program's transforms, which the engine runs on each resource before it is made; Pulumi's own mocks do not.

Left out: options that a recorded resource does not show, such as timeouts and aliases; and functions' transforms.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import resource_pb2

# What an option is called in a registration, and in the message that transforms get.
_OPTIONS: Final = {
    "additionalSecretOutputs": "additional_secret_outputs",
    "deleteBeforeReplace": "delete_before_replace",
    "dependencies": "depends_on",
    "ignoreChanges": "ignore_changes",
    "protect": "protect",
    "provider": "provider",
    "retainOnDelete": "retain_on_delete",
}


def apply(request: Any, transforms: Iterable[Any]) -> None:
    """Change a registration as these callbacks of the program say, one after the other. Raises what they raise."""
    for each in transforms:
        sent = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=request.object,
            options=resource_pb2.TransformResourceOptions(
                **{theirs: getattr(request, ours) for ours, theirs in _OPTIONS.items()}
            ),
        )
        # Two that are registered at the same time come from two servicers.
        servicer = next(one for one in _CallbackServicer._servicers if each.token in one._callbacks)
        answer = servicer._callbacks[each.token](sent.SerializeToString())
        # The program's own loop waits for nothing here: a registration comes in a thread of its own.
        found: Any = asyncio.run_coroutine_threadsafe(_awaited(answer), servicer._loop).result()
        request.object.CopyFrom(found.properties)
        if found.HasField("options"):
            for ours, theirs in _OPTIONS.items():
                _put(request, ours, getattr(found.options, theirs))


async def _awaited(answer: Any) -> Any:
    return await answer


def _put(request: Any, name: str, value: Any) -> None:
    if isinstance(value, str | bool):
        setattr(request, name, value)
    else:
        request.ClearField(name)
        getattr(request, name).extend(value)
