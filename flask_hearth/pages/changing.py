"""Forms that add, edit and remove objects.

Each answers a POST that worked with 303, so that reloading repeats nothing. What a form was made from goes with it,
hidden: the version that was seen, or for a new object a key from which its id follows, so that sent twice it is made
once. What happens to a POST that did not work is in `again`.
"""

from collections.abc import Callable
from typing import Final

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from flask_hearth import csrf, identity, storage
from flask_hearth.api import idempotency
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import texts
from flask_hearth.pages.again import KEY, VERSION, Changed, confirmation, form
from flask_hearth.pages.rendering import blueprint, called, sign_in
from flask_hearth.stores.interface import ExistsError, MissingError, Record, VersionError

_MESSAGE_CHARACTERS: Final = 60
"""Of an object's name in a message, which travels in the cookie: browsers drop one of 4 kB, and with it the session."""

_ONLY_WRITERS: Final = "Nothing was saved: only who is signed in may change anything here."


@blueprint.get("/<paged:of>/new")
def new(of: Declaration) -> Response | str:
    return _for_writers(lambda: form(of, texts.blank(of)))


@blueprint.get("/<paged:of>/<id:id>/edit")
def edit(of: Declaration, id: str) -> Response | str:
    def filled() -> str:
        record = storage.current().get(of, id)
        return form(of, texts.written(of, record.fields), id=id, version=record.version)

    return _for_writers(filled)


@blueprint.get("/<paged:of>/<id:id>/remove")
def confirm(of: Declaration, id: str) -> Response | str:
    return _for_writers(lambda: confirmation(of, storage.current().get(of, id)))


@blueprint.post("/<paged:of>")
def create(of: Declaration) -> Response:
    _check()
    values = texts.values(of, texts.typed(of, request.form))
    try:
        made = idempotency.ticket_of(request.form.get(KEY, ""), values).object_id
    except Problem:
        raise Problem(
            400, "Nothing was saved: the form came without its key, or a damaged one. Send it again."
        ) from None
    try:
        record = storage.current().create(of, made, values)
    except ExistsError:
        # Made by the same form, sent twice.
        record = storage.current().get(of, made)
    return _done(f"Added {_short(of, record)}.", url_for("collections.show", of=of, id=made))


@blueprint.post("/<paged:of>/<id:id>/edit")
def save(of: Declaration, id: str) -> Response:
    _check()
    values = texts.values(of, texts.typed(of, request.form))
    try:
        record = storage.current().replace(of, id, values, expected=_version())
    except VersionError:
        record = storage.current().get(of, id)
        # Unless the same form was sent twice.
        if dict(record.fields) != values:
            raise Changed(
                f"Somebody else changed this {of.singular} after you opened it, so yours is not saved yet. Below, each "
                "field that differs shows theirs beside yours. What is in the fields when you save is what will be "
                "kept.",
                record,
            ) from None
    except MissingError:
        raise Changed(
            f"Somebody else removed this {of.singular} after you opened it. What you entered is still here: you can "
            "add it again as a new one.",
            None,
        ) from None
    return _done(f"Saved {_short(of, record)}.", url_for("collections.show", of=of, id=id))


@blueprint.post("/<paged:of>/<id:id>/remove")
def remove(of: Declaration, id: str) -> Response:
    _check()
    try:
        storage.current().delete(of, id, expected=_version())
    except VersionError:
        raise Changed(
            f"Somebody else changed this {of.singular} after you opened it, so it is not removed yet. This is what it "
            "is now.",
            storage.current().get(of, id),
        ) from None
    except MissingError:
        return _done(f"The {of.singular} had been removed already.", url_for("collections.index", of=of))
    return _done(f"Removed the {of.singular}.", url_for("collections.index", of=of))


def _for_writers(page: Callable[[], str]) -> Response | str:
    """The page, or for who may only read the way to sign in. Raises Problem (403) where there is none."""
    if identity.may_write():
        return page()
    way = sign_in()
    if way is None:
        raise Problem(403, _ONLY_WRITERS)
    return redirect(way, 303)


def _check() -> None:
    """Whether this request may change anything. Raises UnsupportedMediaType, Problem (403), Forbidden."""
    if request.mimetype not in csrf.FORM_TYPES:
        raise UnsupportedMediaType("This address takes what its form sends. For programs there is the API.")
    if not identity.may_write():
        raise Problem(403, _ONLY_WRITERS)
    csrf.check()


def _version() -> str:
    """The state that was seen. What is none, or could not be asked for, is no state that the object is in."""
    version = request.form.get(VERSION, "")
    return version if version.isascii() and version.isprintable() else ""


def _short(of: Declaration, record: Record) -> str:
    name = called(of, record)
    return name if len(name) <= _MESSAGE_CHARACTERS else f"{name[: _MESSAGE_CHARACTERS - 1]}…"


def _done(message: str, location: str) -> Response:
    flash(message)
    return redirect(location, 303)
