"""`flask openapi FILE`: the API's document as a file, to be committed: a change of the API is then seen in review."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from flask_hearth import state
from flask_hearth.api import openapi
from flask_hearth.errors import API_PATH


@click.command("openapi", short_help="Write the API's document.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_appcontext
def command(file: Path) -> None:
    """Write the API's document (OpenAPI 3.1) into FILE."""
    known = state.current()
    text = openapi.text(known.declarations, current_app.config[API_PATH], views=known.views)
    file.write_text(text, encoding="utf-8")
