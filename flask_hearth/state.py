"""What the extension knows of one app. It lies in `app.extensions`, so that the extension itself keeps no app."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_hearth.identity import Finder
    from flask_hearth.model.declaration import Declaration
    from flask_hearth.static_files import StaticFiles
    from flask_hearth.stores.interface import Store
    from flask_hearth.tasks import Tasks
    from flask_hearth.tasks.queues import Queue
    from flask_hearth.views.declaration import View
    from flask_hearth.views.stored import Places

KEY: Final = "hearth"
"""Of `app.extensions`."""


@dataclass(kw_only=True)
class State:
    """Begun with what `Hearth` was given; each part completes what is its own."""

    declarations: tuple["Declaration", ...]
    views: tuple["View[Any]", ...] = ()
    store: "Store | None" = None
    """None where nothing is declared and no database named."""
    view_store: "Store | None" = None
    """Where documents of views are; None where that is the same one."""
    places: "Places | None" = None
    """Both, without what refreshes views with each write; None where no view has documents."""
    files: "StaticFiles | None" = None
    finder: "Finder | None" = None
    """Finds out who asks by the request's credentials; None where nobody checks any."""
    tasks: "Tasks | None" = None
    queue: "Callable[[], Queue] | None" = None
    """Where tasks wait, opened by the first one; None where `enqueue` has none."""
    uncounted: set[str] = field(default_factory=set)
    """Endpoints that check their callers themselves, whose calls are no client's changes (`rate_limit`)."""
    document: dict[str, Any] | None = None
    """The API's document, once somebody has asked for it."""
    routes: dict[str, str] = field(default_factory=dict)
    """How to move each of Hearth's routes that the app could be in the way of, by its endpoint."""
    routes_compared: bool = False
    """Whether the app had all of its routes when they were compared with Hearth's: at the first request."""
    debug: bool = False
    """Whether the app was in debug mode when it was made: Flask's command line changes that afterwards."""


def for_app(app: Flask) -> State:
    """Raises RuntimeError for an app that the extension was not set up for."""
    found: State | None = app.extensions.get(KEY)
    if found is None:
        raise RuntimeError(
            f"The app {app.name!r} has not been set up with Hearth, so there are neither a store nor declarations. "
            "Call `Hearth(declarations=…).init_app(app)` where the app is created."
        )
    return found


def current() -> State:
    """Of the app that is at work."""
    return for_app(current_app)
