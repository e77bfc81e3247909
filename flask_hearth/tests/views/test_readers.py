"""Who may read a view: who may read the object that it is of, or whom the view itself lets, computed or stored."""

from dataclasses import replace
from typing import Annotated

import pytest
from flask import request

from flask_hearth import identity, state
from flask_hearth.api import openapi
from flask_hearth.model.declaration import DeclarationError, Model
from flask_hearth.model.permissions import ANYBODY, Owner, Permissions
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.test_permissions import EVERYBODY, OWN, USERS, Note, ask
from flask_hearth.tests.views.world import app_over
from flask_hearth.views.declaration import Key, View


class Teaser(Model):
    """A note's beginning."""

    start: str


def teaser(note: Annotated[Note, Key()]) -> Teaser:
    """As much as fits."""
    return Teaser(start=note.text[:5])


class PublicTeaser(Teaser):
    """The same, for everybody."""


def public_teaser(note: Annotated[Note, Key()]) -> PublicTeaser:
    """As much as fits."""
    return PublicTeaser(start=note.text[:5])


TEASERS = View(name="teasers", singular="teaser", of=teaser)


@pytest.mark.parametrize("view", [TEASERS, replace(TEASERS, serve="materialized")], ids=["computed", "materialized"])
@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/teasers/ann", [401, 403, 200, 404, 404, 200]),
        ("/teasers/gone", [401, 403, 404, 404, 404, 404]),
        ("/teasers", [401, 403, 200, 200, 200, 200]),
    ],
)
def test_who_may_not_read_the_object_learns_nothing_of_its_view(
    view: View[Teaser], path: str, statuses: list[int]
) -> None:
    public = replace(view, name="public_teasers", of=public_teaser, permissions=Permissions(read=ANYBODY))
    app = app_over(MemoryStore(), view, public, declarations=[OWN])
    app.config[identity.CHECKED] = True
    state.for_app(app).finder = lambda: USERS.get(request.headers.get("X-User", ""))
    store = state.for_app(app).store
    assert store is not None
    with app.app_context():
        for author in ("ann", "ben"):
            store.create(OWN, author, {"text": f"by {author}", "public": False, "author": author})

    answers = [ask(app.test_client(), user, "GET", f"/api/v1{path}") for user in EVERYBODY]

    assert [answer.status_code for answer in answers] == statuses
    assert {
        ask(app.test_client(), user, "GET", path.replace("/teasers", "/api/v1/public_teasers")).status_code
        for user in EVERYBODY
    } == {404 if path == "/teasers/gone" else 200}
    if path == "/teasers":
        listed = [[each["id"] for each in answer.get_json()["teasers"]] for answer in answers[2:]]
        assert listed == [["ann"], ["ben"], [], ["ann", "ben"]]


def test_the_apis_document_says_who_may() -> None:
    paths = openapi.document([OWN], views=[TEASERS])["paths"]

    for path in ("/api/v1/teasers", "/api/v1/teasers/{id}"):
        assert "the user whose id is the object's `author`" in paths[path]["get"]["description"]
        assert paths[path]["get"]["security"] == [{"firebase": []}]
        assert "403" in paths[path]["get"]["responses"]


def test_permissions_that_can_not_be_kept_are_refused_at_start() -> None:
    view = replace(TEASERS, permissions=Permissions(read=Owner("text")))

    with pytest.raises(DeclarationError, match=r"Note.text says who the owner is"):
        app_over(MemoryStore(), view, declarations=[OWN])
