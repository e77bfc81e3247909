"""An app as small as one can be that has everything of the framework: one collection, a front page, its own files.

Its migrations, static files and templates lie within, and not beside it as those of an app that is deployed do.
"""

import os
from collections.abc import Sequence
from typing import Annotated

from flask import Flask, Response, make_response, render_template
from pydantic import Field

from flask_hearth import Hearth, pages
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.visible import Visible
from flask_hearth.settings import HearthSettings
from flask_hearth.static_files import StaticFiles
from flask_hearth.stores.interface import Store


class Item(Model):
    """A thing with a name."""

    name: Annotated[str, Field(min_length=1, max_length=200), Visible()]
    description: Annotated[str, Field(max_length=4000)] = ""
    quantity: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


ITEMS = Declaration(name="items", singular="item", model=Item)
DECLARATIONS = (ITEMS,)


def create_app(
    settings: HearthSettings | None = None,
    *,
    store: Store | None = None,
    declarations: Sequence[Declaration] = DECLARATIONS,
    files: StaticFiles | None = None,
) -> Flask:
    """Without settings, they are read from the environment; raises SettingsError for bad ones."""
    if settings is None:
        settings = HearthSettings.from_env(os.environ)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(settings.config(), HEARTH_MIGRATIONS="migrations", HEARTH_STATIC="static")
    app.add_url_rule("/", "front", _front)
    Hearth(declarations=declarations, store=store, files=files).init_app(app)
    return app


def _front() -> Response:
    """The same for all, as a page that the edge keeps has to be."""
    response = make_response(render_template("front.html", collections=pages.collections()))
    response.headers["Cache-Control"] = "public, max-age=300, s-maxage=600"
    return response
