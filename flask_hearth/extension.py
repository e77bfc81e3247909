"""`Hearth`: the parts of the framework for one app, by the rules of Flask's extensions.

Those that need Flask alone are always there. What needs a model, the API and the pages of collections, comes with the
first declaration; a store, and with it its driver, with HEARTH_DATABASE_URL; users with HEARTH_AUTH; calls of a queue
and of schedules with `tasks`. The app has the last word: its routes, headers, error handlers, templates and template
globals stay as they are.

It keeps no app, reads nothing but `app.config` (`HEARTH_…`, each by the part that it is for), and leaves what it knows
in `app.extensions["hearth"]`. Left out: reading the environment, which `flask_hearth.settings` does for who wants it,
and making the app, which is the app's own business.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from flask_hearth import (
    bodies,
    config_keys,
    csrf,
    development,
    errors,
    firestore_cli,
    forwarded,
    headers,
    health,
    identity,
    logs,
    migrations_cli,
    rate_limit,
    request_id,
    routes_taken,
    state,
    static_files,
    storage,
)
from flask_hearth.state import State
from flask_hearth.static_files import StaticFiles
from flask_hearth.stores.interface import Store

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration
    from flask_hearth.tasks import Tasks
    from flask_hearth.views.declaration import View

_FIRST: Final = (
    # Before whatever else looks at a request, which may be at the wrong route.
    routes_taken,
    logs,
    storage,
    migrations_cli,
    development,
    static_files,
    health,
)
# Between the two: what is made of declarations.
_LAST: Final = (
    csrf,
    identity,
    # After what tells who asks.
    rate_limit,
    errors,
    request_id,
    # Last of those that look at answers, which Flask calls in the reverse order: the others see them complete.
    headers,
    forwarded,
    bodies,
)


class Hearth:
    """The extension. One may be set up for many apps; a store or files that it was given are then shared by them.

    The store is the one that HEARTH_DATABASE_URL names, unless another is handed in, and documents of views are there
    too, unless HEARTH_VIEWS_DATABASE_URL or `view_store` say otherwise; the static files are those of
    HEARTH_STATIC, or those that lie beside the app's package.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        declarations: Sequence["Declaration"] = (),
        views: Sequence["View[Any]"] = (),
        store: Store | None = None,
        view_store: Store | None = None,
        files: StaticFiles | None = None,
        tasks: "Tasks | None" = None,
    ) -> None:
        self._declarations = tuple(declarations)
        self._views = tuple(views)
        self._store = store
        self._view_store = view_store
        self._files = files
        self._tasks = tasks
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Set up every part. Register the app's own routes and error handlers before.

        Raises ValueError for declarations and configuration that don't fit, and for a route that the app has where one
        of a part would be; RuntimeError for a second call.
        """
        if state.KEY in app.extensions:
            raise RuntimeError(
                f"Hearth is set up for the app {app.name!r} already: all its routes and checks would exist twice. "
                "Call init_app once, with all declarations."
            )
        app.extensions[state.KEY] = State(
            declarations=self._declarations,
            views=self._views,
            store=self._store,
            view_store=self._view_store,
            files=self._files,
            debug=app.debug,
        )
        config_keys.check(app)
        for part in _FIRST:
            part.init_app(app)
        if self._declarations or self._views:
            from flask_hearth import api, pages, views  # noqa: PLC0415 - Pydantic, which an app without models need not have

            # `//` in a path is a mistake, not another way to write it: a redirect would name a host, and hide that.
            app.url_map.merge_slashes = False
            api.init_app(app)
            views.init_app(app, self._tasks)
            pages.init_app(app)
            firestore_cli.init_app(app)
        if self._tasks is not None:
            from flask_hearth import tasks  # noqa: PLC0415 - as above, for an app that has some

            tasks.init_app(app, self._tasks)
        if app.config.setdefault("HEARTH_EDITS_CALLER", None) is not None:
            from flask_hearth.views import edits  # noqa: PLC0415 - cryptography and Firestore, for who is called alone

            edits.init_app(app)
        for part in _LAST:
            part.init_app(app)
