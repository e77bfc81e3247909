"""Pages for people: a list with forms for each declared collection that wants pages.

The front page is left out: it is the app's own.
"""

from flask import Flask

from flask_hearth import state, templating
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import again, changing, fields, looking, rendering, texts

__all__ = ["again", "changing", "collections", "init_app", "looking"]


def collections() -> list[Declaration]:
    """Those of the app at work that have pages, in their order: for a menu."""
    return [of for of in state.current().declarations if of.pages]


def init_app(app: Flask) -> None:
    """Raises ValueError for a collection whose pages would be where other routes are: register those before."""
    templating.init_app(app)
    taken = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    for of in state.of(app).declarations:
        if of.pages and of.name in taken:
            raise ValueError(
                f"The pages of {of.name!r} would be at /{of.name}, where the service has other routes. Name the "
                "declaration otherwise, or give it pages=False."
            )
    app.jinja_env.filters.update(
        named=fields.named, shown=rendering.shown, moment=rendering.moment, as_text=texts.as_text
    )
    app.register_blueprint(rendering.blueprint)
