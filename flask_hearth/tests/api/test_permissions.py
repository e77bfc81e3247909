"""Who may do what with a collection: in the API and on its pages, for the whole of it and for an object."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Annotated, Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import Field
from werkzeug.test import TestResponse

from flask_hearth import identity, state
from flask_hearth.identity import User
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, ReadOnly
from flask_hearth.model.permissions import ANYBODY, NOBODY, SIGNED_IN, Claim, Owner, Permissions
from flask_hearth.stores.interface import Store
from flask_hearth.tests.api.conftest import app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.pages.conftest import visitor_of

USERS = {
    "ann": User(id="ann"),
    "ben": User(id="ben", claims={"roles": ["editor"]}),
    "eve": User(id="eve", claims={"admin": 1, "roles": "admin"}),
    "root": User(id="root", claims={"admin": True}),
    "guest": User(id="guest", anonymous=True, claims={"admin": True}),
}
EVERYBODY = ["nobody", "guest", "ann", "ben", "eve", "root"]


class Note(Model):
    """What somebody wrote."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    public: bool = False
    author: Annotated[str, Field(max_length=128), ReadOnly()] = ""


def is_public(_: User | None, note: Mapping[str, Any]) -> bool:
    return note["public"] is True


def notes(permissions: Permissions, *indexes: tuple[str, ...]) -> Declaration:
    return Declaration(name="notes", singular="note", model=Note, permissions=permissions, indexes=indexes)


OWN = notes(
    Permissions(
        read=(Owner("author"), Claim("admin")), create=SIGNED_IN, update=Owner("author"), delete=Claim("admin")
    ),
    ("author", "created_at"),
    ("author", "public", "created_at"),
    ("text",),
)
PUBLIC = notes(
    Permissions(read=(is_public, Owner("author")), list=NOBODY, update=Owner("author"), delete=(Owner("author"),))
)


def site(store: Store, declaration: Declaration, *, checked: bool = True) -> Flask:
    """Whoever the header X-User names asks; where nobody is checked, it means nothing."""
    app = app_over(store, declarations=(declaration,))
    app.config[identity.CHECKED] = checked
    if checked:
        state.for_app(app).finder = lambda: USERS.get(request.headers.get("X-User", ""))
    return app


def ask(client: FlaskClient, user: str, method: str, path: str, **more: Any) -> TestResponse:
    return client.open(path, method=method, headers={"X-User": user}, **more)


def filled(declaration: Declaration) -> tuple[MemoryStore, FlaskClient]:
    store = MemoryStore()
    for author, public in (("ann", False), ("ben", True)):
        store.create(declaration, author, {"text": f"by {author}", "public": public, "author": author})
    return store, site(store, declaration).test_client()


A_NOTE = {"text": "new"}


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("GET", "", [401, 403, 200, 200, 200, 200]),
        ("HEAD", "", [401, 403, 200, 200, 200, 200]),
        ("OPTIONS", "", [200] * 6),
        ("POST", "", [401, 403, 201, 201, 201, 201]),
        ("GET", "/ann", [401, 403, 200, 404, 404, 200]),
        ("GET", "/gone", [401, 403, 404, 404, 404, 404]),
        ("PUT", "/ann", [401, 403, 200, 404, 404, 403]),
        ("PATCH", "/ann", [401, 403, 200, 404, 404, 403]),
        ("PATCH", "/gone", [401, 403, 404, 404, 404, 404]),
        ("DELETE", "/ann", [401, 403, 403, 403, 403, 204]),
        ("DELETE", "/gone", [401, 403, 403, 403, 403, 404]),
    ],
)
def test_users_read_and_change_their_own_and_administrators_read_and_remove_all(
    method: str, path: str, statuses: list[int]
) -> None:
    """Whoever may not read an object learns as little as of one that there is not."""
    found = []
    for user in EVERYBODY:
        store, client = filled(OWN)
        before = dict(store.get(OWN, "ann").fields)
        answer = ask(client, user, method, f"/api/v1/notes{path}", json=A_NOTE if method != "DELETE" else None)
        found.append(answer.status_code)
        if answer.status_code >= 400:
            assert store.get(OWN, "ann").fields == before
            assert "by ann" not in answer.text
        if answer.status_code == 401:
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'

    assert found == statuses


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("GET", "", [401, 403, 403]),
        ("POST", "", [401, 403, 201]),
        ("GET", "/ben", [200, 200, 200]),
        ("GET", "/ann", [401, 404, 200]),
        ("GET", "/gone", [401, 404, 404]),
        ("PATCH", "/ben", [401, 403, 403]),
        ("PATCH", "/ann", [401, 403, 200]),
        ("DELETE", "/ben", [401, 403, 403]),
        ("DELETE", "/ann", [401, 403, 204]),
    ],
)
def test_a_function_says_who_may_read_what(method: str, path: str, statuses: list[int]) -> None:
    found = []
    for user in EVERYBODY[:3]:
        _, client = filled(PUBLIC)
        more = {} if method in {"GET", "DELETE"} else {"json": A_NOTE}
        found.append(ask(client, user, method, f"/api/v1/notes{path}", **more).status_code)

    assert found == statuses


