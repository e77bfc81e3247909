"""Pages for people: the front page, and a list with forms for each declared collection that wants pages."""

from collections.abc import Sequence

from flask import Flask

from app.model.declaration import Declaration
from app.pages import again, changing, fields, front, looking, rendering, texts

__all__ = ["again", "changing", "looking", "register"]


def register(app: Flask, declarations: Sequence[Declaration]) -> None:
    """Raises ValueError for a collection whose pages would be where other routes are: register those before."""
    taken = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    for of in declarations:
        if of.pages and of.name in taken:
            raise ValueError(
                f"The pages of {of.name!r} would be at /{of.name}, where the service has other routes. Name the "
                "declaration otherwise, or give it pages=False."
            )
    app.jinja_env.filters.update(
        named=fields.named, shown=rendering.shown, moment=rendering.moment, as_text=texts.as_text
    )
    app.register_blueprint(front.blueprint)
    app.register_blueprint(rendering.blueprint)
