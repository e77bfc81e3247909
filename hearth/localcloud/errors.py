"""Errors in the shape of Google's APIs (Google Cloud API design guide, "Errors")."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

# gRPC status by HTTP code, as google.rpc.Code maps them.
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_RPC_CODE = {
    "INVALID_ARGUMENT": 3,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "UNAUTHENTICATED": 16,
}


class ApiError(Exception):
    """A refusal that an API answers with: HTTP code, message, and the status name when it is not the code's usual."""

    def __init__(
        self, code: int, message: str, status: str | None = None, details: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUS.get(code, "UNKNOWN")
        self.details = list(details)

    def body(self) -> dict[str, Any]:
        """`{"error": {...}}` as an API answers it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def rpc(self) -> dict[str, Any]:
        """The google.rpc.Status that a failed long-running operation carries."""
        return {"code": _RPC_CODE.get(self.status, 2), "message": self.message}

    def response(self) -> web.Response:
        return web.json_response(self.body(), status=self.code)


def not_found(what: str) -> ApiError:
    return ApiError(404, f"Resource '{what}' was not found")


def exists(what: str) -> ApiError:
    return ApiError(409, f"Resource '{what}' already exists")
