"""The REST API, with its document and the page that shows it, of whatever is declared."""

from flask import Flask

from flask_hearth import errors, routes_taken, state, templating
from flask_hearth.api import converters, documentation, openapi_cli, routes
from flask_hearth.configuration import MAX_BODY_BYTES
from flask_hearth.model import markers, permission_checks


def init_app(app: Flask) -> None:
    """Serve what is declared from the app's store. Raises ValueError when two declarations have one name, for one that
    can't be served, and for a route that the app has already.
    """
    markers.check(state.for_app(app).declarations)
    permission_checks.check(state.for_app(app).declarations)
    templating.init_app(app)
    converters.init_app(app, state.for_app(app).declarations)
    # As declared: id first, then the model's fields in their order.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    path = errors.api_path(app)
    fix = f"Set {errors.API_PATH} to another path than {path!r}, or move the app's route."
    routes_taken.register(app, routes.blueprint, url_prefix=f"{path}/v1", fix=fix)
    routes_taken.register(app, documentation.blueprint, url_prefix=path, fix=fix)
    app.before_request(routes.settle_access)
    app.cli.add_command(openapi_cli.command)
