"""A resource type of a Google API as a table's row."""

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from hearth.catalog.apis import Api
from hearth.localcloud.standin.names import Names

_PARAMETER = re.compile(r"\{(\w+)\}")


class Update(Enum):
    """What an update's request carries."""

    CHANGED = auto()
    """The changed fields, and an `updateMask` that names them."""
    WHOLE = auto()
    """The whole resource, without a mask."""
    MERGE = auto()
    """The changed fields; null takes one away (JSON merge patch)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """How a type maps to REST. Property names are the catalog's."""

    type: str
    title: str
    """What error messages call it, as Google's provider does: `Error creating Service: ...`."""
    api: Api
    path: str
    """The resource below the API's base, with the inputs that say where it stands: `projects/{project}/...`."""
    id_query: str | None = None
    """The query parameter that names a new resource; None where the body does."""
    names: Names = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    """Inputs that stay in the state and never reach the API, beside `deletionPolicy`."""
    unread: frozenset[str] = frozenset()
    """Inputs that the API takes and does not answer."""
    update: Update = Update.CHANGED

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return tuple(_PARAMETER.findall(self.path))

    @cached_property
    def id_parameter(self) -> str:
        """The parameter that names the resource in its collection."""
        return self.parameters[-1]

    @cached_property
    def collection(self) -> str:
        return self.path.rpartition("/")[0]

    def locate(self, id: str) -> dict[str, str] | None:
        """The parameters in a state's id; None when it does not have this form.

        The last parameters alone will do, without the collections' names, as in Google's import formats.
        """
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if _PARAMETER.fullmatch(part) else re.escape(part)
            for part in re.split(r"(\{\w+\})", self.path)
        )
        if whole := re.fullmatch(pattern, id):
            return whole.groupdict()
        parts = id.split("/")
        if len(parts) > len(self.parameters) or not set(parts).isdisjoint(self.path.split("/")):
            return None
        return dict(zip(self.parameters[-len(parts) :], parts, strict=True))
