"""The functions of Google's provider on the local cloud: answered, read off what is there, or refused."""

from collections.abc import Callable, Mapping
from typing import Any

from hearth.catalog import functions
from hearth.catalog.functions import Place
from hearth.catalog.played import short
from hearth.catalog.projects import number
from hearth.localcloud.standin.kept import KeptKind, NotRecordedError
from hearth.localcloud.standin.kind import GcpKind
from hearth.localcloud.standin.settings import ProviderSettings
from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, ReadResult, Secret, Values


def invoke(token: str, arguments: Values, settings: ProviderSettings, kind_of: Callable[[str], GcpKind]) -> Values:
    """The answer. Raises ProviderError for a function that can't be answered here, and for what is not there."""
    if _holds_unknown(arguments):
        return functions.unknown(token, UNKNOWN)
    place = Place(
        project=settings.project,
        number=number(str(arguments.get("projectId") or settings.project)),
        region=settings.region,
        zone=settings.zone,
        default_labels=settings.default_labels,
    )
    found = functions.evaluate(token, arguments, place)
    if found is not None:
        return found | ({"accessToken": Secret(found["accessToken"])} if "accessToken" in found else {})
    type_ = functions.reads(token)
    if type_ is None:
        which = " of those that were deployed onto it"
        raise ProviderError(functions.refusal(token, by="The local cloud", those=which))
    read = _read(kind_of(type_.token), functions.id_of(type_, arguments, place), arguments)
    if read is None:
        raise ProviderError(
            f"{token} finds no {short(type_.token)} that its arguments name: on the local cloud there is only what was "
            "deployed onto it. Deploy it first, declare it in this program and read it off there, or take what is "
            "needed of it from the stack's settings."
        )
    outputs = {name: value.value if isinstance(value, Secret) else value for name, value in read.outputs.items()}
    answer = functions.result(type_, read.id, outputs)
    secret = functions.secrets(type_)
    return {name: Secret(value) if name in secret else value for name, value in answer.items()}


def _read(kind: GcpKind, id: str | None, arguments: Values) -> ReadResult | None:
    context = Context(urn="")
    if id is None:
        return kind.search(arguments) if isinstance(kind, KeptKind) else None
    try:
        return kind.read(context, id, None, None)
    except NotRecordedError:
        return None


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(_holds_unknown(each) for each in value)
    return value is UNKNOWN