@pytest.fixture(params=["sqlite", "firestore"])
def kept(request: pytest.FixtureRequest, databases: Databases) -> Store:
    return databases.open(request.param, [OWN])


def test_a_list_has_what_its_reader_may_read_on_every_page(kept: Store) -> None:
    for number in range(6):
        author = ["ann", "ben"][number % 2]
        kept.create(OWN, f"n{number}", {"text": f"{number}", "public": number > 2, "author": author})
    client = site(kept, OWN).test_client()

    def texts(user: str, query: str = "") -> list[str]:
        answer = ask(client, user, "GET", f"/api/v1/notes?per_page=2{query}")
        found: list[str] = []
        while True:
            page = answer.get_json()
            found += [note["text"] for note in page["notes"]]
            if page["next"] is None:
                return found
            answer = ask(client, user, "GET", f"/api/v1/notes?per_page=2{query}&cursor={page['next']}")

    first = ask(client, "ann", "GET", "/api/v1/notes?per_page=2").get_json()

    assert texts("ann") == ["0", "2", "4"]
    assert texts("ann", "&public=true&sort=-created_at") == ["4"]
    assert texts("root") == ["0", "1", "2", "3", "4", "5"]
    assert texts("eve") == []
    assert first["total"] == 3
    # A cursor is of its reader's own list.
    problem(ask(client, "ben", "GET", f"/api/v1/notes?cursor={first['next']}"), 422)
    refused = problem(ask(client, "ann", "GET", "/api/v1/notes?sort=text"), 400)
    assert "Add ('author', 'text')" in refused["detail"]


def test_who_makes_an_object_owns_it_and_nobody_says_otherwise() -> None:
    store, client = filled(OWN)
    made = ask(client, "ben", "POST", "/api/v1/notes", json=A_NOTE)
    forged = ask(client, "ben", "POST", "/api/v1/notes", json={**A_NOTE, "author": "ann"})
    taken = ask(client, "ben", "PATCH", made.headers["Location"], json={"author": "ann"})

    assert made.get_json()["author"] == "ben"
    for refused in (forged, taken):
        assert problem(refused, 422)["errors"][0]["pointer"] == "/author"
    assert store.count(OWN) == 3


def test_a_function_sees_a_new_object_before_it_is_made() -> None:
    declaration = notes(Permissions(create=lambda user, note: user is not None and note["text"] == user.id))
    object_only = Declaration(name="notes", singular="note", model=Line, permissions=declaration.permissions)
    client = site(MemoryStore(), object_only).test_client()

    assert ask(client, "ann", "POST", "/api/v1/notes", json={"text": "ann"}).status_code == 201
    problem(ask(client, "ann", "POST", "/api/v1/notes", json={"text": "ben"}), 403)
    problem(ask(client, "nobody", "POST", "/api/v1/notes", json={"text": "ben"}), 401)


class Line(Model):
    text: Annotated[str, Field(max_length=200)]


