"""What a resource that a killed engine was creating is called on the local cloud, if it is there."""

from collections.abc import Callable, Mapping
from typing import Any

from hearth.localcloud.standin.kept import KeptKind
from hearth.localcloud.standin.provider import StandIn
from hearth.localcloud.standin.resource import RestKind
from hearth.plugin.kinds import Context, ProviderError

_OURS = "gcp:"


def lookup(variables: Mapping[str, str]) -> Callable[[str, Mapping[str, Any]], str | None]:
    """A function that takes a type and inputs and gives the id of the resource that is there, or None.

    Types that can be created twice without harm (grants, enabled APIs, what Google itself numbers, all of the provider
    `hearth`) are never found: creating them again is all they need. `variables` tell where the local cloud is.
    """
    standin = StandIn(variables)
    standin.configure({})

    def id_of(type_: str, inputs: Mapping[str, Any]) -> str | None:
        kind = standin.kind(type_) if type_.startswith(_OURS) else None
        if not isinstance(kind, RestKind | KeptKind):
            return None
        try:
            id_ = kind.id(kind.where(inputs)) if isinstance(kind, RestKind) else kind.id(inputs)
            return id_ if id_ and kind.read(Context(urn=""), id_, inputs, None) else None
        except ProviderError:
            # Half made, or its inputs do not say where it stands: the engine's own message tells more.
            return None

    return id_of
