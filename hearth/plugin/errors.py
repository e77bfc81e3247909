"""How the failures of a kind reach the engine as gRPC statuses."""

import functools
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from hearth.plugin.kinds import InitFailed, ProviderError
from hearth.plugin.values import encode

Self = TypeVar("Self")
Request = TypeVar("Request")
Answer = TypeVar("Answer")
Method = Callable[[Self, Request, grpc.ServicerContext], Answer]


class _Status(NamedTuple):
    """What `ServicerContext.abort_with_status` wants (grpc.Status)."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


def answers(method: Method[Self, Request, Answer]) -> Method[Self, Request, Answer]:
    """Turn what a method of the servicer raises into the status that says it best.

    The engine takes UNKNOWN and INTERNAL for "nobody knows whether it was done" and keeps an operation pending in
    the state; an expected refusal must use another code.
    """

    @functools.wraps(method)
    def answering(self: Self, request: Request, context: grpc.ServicerContext) -> Answer:
        try:
            return method(self, request, context)
        except InitFailed as failure:
            context.abort_with_status(_init_failed(failure))
            raise
        except ProviderError as failure:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(failure))
            raise
        except NotImplementedError as refusal:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(refusal))
            raise
        except Exception:
            context.abort(grpc.StatusCode.INTERNAL, f"a bug in this provider, please report it:\n{_trace()}")
            raise

    return answering


def _init_failed(failure: InitFailed) -> _Status:
    """The rich status (google.rpc.Status in the trailers) from which the engine keeps the resource."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.id, properties=encode(failure.outputs), reasons=failure.reasons, **_read_inputs(failure)
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(failure), details=[detail])
    return _Status(code, str(failure), (("grpc-status-details-bin", status.SerializeToString()),))


def _read_inputs(failure: InitFailed) -> dict[str, Any]:
    return {} if failure.inputs is None else {"inputs": encode(failure.inputs)}


def _trace() -> str:
    return traceback.format_exc().rstrip()