def test_strangers_may_do_what_anybody_may_also_where_users_are_checked() -> None:
    open_to_all = Declaration(
        name="notes",
        singular="note",
        model=Line,
        permissions=Permissions(create=ANYBODY, delete=Claim("roles", "editor")),
    )
    client = site(MemoryStore(), open_to_all).test_client()
    path = ask(client, "nobody", "POST", "/api/v1/notes", json=A_NOTE).headers["Location"]

    problem(ask(client, "nobody", "PATCH", path, json=A_NOTE), 401)
    problem(ask(client, "root", "DELETE", path), 403)
    assert ask(client, "ben", "DELETE", path).status_code == 204


def test_a_function_says_which_object_may_be_replaced_in_the_api_and_by_a_form() -> None:
    mine = Permissions(update=lambda user, line: user is not None and line["text"] == f"of {user.id}")
    lines = Declaration(name="notes", singular="note", model=Line, permissions=mine)
    store = MemoryStore()
    store.create(lines, "x", {"text": "of ann"})
    visitor = visitor_of(site(store, lines))
    visitor.client.environ_base["HTTP_X_USER"] = "ann"
    form = visitor.form("/notes/x/edit")
    visitor.client.environ_base["HTTP_X_USER"] = "ben"

    assert visitor.send(form, text="of ben").status_code == 403
    assert visitor.client.get("/notes/x/edit").status_code == 403
    problem(visitor.client.put("/api/v1/notes/x", json={"text": "of ben"}), 403)
    assert store.get(lines, "x").fields == {"text": "of ann"}
    visitor.client.environ_base["HTTP_X_USER"] = "ann"
    assert visitor.client.put("/api/v1/notes/x", json={"text": "of ann"}).status_code == 200


@pytest.mark.parametrize(("checked", "status"), [(True, 401), (False, 403)])
def test_nobody_makes_an_object_without_an_owner(checked: bool, status: int) -> None:  # noqa: FBT001 - a column
    owned = notes(Permissions(create=ANYBODY, update=Owner("author")))
    client = site(MemoryStore(), owned, checked=checked).test_client()

    problem(ask(client, "nobody", "POST", "/api/v1/notes", json=A_NOTE), status)


def test_what_is_for_users_is_for_nobody_where_users_are_not_checked() -> None:
    """Rather than for everybody, as whoever set the rule would not expect that."""
    client = site(MemoryStore(), OWN, checked=False).test_client()
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/ann"), ("DELETE", "/ann")):
        found = problem(ask(client, "ann", method, f"/api/v1/notes{path}", json=A_NOTE), 403)
        assert "AUTH=none" in found["detail"]


@pytest.mark.parametrize("declaration", [OWN, PUBLIC])
@pytest.mark.parametrize("user", ["nobody", "ann", "ben", "root"])
def test_pages_show_and_offer_what_the_api_allows(declaration: Declaration, user: str) -> None:
    store, client = filled(declaration)
    app = client.application
    app.config[identity.SIGN_IN] = "/sign-in"
    visitor = visitor_of(app)
    visitor.client.environ_base["HTTP_X_USER"] = user
    for api, page in (
        ("GET /api/v1/notes", "/notes"),
        ("GET /api/v1/notes/ann", "/notes/ann"),
        ("PATCH /api/v1/notes/ann", "/notes/ann/edit"),
        ("DELETE /api/v1/notes/ann", "/notes/ann/remove"),
        ("GET /api/v1/notes/ben", "/notes/ben"),
        ("GET /api/v1/notes/gone", "/notes/gone"),
    ):
        method, path = api.split()
        # With a precondition that does not hold: nothing is changed.
        answer = client.open(
            path,
            method=method,
            headers={"X-User": user, "If-Match": '"x"'} if method != "GET" else {"X-User": user},
            json={} if method == "PATCH" else None,
        )
        shown = visitor.client.get(page)
        expected = {401: 303, 412: 200}.get(answer.status_code, answer.status_code)
        assert shown.status_code == expected, (api, answer.text)
        if shown.status_code == 303:
            assert shown.headers["Location"].startswith("/sign-in?next=")
        elif shown.status_code == 200 and page == "/notes/ann":
            own = user == "ann"
            assert ("/notes/ann/edit" in shown.text) is own
            assert ("/notes/ann/remove" in shown.text) is (own if declaration is PUBLIC else user == "root")
        else:
            assert shown.status_code == 200 or "by ann" not in shown.text
    assert store.count(declaration) == 2


