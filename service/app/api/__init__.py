"""The REST API, with its document and the page that shows it, of whatever is declared."""

from collections.abc import Sequence

from flask import Flask

from app.api import converters, documentation, routes
from app.model.declaration import Declaration


def register(app: Flask, declarations: Sequence[Declaration]) -> None:
    """Serve the declared collections from the store in `app.extensions["store"]`."""
    converters.register(app, declarations)
    app.extensions["declarations"] = tuple(declarations)
    # As declared: id first, then the model's fields in their order.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(documentation.blueprint)
