"""Keeps documents of views as what they are made of is.

A document is written over the version that was read *before* its objects were, or not at all. So the last to write it
has seen all that was committed before; whoever comes later writes it once more, and nobody has to come in order.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_hearth.stores import limits
from flask_hearth.stores.interface import (
    ExistsError,
    MissingError,
    Record,
    TooLargeError,
    UnavailableError,
    VersionError,
)
from flask_hearth.stores.writes import Create, Replace, Write
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Objects, TooManyError, digest, read
from flask_hearth.views.readers import owner_field
from flask_hearth.views.stored import Places, document_declaration

CONFLICTS = (ExistsError, VersionError, MissingError)
ATTEMPTS = 8
"""To write one document that others write as well."""

_log = logging.getLogger(__name__)


class UnmadeError(Exception):
    """A view can't be made of the objects that there are."""


def document(view: View[Any], id: str, objects: Objects) -> dict[str, Any]:
    """The fields of a document, without content where there is no view. Raises UnmadeError."""
    fields = _nothing(view)
    try:
        inputs = read(view, objects, id)
    except MissingError:
        return fields
    except TooManyError as error:
        raise UnmadeError(str(error)) from error
    try:
        content = view.of(**inputs.arguments()).model_dump(mode="json")
    except Exception as error:
        raise UnmadeError(f"its function failed with {error!r}") from error
    made = fields | {"content": content, "made_of": inputs.digests}
    if owner := owner_field(view):
        made["owner"] = objects.one(view.key.model, id)[id].get(owner)
    faults = [fault for each in limits.scalars(content) if (fault := limits.value_fault(each))]
    if fault := limits.fault(document_declaration(view), made) or next(iter(faults), None):
        raise UnmadeError(f"it {fault}")
    return made


def without_faults(view: View[Any], id: str, objects: Objects) -> dict[str, Any]:
    """The same, but what can't be made has no content either: a fault of a view must not stop writes to the domain."""
    try:
        return document(view, id, objects)
    except UnmadeError as error:
        _log.error("%s %s is not stored: %s", view.singular, id, error, exc_info=error.__cause__)
        return _nothing(view)


def _nothing(view: View[Any]) -> dict[str, Any]:
    """Of a document where there is no view."""
    return {"content": None, "made_of": [], "made_by": view.version} | ({"owner": None} if owner_field(view) else {})


def write_of(view: View[Any], id: str, fields: Mapping[str, Any], found: Record | None) -> Write:
    """Of a document, over the version that was found."""
    kept = document_declaration(view)
    if found is None:
        return Create(declaration=kept, id=id, fields=fields)
    return Replace(declaration=kept, id=id, fields=fields, expected=found.version)


def refresh(view: View[Any], ids: Iterable[str], places: Places, *, known: Sequence[Record] = ()) -> None:
    """Bring documents up to date with what is committed; repeated, it changes nothing.

    `known` are objects of the view's key, read before. They are read again where the document tells of another state.
    Raises UnavailableError where others keep writing the same document.
    """
    wanted = list(dict.fromkeys(ids))
    for _ in range(ATTEMPTS):
        try:
            _refresh(view, wanted, places, known)
        except (*CONFLICTS, TooLargeError):
            known = ()
            if len(wanted) > 1:
                half = len(wanted) // 2
                refresh(view, wanted[:half], places)
                refresh(view, wanted[half:], places)
                return
        else:
            return
    raise UnavailableError(f"Others keep changing {view.singular} {wanted[0]}.")


def _refresh(view: View[Any], ids: Sequence[str], places: Places, known: Sequence[Record]) -> None:
    if not ids:
        return
    # Before the objects, always.
    found = {each.id: each for each in places.views.get_many(document_declaration(view), ids)}
    objects = Objects(places.domain)
    objects.know(view.key.model, {each.id: each.fields for each in known if _is_current(each, found.get(each.id))})
    objects.fetch_for(view, ids)
    writes = []
    for each in ids:
        fields, before = without_faults(view, each, objects), found.get(each)
        changed = fields["content"] is not None if before is None else fields != before.fields
        if changed:
            writes.append(write_of(view, each, fields, before))
    if writes:
        places.views.commit(writes)


def _is_current(known: Record, document: Record | None) -> bool:
    """Whether the object still was so when the document was read: that has none, or is made of this very state."""
    return document is None or digest({known.id: known.fields}) in document.fields["made_of"]
