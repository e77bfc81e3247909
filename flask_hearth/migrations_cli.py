"""`flask db …`: the schema of the database that DATABASE_URL names. Never part of serving.

    flask db migrate -m "say why"   write the next migration from the declarations; needs no database
    flask db upgrade                apply what is missing
    flask db current                tell where the database stands
    flask db check                  fail unless declarations, migrations and database agree

Alembic is imported when one of them runs, so that the service never pays for it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import AppGroup

from flask_hearth import folders, storage
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.stores.urls import DatabaseUrlError, Firestore, Postgres, Sqlite

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration
    from flask_hearth.stores.sql.migrating import Migrations

NOTHING_TO_DO = "Firestore has no schema: there is nothing to migrate."

_SHORT = "Migrate the database."


def init_app(app: Flask) -> None:
    """Add them to the app's own. The database is that of HEARTH_DATABASE_URL, the folder that of HEARTH_MIGRATIONS."""
    url = storage.url(app)
    # A store that was handed in alone is migrated by who made it.
    if url is not None:
        app.cli.add_command(group(url, storage.declarations(app), folders.migrations(app)))


def group(url: Sqlite | Postgres | Firestore, declarations: Sequence["Declaration"], folder: Path) -> AppGroup:
    """The commands for one database. They end with 1, and one message, where they can't do what they are for."""
    commands = AppGroup("db", help=_SHORT)

    def on_sql(work: Callable[["Migrations", Sqlite | Postgres], None]) -> None:
        if isinstance(url, Firestore):
            click.echo(NOTHING_TO_DO)
            return
        with _told():
            work(open_migrations(declarations, folder), url)

    @commands.command(with_appcontext=False)
    @click.option("-m", "--message", required=True, help="What changes, and why; becomes the file's name.")
    def migrate(message: str) -> None:
        """Write the next migration from the declarations."""
        with _told():
            written = open_migrations(declarations, folder).make(message)
        click.echo(f"Wrote {written}. Look at it, then commit it." if written else "Nothing changed.")

    @commands.command(with_appcontext=False)
    def upgrade() -> None:
        """Apply the migrations that are missing."""
        on_sql(_upgrade)

    @commands.command(with_appcontext=False)
    def current() -> None:
        """Tell where the database stands."""
        on_sql(_current)

    @commands.command(with_appcontext=False)
    def check() -> None:
        """Fail unless declarations, migrations and database agree."""
        on_sql(_check)

    return commands


def _upgrade(migrations: "Migrations", url: Sqlite | Postgres) -> None:
    before, after = migrations.upgrade(url)
    click.echo(
        f"The schema is {after} already." if before == after else f"Migrated from {before or 'empty'} to {after}."
    )
    refuse_missing(migrations, url)


def refuse_missing(migrations: "Migrations", url: Sqlite | Postgres) -> None:
    """Raises click.ClickException where the declarations have what no migration makes: requests for it would fail."""
    # Alembic tells that it compares; the command has said what it did, and that stays its last line.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    if missing := migrations.missing(url):
        raise click.ClickException(
            "\n  - ".join(["A migration is missing. The declarations have these, the database does not:", *missing])
            + "\nWrite the migration in the service's folder, with the virtual environment active, then read it:\n"
            '  APP_ENV=development flask db migrate -m "say what changes"'
        )


def _current(migrations: "Migrations", url: Sqlite | Postgres) -> None:
    found = migrations.current(url)
    click.echo(f"{found or 'empty'} ({migrations.state(found).value}; the last migration is {migrations.head()})")


def _check(migrations: "Migrations", url: Sqlite | Postgres) -> None:
    _current(migrations, url)
    if differences := migrations.differences(url):
        raise click.ClickException(
            "\n  - ".join(["The database does not match the declarations:", *differences])
            + "\nRun `flask db upgrade`; if that is not enough, `flask db migrate`."
        )
    click.echo("The database matches the declarations.")


def open_migrations(declarations: Sequence["Declaration"], folder: Path) -> "Migrations":
    """The migrations in a folder, for a command: what Alembic says in its log is fit for a person."""
    # Else Alembic tells of its plugins, at length and when imported; what it does to the database it tells here.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    from flask_hearth.stores.sql.migrating import Migrations

    return Migrations(declarations, folder)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (UnavailableError, DatabaseUrlError) as error:
        raise click.ClickException(str(error)) from error
