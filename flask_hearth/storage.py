"""The store that the app's views work with: the one handed in, or the one that HEARTH_DATABASE_URL names.

Nothing is connected to here, so that a store that is away stops no start-up. How stores work is `flask_hearth.stores`,
which knows nothing of Flask.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, g, has_request_context

from flask_hearth import folders, state
from flask_hearth.stores import open_store, urls
from flask_hearth.stores.interface import Store
from flask_hearth.stores.urls import Firestore, Postgres, Sqlite

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration

DEFAULTS: Final[dict[str, Any]] = {
    "HEARTH_DATABASE_URL": None,
    # Firestore, for documents of views whose objects are in an SQL database; None for the same database.
    "HEARTH_VIEWS_DATABASE_URL": None,
    "HEARTH_DATABASE_POOL_SIZE": 5,
    "HEARTH_DATABASE_POOL_WAIT_SECONDS": 2,
    # What `sqlite://` and `firestore://` alone mean.
    "HEARTH_DATA_DIR": None,
    "HEARTH_GOOGLE_CLOUD_PROJECT": None,
    "HEARTH_MIGRATIONS": None,
}

_SESSION: Final = "hearth_store_session"
_STAND_IN: Final = "hearth_store_stand_in"


def init_app(app: Flask) -> None:
    """Raises ValueError for declarations without a place to keep their objects, and as `stores.open_store` does."""
    for name, value in DEFAULTS.items():
        app.config.setdefault(name, value)
    app.teardown_request(lambda _: release())
    known, config = state.for_app(app), app.config
    if known.store is not None:
        return
    if config["HEARTH_DATABASE_URL"] is None:
        if known.declarations:
            names = ", ".join(declaration.name for declaration in known.declarations)
            raise ValueError(
                f"HEARTH_DATABASE_URL is not set: there would be no place to store {names}. Set it in app.config, as "
                "`flask_hearth.settings` does from DATABASE_URL, or pass a store to Hearth."
            )
        return
    known.store = open_store(
        config["HEARTH_DATABASE_URL"],
        declarations=declarations(app),
        migrations=folders.migrations(app),
        project=config["HEARTH_GOOGLE_CLOUD_PROJECT"],
        data_dir=config["HEARTH_DATA_DIR"],
        pool_size=config["HEARTH_DATABASE_POOL_SIZE"],
        pool_wait_seconds=config["HEARTH_DATABASE_POOL_WAIT_SECONDS"],
    )
    if config["HEARTH_VIEWS_DATABASE_URL"] is not None:
        known.view_store = _view_store(app)


def _view_store(app: Flask) -> Store:
    """Raises ValueError for a pair of databases of which nobody has a use, or neither has what the other lacks."""
    from flask_hearth.views import stored  # noqa: PLC0415 - Pydantic, which an app without models need not have

    config = app.config
    named = urls.parse(
        config["HEARTH_VIEWS_DATABASE_URL"], project=config["HEARTH_GOOGLE_CLOUD_PROJECT"], data_dir=None
    )
    domain = url(app)
    if not isinstance(named, Firestore) or isinstance(domain, Firestore):
        raise ValueError(  # noqa: TRY004 - of a text, not of a type
            f"HEARTH_VIEWS_DATABASE_URL is of {type(named).__name__} and HEARTH_DATABASE_URL of "
            f"{type(domain).__name__}: documents of views are in the same database as their objects, or in Firestore "
            "with the objects in SQLite or Postgres. Leave HEARTH_VIEWS_DATABASE_URL out, or name Firestore."
        )
    return open_store(
        config["HEARTH_VIEWS_DATABASE_URL"],
        declarations=stored.documents(state.for_app(app).views),
        project=config["HEARTH_GOOGLE_CLOUD_PROJECT"],
    )


def declarations(app: Flask) -> Sequence["Declaration"]:
    """What the app's database holds: what it declares, and what its views need there."""
    known = state.for_app(app)
    if not known.views:
        return known.declarations
    from flask_hearth.views import stored  # noqa: PLC0415 - Pydantic, which an app without models need not have

    apart = known.view_store is not None or app.config["HEARTH_VIEWS_DATABASE_URL"] is not None
    return [*known.declarations, *stored.declarations(known.views, apart=apart)]


def url(app: Flask) -> Sqlite | Postgres | Firestore | None:
    """What HEARTH_DATABASE_URL says; None where it says nothing. Raises DatabaseUrlError."""
    config = app.config
    if config["HEARTH_DATABASE_URL"] is None:
        return None
    return urls.parse(
        config["HEARTH_DATABASE_URL"], project=config["HEARTH_GOOGLE_CLOUD_PROJECT"], data_dir=config["HEARTH_DATA_DIR"]
    )


def current() -> Store:
    """The store of the app that is at work: for a request, in a session. Raises RuntimeError where it has none."""
    stand_in: Store | None = g.get(_STAND_IN)
    if stand_in is not None:
        return stand_in
    store = state.current().store
    if store is None:
        raise RuntimeError("This app has no store, because it has no declarations.")
    if has_request_context() and _SESSION not in g:
        session = ExitStack()
        session.enter_context(store.session())
        setattr(g, _SESSION, session)
    return store


@contextmanager
def standing_in(store: Store) -> Iterator[None]:
    """Let `current` be this store, within the block."""
    setattr(g, _STAND_IN, store)
    try:
        yield
    finally:
        g.pop(_STAND_IN)


def release() -> None:
    """End the request's session, so that others can have its connection while this request waits for something."""
    session: ExitStack | None = g.pop(_SESSION, None)
    if session is not None:
        session.close()
