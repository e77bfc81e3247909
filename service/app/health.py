"""What the platform asks to learn how an instance is.

`live` says that the process answers: where it fails, a restart helps. `ready` says that it can do its work: where
it fails, traffic should wait; it is what may look at a store, never `live`. None of the paths ends in `z`: Cloud
Run keeps some of those for itself (Known issues, "Reserved URL paths").
"""

from flask import Blueprint

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("")
def health() -> dict[str, str]:
    return {"status": "healthy"}


@blueprint.get("/live")
def live() -> dict[str, str]:
    return {"status": "live"}


@blueprint.get("/ready")
def ready() -> dict[str, str]:
    return {"status": "ready"}
