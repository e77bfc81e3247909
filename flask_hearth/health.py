"""What the platform asks to learn how an instance is.

`live` says that the process answers: where it fails, a restart helps. `ready` says that it can do its work: where
it fails, traffic should wait; it is what looks at the store, never `live`. None of the paths ends in `z`: Cloud
Run keeps some of those for itself (Known issues, "Reserved URL paths").
"""

from typing import Final

from flask import Blueprint, Flask

from flask_hearth import state

PATH: Final = "HEARTH_HEALTH_PATH"
"""Key of `app.config`: below which path, `/health` unless it says otherwise; None for no such routes."""


def init_app(app: Flask) -> None:
    """Add the routes. Raises ValueError where the app has one of them already."""
    path: str | None = app.config.setdefault(PATH, "/health")
    if path is None:
        return
    routes = {path: health, f"{path}/live": live, f"{path}/ready": ready}
    if taken := routes.keys() & {rule.rule for rule in app.url_map.iter_rules()}:
        raise ValueError(
            f"{min(taken)} is a route of the app {app.name!r} already, and of Hearth's health checks as well: only "
            f"one of them would answer. Set {PATH} to another path, or to None if the app answers probes itself. The "
            "stack's probes use app:startupProbePath and app:livenessProbePath."
        )
    # Made here, as the path is the app's; and named so that the app may have one called `health`.
    blueprint = Blueprint("hearth_health", __name__)
    for rule, view in routes.items():
        blueprint.add_url_rule(rule, view_func=view)
    app.register_blueprint(blueprint)


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
