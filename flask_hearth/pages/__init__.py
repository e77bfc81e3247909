"""Pages for people: a list with forms for each declared collection that wants pages.

The front page is left out: it is the app's own.
"""

from flask import Flask

from flask_hearth import state, templating
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import fields, limits, read_views, redisplay, rendering, texts, write_views

__all__ = ["collections", "init_app", "read_views", "redisplay", "write_views"]


def collections() -> list[Declaration]:
    """Those of the app at work that have pages, in their order: for a menu."""
    return [declaration for declaration in state.current().declarations if declaration.pages]


def init_app(app: Flask) -> None:
    """Raises ValueError for a collection whose pages would be where other routes are: register those before."""
    templating.init_app(app)
    taken = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    for declaration in state.for_app(app).declarations:
        if declaration.pages and declaration.name in taken:
            raise ValueError(
                f"The pages of {declaration.name!r} would be at /{declaration.name}, where the service has other "
                "routes. Rename the declaration, or give it pages=False."
            )
    app.jinja_env.filters.update(
        choices=rendering.choices,
        humanize=fields.humanize,
        describe_order=rendering.describe_order,
        display_value=rendering.display_value,
        format_time=rendering.format_time,
        is_readable=limits.is_readable,
        to_text=texts.to_text,
        value_of=texts.value_of,
    )
    app.register_blueprint(rendering.blueprint)
