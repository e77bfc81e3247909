"""What requests to the Hosting API bring besides a body: update masks; and label maps."""

from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from hearth.localcloud.errors import ApiError


def update_mask(request: web.Request, known: Collection[str], default: Sequence[str]) -> tuple[str, ...]:
    """Fields that `updateMask` names, `default` without one. Raises ApiError (400) for a field outside `known`."""
    text = request.query.get("updateMask", "")
    fields = tuple(part.strip() for part in text.split(",") if part.strip()) or tuple(default)
    for field in fields:
        if field not in known:
            raise ApiError(
                400, f"Invalid field path '{field}' in updateMask: the fields are {', '.join(sorted(known))}."
            )
    return fields


def read_labels(value: Any, where: str) -> dict[str, str]:
    """A map of strings. Raises ApiError (400)."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ApiError(400, f"Invalid value at '{where}': a map of strings was expected.")
    return value
