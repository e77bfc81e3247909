"""The REST API, with its document and the page that shows it, of whatever is declared."""

from flask import Flask

from flask_hearth import state, templating
from flask_hearth.api import converters, documentation, openapi_cli, routes
from flask_hearth.configuration import MAX_BODY_BYTES


def init_app(app: Flask) -> None:
    """Serve what is declared from the app's store. Raises ValueError when two declarations have one name."""
    templating.init_app(app)
    converters.init_app(app, state.for_app(app).declarations)
    # As declared: id first, then the model's fields in their order.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_blueprint(routes.blueprint)
    app.register_blueprint(documentation.blueprint)
    app.cli.add_command(openapi_cli.command)
