"""`flask firestore FOLDER`: what a Firestore database needs of the app, as files to be committed, for a deployment.

A program that deploys reads them, so that it need not import the app, and a change is seen in review. Left out: sending
them to a database. They are the same whatever DATABASE_URL names.
"""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from flask_hearth import state
from flask_hearth.stores.firestore import indexes, rules


def init_app(app: Flask) -> None:
    """Add `firestore` to the app's commands."""
    app.cli.add_command(command)


@click.command("firestore", short_help="Write what a Firestore database needs.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def command(folder: Path) -> None:
    """Write the composite indexes and the security rules into FOLDER, as the Firebase CLI calls them."""
    from flask_hearth.views import readers  # noqa: PLC0415 - Pydantic, which an app without models need not have

    known = state.for_app(current_app)
    (folder / indexes.FILE).write_text(indexes.text(known.declarations), encoding="utf-8")
    held = rules.text(readers.readable(known.views), readers.editable(known.views))
    (folder / rules.FILE).write_text(held, encoding="utf-8")