def test_a_form_that_somebody_else_may_send_is_refused_and_shows_nothing() -> None:
    store, client = filled(OWN)
    visitor = visitor_of(client.application)
    visitor.client.environ_base["HTTP_X_USER"] = "ann"
    edit, new = visitor.form("/notes/ann/edit"), visitor.form("/notes/new")
    made = visitor.follow(visitor.send(new, text="mine"))
    visitor.client.environ_base["HTTP_X_USER"] = "ben"
    refused = visitor.send(edit, text="changed")
    visitor.client.environ_base["HTTP_X_USER"] = "root"
    only_removes = visitor.send(edit, text="changed")
    remove = visitor.form("/notes/ann/remove")
    visitor.client.environ_base["HTTP_X_USER"] = "ben"
    not_removed = visitor.send(remove)

    assert "Author" in made.text
    assert set(new.shown) == {"text"}, "an unchecked box sends nothing"
    assert only_removes.status_code == 403
    for answer in (refused, not_removed):
        assert answer.status_code in {403, 404, 409}
        assert "by ann" not in answer.text
    assert store.get(OWN, "ann").fields["text"] == "by ann"


def test_the_document_says_who_each_operation_is_for() -> None:
    _, client = filled(OWN)
    document = client.get("/api/v1/openapi.json").get_json()
    collection, one = document["paths"]["/api/v1/notes"], document["paths"]["/api/v1/notes/{id}"]
    names = [each.get("name") for each in collection["get"]["parameters"]]

    assert [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()] == []
    for operation in (collection["get"], collection["post"], one["get"], one["put"], one["patch"], one["delete"]):
        assert operation["security"] == [{"firebase": []}]
        assert "403" in operation["responses"]
    assert "For signed-in users." in collection["post"]["description"]
    assert "For users with the claim `admin`." in one["delete"]["description"]
    assert "the user whose id is the object's `author` or users with the claim `admin`" in one["get"]["description"]
    assert {"public", "author", "text[gt]"} <= set(names)


@pytest.mark.parametrize(
    ("permissions", "indexes", "reason"),
    [
        (Permissions(read=Owner("author")), (), r"Add \('author', 'created_at'\) to the declaration's indexes"),
        (Permissions(read=is_public), (), "no database can filter by it"),
        (Permissions(read=(is_public, SIGNED_IN), list=ANYBODY), (), "no database can filter by it"),
        (Permissions(list=is_public), (), "Give `read` that rule"),
        (Permissions(list=Owner("author")), (), "Give `read` that rule"),
        (Permissions(update=Owner("writer")), (), "no such field"),
        (Permissions(update=Owner("text")), (), r"Mark it ReadOnly\(\)"),
    ],
)
def test_what_can_not_be_kept_is_refused_at_the_start(
    permissions: Permissions, indexes: tuple[tuple[str, ...], ...], reason: str
) -> None:
    with pytest.raises(DeclarationError, match=reason):
        app_over(MemoryStore(), declarations=(notes(permissions, *indexes),))


@pytest.mark.parametrize(
    "permissions",
    [
        Permissions(read=(is_public, SIGNED_IN), list=SIGNED_IN, create=NOBODY),
        Permissions(read=Owner("author"), list=NOBODY),
        Permissions(update=Owner("author")),
    ],
)
def test_what_can_be_kept_is_served(permissions: Permissions) -> None:
    app_over(MemoryStore(), declarations=(notes(permissions),))


@pytest.mark.parametrize(("limit", "fits"), [(None, False), (127, False), (128, True)])
def test_an_owner_s_field_holds_every_user_s_id_and_needs_no_default(limit: int | None, fits: bool) -> None:  # noqa: FBT001
    class Short(Model):
        author: Annotated[str, Field(max_length=limit), ReadOnly()]

    declaration = Declaration(
        name="shorts", singular="short", model=Short, permissions=Permissions(update=Owner("author"))
    )
    with nullcontext() if fits else pytest.raises(DeclarationError, match="max_length=128"):
        app_over(MemoryStore(), declarations=(declaration,))
