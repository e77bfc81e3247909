"""Views: what clients read that is made of several objects of the domain, by a function and its declared inputs.

It can be changed only by functions that it declares, and those write the domain.
"""

from typing import TYPE_CHECKING, Any, cast

from flask import Flask

from flask_hearth import errors, routes_taken, state
from flask_hearth.tasks import enqueue
from flask_hearth.views import change_routes, checks, commands, outbox, routes
from flask_hearth.views.stored import Places
from flask_hearth.views.writing import RefreshingStore

if TYPE_CHECKING:
    from flask_hearth.stores.interface import Store
    from flask_hearth.tasks import Tasks

__all__ = ["drain", "init_app"]


def init_app(app: Flask, tasks: "Tasks | None" = None) -> None:
    """Serve the app's views, and refresh documents of them with each write; what that leaves, by a task.

    Raises DeclarationError for a view that can't be made of what is declared.
    """
    known = state.for_app(app)
    checks.check(known.views, known.declarations)
    if not known.views:
        return
    path = errors.api_path(app)
    fix = f"Set {errors.API_PATH} to another path than {path!r}, or move the app's route."
    routes_taken.register(app, routes.blueprint(known.views), url_prefix=f"{path}/v1", fix=fix)
    app.before_request(change_routes.settle_access)
    stored = [view for view in known.views if view.is_stored]
    if stored and known.store is not None:
        known.places = Places(domain=known.store, views=known.view_store or known.store)
        known.store = cast("Store", RefreshingStore(known.places, stored))
        commands.init_app(app)
        if tasks is not None:
            tasks.handlers.setdefault(outbox.TASK, _drain_on)


def drain(*, seconds: float = 20) -> bool:
    """Refresh views that wait for it, for about so long, in the app at work. Whether none waits any more.

    For a task or a schedule: what it doesn't get done, the next one does, and several at a time do no harm.
    """
    known = state.current()
    if known.places is None:
        return True
    return outbox.drain(known.places, known.views, seconds=seconds)


def _drain_on(_: dict[str, Any]) -> None:
    """In parts that no deadline of a call ends."""
    if not drain():
        enqueue(outbox.TASK)
