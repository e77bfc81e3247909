"""The inner loop: the service with reload and `static/`, on this machine alone, without a deploy.

    python service/dev.py

Reads `.env` in the repository's root if it is there (`.env.example` shows what it may hold). Not in the image:
Flask's development server is made for one person.
"""  # noqa: INP001 - a script

import os
import socket
import sys
from pathlib import Path

from app import create_app
from app.domain import DECLARATIONS
from app.settings import Settings, SettingsError
from app.static_files import shipped
from app.stores.sql.migrating import Migrations
from app.stores.urls import Sqlite
from flask import Response
from flask.cli import load_dotenv
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import run_simple

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
FIRST_PORT = 5000


def main() -> None:
    """Serve until interrupted; ends with 1 and the settings' own message when they are wrong."""
    dotenv = ROOT / ".env"
    if dotenv.exists():
        load_dotenv(str(dotenv), load_defaults=False)
    os.environ.setdefault("APP_ENV", "development")
    # The reloader starts this script again, which then has to find the same port, already bound by the first one.
    os.environ.setdefault("PORT", str(_free_port()))
    # Data lies there unless DATABASE_URL says otherwise.
    (ROOT / ".local").mkdir(exist_ok=True)
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    if isinstance(settings.database, Sqlite):
        # Only here, where one process and one developer are all there is.
        Migrations(DECLARATIONS).upgrade(settings.database)
    # Plain names: a digest would be that of the file as it was at start-up.
    app = create_app(settings, files=shipped(digested=False))
    app.after_request(_uncached)
    # As on Hosting, a file comes before a route.
    site = SharedDataMiddleware(app, {"/": str(ROOT / "static")}, cache_timeout=0)
    run_simple(
        HOST,
        int(os.environ["PORT"]),
        site,
        use_reloader=True,
        use_debugger=settings.flask_debug,
        threaded=True,
        extra_files=[str(dotenv)],
    )


def _uncached(response: Response) -> Response:
    # An edited template should be seen at once, not after the five minutes that a visitor's browser may keep a page.
    response.headers["Cache-Control"] = "no-store"
    return response


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
    sys.exit(f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all taken on {HOST}. Set PORT to a free one.")


if __name__ == "__main__":
    main()
