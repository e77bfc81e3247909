"""Whether views can be made of what is declared: looked at when the service starts, not at some client's request."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_hearth.model import permission_checks
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, declaration_of
from flask_hearth.stores import queries
from flask_hearth.stores.kinds import Kind, kinds
from flask_hearth.views.declaration import Referred, Referring, View
from flask_hearth.views.sources import Input
from flask_hearth.views.stored import document_declaration


def check(views: Sequence[View[Any]], declarations: Sequence[Declaration]) -> None:
    """Raises DeclarationError for names taken, models without a collection, fields that find no objects, and results
    that no store could keep.
    """
    taken = {each.name for each in declarations}
    for view in views:
        if view.name in taken:
            raise DeclarationError(
                f"{view.name!r} names a view and a collection, or two views: they would have one path. Rename one."
            )
        taken.add(view.name)
        permission_checks.check([view.guard(declaration_of(view.key.model, declarations))])
        if view.is_stored:
            kinds(document_declaration(view))
        _check_bodies(view, {*(each.model for each in declarations), *(each.output for each in views)})
        for each in view.inputs:
            _check_source(view, each, declarations)


def _check_source(view: View[Any], each: Input, declarations: Sequence[Declaration]) -> None:
    declaration = declaration_of(each.model, declarations)
    match each.source:
        case Referring(field, at_most):
            _check_reference(view, declaration, field)
            _check_index(view, declaration, field)
            if at_most < 1:
                raise DeclarationError(f"{view.name} reads at most {at_most} {each.name}. Allow at least one.")
        case Referred(by) as source:
            if by != f"{view.key.name}.{source.field}":
                raise DeclarationError(
                    f"{view.name} refers by {by!r}. Name the parameter that is marked with Key() and a field "
                    f"of its model, such as '{view.key.name}.country'."
                )
            keyed = declaration_of(view.key.model, declarations)
            _check_reference(view, keyed, source.field)
            if view.is_stored:
                _check_index(view, keyed, source.field)


def _check_bodies(view: View[Any], shown: Collection[type[Model]]) -> None:
    for change in view.changes.values():
        if change.body.model in shown:
            raise DeclarationError(
                f"{view.name}'s {change.operation} function gets a {change.body.model.__name__}, which answers are "
                "made of and has an id there. Derive a model for the body."
            )


def _check_reference(view: View[Any], declaration: Declaration, field: str) -> None:
    if field not in declaration.model.model_fields or kinds(declaration)[field][0] not in {Kind.TEXT, Kind.UUID}:
        raise DeclarationError(
            f"{view.name} reads {field!r} of {declaration.model.__name__} as an id, which is no field of text there."
        )


def _check_index(view: View[Any], declaration: Declaration, field: str) -> None:
    if not queries.is_served(declaration, [field], "created_at"):
        raise DeclarationError(
            f"{view.name} finds {declaration.name} by their {field}, which no index serves. Add "
            f"{(field, 'created_at')!r} to the declaration's indexes."
        )
