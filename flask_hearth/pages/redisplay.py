"""A form that did not work is shown again, with all that was typed and the reason.

Whatever stops it (a fault in a field, another's change, a limit, a session that ended, a store that is away), nobody
types it twice. Only what no form of ours sends gets an error page: another content type, too much, another site's.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from flask_hearth import access, errors, problems
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import faults, references, texts
from flask_hearth.pages.fields import fields, shown_fields
from flask_hearth.pages.rendering import blueprint, display_name, page, sign_in
from flask_hearth.stores.interface import FullError, MissingError, Record, TakenError, TooLargeError, UnavailableError

KEY: Final = "_key"
"""Hidden field of a form for a new object: what makes it one object, however often it is sent."""

VERSION: Final = "_version"
"""Hidden field of a form for an object that is there: the state that was seen."""


class EditConflict(Problem):
    """409: the object is not any more what the person saw. `now` is what it is; None if it was removed."""

    def __init__(self, detail: str, now: Record | None) -> None:
        super().__init__(problems.EDIT_CONFLICT, detail)
        self.now = now


def render_form(
    declaration: Declaration,
    typed: Mapping[str, str],
    *,
    id: str | None = None,
    version: str = "",
    problem: Problem | None = None,
    now: Record | None = None,
) -> str:
    """The form with these texts, to add an object or, with an id, to edit one. With `now`, that is shown beside."""
    try:
        offered = references.offers(declaration)
        named = references.names(
            [
                *references.typed(declaration, offered, typed),
                *(references.within(now.fields, fields(declaration)) if now else ()),
            ]
        )
    except UnavailableError:
        if problem is None:
            raise
        # What was typed is shown again all the same.
        offered, named = references.unread(declaration), {}
    return page(
        "form.html",
        declaration,
        id=id,
        texts=typed,
        faults=faults.by_field(declaration, typed, problem),
        problem=problem,
        now=now,
        offers=offered,
        names=named,
        theirs=None if now is None else texts.stored_texts(declaration, now.fields),
        hidden={VERSION: version} if id else {KEY: _key(problem)},
    )


def render_confirmation(declaration: Declaration, record: Record, problem: Problem | None = None) -> str:
    """Asks whether to remove this state of the object."""
    return page(
        "remove.html",
        declaration,
        record=record,
        names=references.names(references.within(record.fields, shown_fields(declaration))),
        display_name=display_name(declaration, record),
        problem=problem,
        hidden={VERSION: record.version},
    )


@blueprint.errorhandler(Problem)
def redisplay_form(problem: Problem) -> Response:
    """Also for what is raised before the view, such as a limit on writes."""
    if request.method != "POST":
        # Only pages that need a user raise one of these, and who signs in comes back.
        way = sign_in() if problem.kind in {problems.READING_ONLY, problems.NOT_PERMITTED} else None
        return errors.error_response(problem) if way is None else redirect(way, 303)
    arguments: Mapping[str, Any] = request.view_args or {}
    try:
        html = _shown_again(arguments["declaration"], arguments.get("id"), problem)
    except (MissingError, UnavailableError, HTTPException):
        return errors.error_response(problem)
    # The problem's own response has its headers, such as Retry-After.
    response = errors.plain_response(problem)
    response.content_type = "text/html; charset=utf-8"
    response.set_data(html)
    return response


@blueprint.errorhandler(UnavailableError)
def unavailable(error: UnavailableError) -> Response:
    answer = errors.unavailable(error)
    if request.method != "POST":
        return answer
    told = "The database does not answer, so this may not be saved. Send it again in a moment: nothing is saved twice."
    return redisplay_form(
        Problem(problems.STORE_UNAVAILABLE, told, headers={"Retry-After": answer.headers["Retry-After"]})
    )


@blueprint.errorhandler(FullError)
def full(error: FullError) -> Response:
    return redisplay_form(errors.full(error))


@blueprint.errorhandler(TakenError)
def taken(error: TakenError) -> Response:
    return redisplay_form(errors.taken(error))


@blueprint.errorhandler(TooLargeError)
def too_large(error: TooLargeError) -> Response:
    return redisplay_form(errors.too_large(error))


def _shown_again(declaration: Declaration, id: str | None, problem: Problem) -> str:
    changed = problem if isinstance(problem, EditConflict) else None
    if id is not None and request.path.endswith("/remove"):
        return render_confirmation(declaration, (changed and changed.now) or access.load(declaration, id), problem)
    typed = texts.submitted_texts(declaration, request.form)
    if changed is None:
        return render_form(declaration, typed, id=id, version=request.form.get(VERSION, ""), problem=problem)
    if changed.now is None:
        return render_form(declaration, typed, problem=problem)
    return render_form(declaration, typed, id=id, version=changed.now.version, problem=problem, now=changed.now)


def _key(problem: Problem | None) -> str:
    """The form's own again, so that it stays one object; another one where that was the fault."""
    sent = None if problem is None or problem.code == 400 else request.form.get(KEY)
    return sent or secrets.token_urlsafe(16)
