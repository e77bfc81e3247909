"""The Flask service: `create_app` puts its parts together and does nothing else.

Importing this package reads no environment and opens nothing; both happen in `create_app`.
"""

import os
from collections.abc import Sequence

from flask import Flask

from app import api, csrf, errors, headers, health, logs, migrations_cli, pages, rate_limit, request_id, static_files
from app.domain import DECLARATIONS
from app.forwarded import behind_front_end
from app.model.declaration import Declaration
from app.settings import Settings
from app.static_files import StaticFiles
from app.stores import opened
from app.stores.interface import Store

SESSION_COOKIE = "__session"
"""Firebase Hosting drops every other cookie on the way to the service."""

MAX_BODY_BYTES = 1024 * 1024
"""Requests with a larger body get 413. Cloud Run alone would let 32 MiB through, all of it in the instance's memory."""


def create_app(
    settings: Settings | None = None,
    *,
    store: Store | None = None,
    declarations: Sequence[Declaration] = DECLARATIONS,
    files: StaticFiles | None = None,
) -> Flask:
    """The WSGI application. Without settings, they are read from the environment; raises SettingsError for bad ones.

    The store is the one that DATABASE_URL names, unless another is handed in. It is connected to when it is needed, so
    that its absence stops no start-up. Static files are those that came with the code, unless others are handed in.
    """
    if settings is None:
        settings = Settings.from_env(os.environ)
    logs.configure(
        level=settings.log_level, structured=not settings.is_development, project=settings.google_cloud_project
    )

    app = Flask(__name__, static_folder=None)
    # Flask has read FLASK_DEBUG by itself; the settings know where it must not count.
    app.debug = settings.flask_debug
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SECRET_KEY_FALLBACKS=[key.get_secret_value() for key in settings.secret_key_fallbacks],
        SEND_FILE_MAX_AGE_DEFAULT=settings.send_file_max_age_default,
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A laptop speaks plain HTTP; everything else stands behind Google's TLS.
        SESSION_COOKIE_SECURE=not settings.is_development,
        # Else whoever was signed in before would get the cookie again with each answer, also with those that the edge
        # keeps for all; and also where nobody signs in any more.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
    )

    # `//` in a path is a mistake, not another way to write it: a redirect would name a host, and hide the mistake.
    app.url_map.merge_slashes = False
    if store is None:
        store = opened(
            settings.database_url.get_secret_value(),
            declarations=declarations,
            project=settings.google_cloud_project,
            data_dir=settings.hearth_data_dir,
            pool_size=settings.database_pool_size,
            pool_wait_seconds=settings.database_pool_wait_seconds,
        )
    app.extensions["store"] = store
    app.cli.add_command(migrations_cli.group(settings.database, declarations))

    static_files.register(app, files or static_files.shipped())
    app.register_blueprint(health.blueprint)
    api.register(app, declarations)
    pages.register(app, declarations)
    csrf.register(app)
    if settings.auth == "firebase":
        # Cryptography is 30 ms at every cold start, for those alone who need it.
        from app import auth

        auth.register(app, settings)
    rate_limit.register(app, per_minute=settings.writes_per_minute, trusted_hops=settings.trusted_hops)
    errors.register(app)
    request_id.register(app)
    headers.register(app)
    app.wsgi_app = behind_front_end(app.wsgi_app, settings.trusted_hosts)  # type: ignore[assignment, method-assign]
    return app
