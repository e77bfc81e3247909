"""What the platform asks to learn how an instance is.

`live` says that the process answers: where it fails, a restart helps. `ready` says that it can do its work: where
it fails, traffic should wait; it is what looks at the store, never `live`. None of the paths ends in `z`: Cloud
Run keeps some of those for itself (Known issues, "Reserved URL paths").
"""

from flask import Blueprint, Flask

from flask_hearth import state

blueprint = Blueprint("health", __name__, url_prefix="/health")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("")
def health() -> dict[str, str]:
    return {"status": "healthy"}


@blueprint.get("/live")
def live() -> dict[str, str]:
    return {"status": "live"}


@blueprint.get("/ready")
def ready() -> dict[str, str]:
    """503 while the store is away, or its schema is older than this code (`Store.check`)."""
    store = state.current().store
    if store is not None:
        store.check()
    return {"status": "ready"}
