"""The framework's templates, each under `hearth/`: an app's own of the same name wins, as Flask looks there first."""

from typing import Any

from flask import Blueprint, Flask
from markupsafe import Markup

blueprint = Blueprint("hearth", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Let the app find them. Every part that shows a page asks for it, so that each can do without the others."""
    if blueprint.name not in app.blueprints:
        app.register_blueprint(blueprint)


def add_globals(app: Flask, **values: Any) -> None:
    """Let templates use these names, but for those that the app gives a meaning of its own."""
    for name, value in values.items():
        app.jinja_env.globals.setdefault(name, value)


def prose(text: str) -> Markup:
    """Text as HTML, with what stands between backticks as code: the one part of Markdown that texts of ours have."""
    parts = text.split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )
