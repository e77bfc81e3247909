"""Forms that add, edit and remove objects.

Each answers a POST that worked with 303, so that reloading repeats nothing. What a form was made from goes with it,
hidden: the version that was seen, or for a new object a key from which its id follows, so that sent twice it is made
once. What happens to a POST that did not work is in `redisplay`.
"""

from typing import Final

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from flask_hearth import access, csrf, storage
from flask_hearth.api import idempotency
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.permissions import Operation
from flask_hearth.pages import references, sizes, texts
from flask_hearth.pages.reading import read_form
from flask_hearth.pages.redisplay import KEY, VERSION, EditConflict, render_confirmation, render_form
from flask_hearth.pages.rendering import blueprint, display_name
from flask_hearth.stores.interface import ExistsError, MissingError, Record, VersionError

_MESSAGE_CHARACTERS: Final = 60
"""Of an object's name in a message, which travels in the cookie: browsers drop one of 4 kB, and with it the session."""


@blueprint.get("/<paged:declaration>/new")
def new(declaration: Declaration) -> Response | str:
    access.check(declaration, "create")
    return render_form(declaration, texts.default_texts(declaration))


@blueprint.get("/<paged:declaration>/<id:id>/edit")
def edit(declaration: Declaration, id: str) -> Response | str:
    access.check(declaration, "update")
    record = access.load(declaration, id, "update")
    return render_form(declaration, texts.stored_texts(declaration, record.fields), id=id, version=record.version)


@blueprint.get("/<paged:declaration>/<id:id>/remove")
def confirm(declaration: Declaration, id: str) -> Response | str:
    access.check(declaration, "delete")
    return render_confirmation(declaration, access.load(declaration, id, "delete"))


@blueprint.post("/<paged:declaration>")
def create(declaration: Declaration) -> Response:
    _check(declaration, "create")
    values = read_form(declaration, request.form, own=access.own_fields(declaration))
    access.check_new(declaration, values)
    try:
        made = idempotency.make_ticket(request.form.get(KEY, ""), values).object_id
    except Problem:
        raise Problem(
            400, "Nothing was saved: the form came without its key, or a damaged one. Send it again."
        ) from None
    try:
        record = storage.current().create(declaration, made, values)
    except ExistsError:
        # Made by the same form, sent twice.
        record = storage.current().get(declaration, made)
    return _done(f"Added {_short(declaration, record)}.", url_for("collections.show", declaration=declaration, id=made))


@blueprint.post("/<paged:declaration>/<id:id>/edit")
def save(declaration: Declaration, id: str) -> Response:
    _check(declaration, "update")
    try:
        stored = None
        seen = declaration.read_only | declaration.write_only or references.are_in(declaration)
        if seen or access.needs_object(declaration, "update"):
            stored = access.load(declaration, id, "update").fields
        values = read_form(declaration, request.form, stored)
        record = storage.current().replace(declaration, id, values, expected=_version())
    except VersionError:
        record = access.load(declaration, id, "update")
        # Unless the same form was sent twice.
        if dict(record.fields) != values:
            raise EditConflict(
                f"Somebody else changed this {declaration.singular} after you opened it, so yours is not saved yet. "
                "Below, each field that differs shows theirs beside yours. When you save, the fields are saved as "
                "they are now.",
                record,
            ) from None
    except MissingError:
        raise EditConflict(
            f"Somebody else removed this {declaration.singular} after you opened it. What you entered is still "
            "here: you can add it again as a new one.",
            None,
        ) from None
    return _done(f"Saved {_short(declaration, record)}.", url_for("collections.show", declaration=declaration, id=id))


@blueprint.post("/<paged:declaration>/<id:id>/remove")
def remove(declaration: Declaration, id: str) -> Response:
    _check(declaration, "delete")
    try:
        if access.needs_object(declaration, "delete"):
            access.load(declaration, id, "delete")
        storage.current().delete(declaration, id, expected=_version())
    except VersionError:
        raise EditConflict(
            f"Somebody else changed this {declaration.singular} after you opened it, so it is not removed yet. This "
            "is its current state.",
            access.load(declaration, id, "delete"),
        ) from None
    except MissingError:
        return _done(
            f"The {declaration.singular} had been removed already.",
            url_for("collections.index", declaration=declaration),
        )
    return _done(f"Removed the {declaration.singular}.", url_for("collections.index", declaration=declaration))


def _check(declaration: Declaration, operation: Operation) -> None:
    """Whether this request may change anything.

    Raises UnsupportedMediaType, RequestEntityTooLarge, Problem (403), Forbidden.
    """
    if request.mimetype not in csrf.FORM_TYPES:
        raise UnsupportedMediaType("This URL only accepts its own form. Programs can use the API.")
    access.check(declaration, operation)
    sizes.hold_form(declaration)
    csrf.check()


def _version() -> str:
    """The state that was seen. What is none, or could not be asked for, is no state that the object is in."""
    version = request.form.get(VERSION, "")
    return version if version.isascii() and version.isprintable() else ""


def _short(declaration: Declaration, record: Record) -> str:
    name = display_name(declaration, record)
    return name if len(name) <= _MESSAGE_CHARACTERS else f"{name[: _MESSAGE_CHARACTERS - 1]}…"


def _done(message: str, location: str) -> Response:
    flash(message)
    return redirect(location, 303)
