"""The Flask service: `create_app` puts its parts together and does nothing else.

Importing this package reads no environment and opens nothing; both happen in `create_app`.
"""

import os
from collections.abc import Sequence

from flask import Flask

from app import front
from app.domain import DECLARATIONS
from app.settings import AppSettings
from flask_hearth import Hearth
from flask_hearth.model.declaration import Declaration
from flask_hearth.static_files import StaticFiles
from flask_hearth.stores.interface import Store


def create_app(
    settings: AppSettings | None = None,
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
        settings = AppSettings.from_env(os.environ)

    # Static files have names of their own, which Hearth gives and answers.
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(settings.config())

    # Your own routes stand before Hearth, which then keeps off their paths.
    app.register_blueprint(front.blueprint)

    Hearth(declarations=declarations, store=store, files=files).init_app(app)
    return app
