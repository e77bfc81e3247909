"""`flask serve`: the inner loop, with reload and static files, on this machine alone and without a deploy.

Flask's command line has read `.env` before. Unlike `flask run`, it answers requests for files before those for pages,
as Hosting does, and migrates by itself an SQLite database, and a Postgres that `make serve` runs. Flask's development
server is made for one person, so it listens where nobody else can reach it. Left out: APP_ENV, without which this is
production like everything else; whoever wants `development` says so.
"""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from flask import Flask, Response, current_app
from flask.cli import with_appcontext
from werkzeug.wsgi import ClosingIterator

from flask_hearth import checkouts, folders, migrations_cli, state, static_files, storage, task_names
from flask_hearth.stores.urls import Postgres, Sqlite

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 5000
SERVED_DATABASE: Final = "SERVED_DATABASE_URL"
"""The URL of the database that `make serve` runs for this process alone. SERVE_DATABASE does not do: in `.env`, it also
counts where `flask serve` is called by hand, with whatever DATABASE_URL names."""


def init_app(app: Flask) -> None:
    """Add `serve` to the app's commands."""
    app.cli.add_command(serve)


@click.command(short_help="Serve with reload, only on this machine.")
@with_appcontext
def serve() -> None:
    """Serve the app and its static files, with reload, on this machine alone.

    The port is PORT, or the first free one from 5000 on.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the documented name
    files = static_files.for_app(app)
    # Flask's command line has replaced it by FLASK_DEBUG alone.
    app.debug = state.for_app(app).debug
    _migrate(app)
    # Plain names: a digest would be that of the file as it was at start-up.
    files.digested = False
    app.after_request(_uncached)
    app.wsgi_app = then_tasks(app)
    from werkzeug.middleware.shared_data import SharedDataMiddleware  # noqa: PLC0415 - as below
    from werkzeug.serving import run_simple  # noqa: PLC0415 - nothing that a server in production should import

    checkout = checkouts.find(Path(app.root_path))
    # The reloader starts this command again, which then has to find the same port, already bound by the first one. Last
    # of all, as what is free now may be taken a moment later.
    port = int(os.environ.setdefault("PORT", str(_free_port())))
    run_simple(
        HOST,
        port,
        # As on Hosting, a file comes before a route.
        SharedDataMiddleware(app, {"/": str(files.root)}, cache_timeout=0),
        use_reloader=True,
        use_debugger=app.debug,
        threaded=True,
        extra_files=[str(checkout / ".env")] if checkout else [],
    )


def _migrate(app: Flask) -> None:
    """Only here, where one process and one developer are all there is.

    Raises click.ClickException for a change of the declarations without a migration.
    """
    url = storage.url(app)
    # A Postgres of somebody's is not this machine's alone, but for the very one that `make serve` runs.
    if isinstance(url, Sqlite) or url == Postgres(conninfo=os.environ.get(SERVED_DATABASE, "")):
        migrations = migrations_cli.open_migrations(storage.declarations(app), folders.migrations(app))
        migrations.upgrade(url)
        migrations_cli.refuse_missing(migrations, url)


def _uncached(response: Response) -> Response:
    # An edited template should be seen at once, not after the five minutes that a visitor's browser may keep a page.
    response.headers["Cache-Control"] = "no-store"
    return response


def then_tasks(app: Flask) -> "WSGIApplication":
    """What a request enqueued runs when it has been answered, delayed or not; what failed, after the next request."""
    if state.for_app(app).tasks is None or app.config["HEARTH_TASKS_QUEUE"] != task_names.IN_MEMORY:
        return app.wsgi_app
    from flask_hearth import tasks  # noqa: PLC0415 - as in the extension

    def run() -> None:
        try:
            tasks.run_pending(app)
        except Exception:
            app.logger.exception("A task failed; it runs again after the next request.")

    answer = app.wsgi_app
    return lambda environ, start_response: ClosingIterator(answer(environ, start_response), [run])


def _free_port() -> int:
    """The first port from FIRST_PORT on that nobody listens on: a local cloud may have the usual one."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise click.ClickException(
        f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all taken on {HOST}. Set PORT to a free one."
    )
