"""`flask hearth …`: keep stored views right. For a person, a schedule, or a job after a deployment.

flask hearth drain          refresh what waits
flask hearth rebuild NAME   refresh all of a view, after its version was raised; stopped, it goes on when run again
flask hearth check          fail if a document is missing, stale or orphaned
"""

from typing import Any, Final

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from flask_hearth import state
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.views import auditing, outbox
from flask_hearth.views.declaration import View
from flask_hearth.views.stored import Places

group: Final = AppGroup("hearth", help="Keep stored views right.")


def init_app(app: Flask) -> None:
    """Add them to the app's own."""
    app.cli.add_command(group)


@group.command()
def drain() -> None:
    """Refresh the views that wait for it."""
    outbox.drain(_places(), _stored(), seconds=float("inf"))
    click.echo("No view waits to be refreshed.")


@group.command()
@click.argument("name")
def rebuild(name: str) -> None:
    """Refresh all documents of the view NAME."""
    view = next((each for each in _stored() if each.name == name), None)
    if view is None:
        names = ", ".join(each.name for each in _stored())
        raise click.ClickException(f"{name!r} is no view with documents. There are: {names}.")
    done = 0
    try:
        for done in outbox.rebuild(_places(), view):
            click.echo(f"{done} of {name} done")
    except UnavailableError as error:
        raise click.ClickException(f"{error} {done} are done; run it again to go on.") from error
    click.echo(f"All of {name} are as they should be.")


@group.command()
def check() -> None:
    """Compare all documents with what their views are now."""
    faults = 0
    for view in _stored():
        for each in auditing.faults(_places(), view):
            faults += 1
            click.echo(each)
    if faults:
        raise click.ClickException(
            f"{faults} documents are not as they should be. Run `flask hearth drain`, and `flask hearth rebuild NAME` "
            "for what is left."
        )
    click.echo("Every document is as it should be.")


def _places() -> Places:
    found = state.for_app(current_app).places
    if found is None:
        raise click.ClickException("This app has no view with documents.")
    return found


def _stored() -> list[View[Any]]:
    return [view for view in state.for_app(current_app).views if view.is_stored]
