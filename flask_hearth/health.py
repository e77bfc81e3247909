"""What the platform asks to learn how an instance is.

`live` says that the process answers: where it fails, a restart helps. `ready` says that it can do its work: where
it fails, traffic should wait; it is what looks at the store, never `live`. None of the paths ends in `z`: Cloud
Run keeps some of those for itself (Known issues, "Reserved URL paths").
"""

from typing import Final

from flask import Blueprint, Flask

from flask_hearth import routes_taken, state

PATH: Final = "HEARTH_HEALTH_PATH"
"""Key of `app.config`: below which path, `/health` unless it says otherwise; None for no such routes."""


def init_app(app: Flask) -> None:
    """Add the routes. Raises ValueError where the app has one of them already."""
    path: str | None = app.config.setdefault(PATH, "/health")
    if path is None:
        return
    # Made here, as the path is the app's; and named so that the app may have one called `health`.
    blueprint = Blueprint("hearth_health", __name__)
    for rule, view in {path: health, f"{path}/live": live, f"{path}/ready": ready}.items():
        blueprint.add_url_rule(rule, view_func=view)
    routes_taken.register(
        app,
        blueprint,
        fix=f"Set {PATH} to another path, or to None if the app answers probes itself. The stack's probes use "
        "app:startupProbePath and app:livenessProbePath.",
    )


def health() -> dict[str, str]:
    return {"status": "healthy"}


def live() -> dict[str, str]:
    return {"status": "live"}


def ready() -> dict[str, str]:
    """503 while the store is away, or its schema is older than this code (`Store.check`)."""
    store = state.current().store
    if store is not None:
        store.check()
    return {"status": "ready"}
