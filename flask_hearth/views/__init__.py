"""Views: what clients read that is made of several objects of the domain, by a function and its declared inputs.

What changes the domain stays with the models; a view can be read only.
"""

from typing import TYPE_CHECKING, cast

from flask import Flask

from flask_hearth import errors, routes_taken, state
from flask_hearth.views import checks, commands, outbox, routes
from flask_hearth.views.stored import Places
from flask_hearth.views.writing import RefreshingStore

if TYPE_CHECKING:
    from flask_hearth.stores.interface import Store

__all__ = ["drain", "init_app"]


def init_app(app: Flask) -> None:
    """Serve the app's views, and refresh documents of them with each write.

    Raises DeclarationError for a view that can't be made of what is declared.
    """
    known = state.for_app(app)
    checks.check(known.views, known.declarations)
    if not known.views:
        return
    path = errors.api_path(app)
    fix = f"Set {errors.API_PATH} to another path than {path!r}, or move the app's route."
    routes_taken.register(app, routes.blueprint(known.views), url_prefix=f"{path}/v1", fix=fix)
    stored = [view for view in known.views if view.is_stored]
    if stored and known.store is not None:
        known.places = Places(domain=known.store, views=known.view_store or known.store)
        known.store = cast("Store", RefreshingStore(known.places, stored))
        commands.init_app(app)


def drain(*, seconds: float = 20) -> bool:
    """Refresh views that wait for it, for about so long, in the app at work. Whether none waits any more.

    For a task or a schedule: what it doesn't get done, the next one does, and several at a time do no harm.
    """
    known = state.current()
    if known.places is None:
        return True
    return outbox.drain(known.places, known.views, seconds=seconds)
